"""Which row last changed in which transaction, who may hold it, and what devices sent."""

from backend.migrate import statements

ID = "0007_sync"
VERSION = "1.38.0"
DESCRIPTION = "sync_row, sync_grant, sync_device, sync_mutation, sync_epoch"

SQL = """
CREATE TABLE sync_row (
    scope uuid NOT NULL,
    aud smallint NOT NULL,
    kind smallint NOT NULL,
    id uuid NOT NULL,
    rev integer NOT NULL DEFAULT 1,
    gone boolean NOT NULL DEFAULT false,
    gone_at timestamptz,
    x xid8 NOT NULL DEFAULT pg_current_xact_id(),
    PRIMARY KEY (scope, aud, kind, id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX sync_row_changed ON sync_row (scope, x);
CREATE INDEX sync_row_gone ON sync_row (gone_at) WHERE gone;

CREATE TABLE sync_grant (
    principal uuid NOT NULL,
    scope uuid NOT NULL,
    mask smallint NOT NULL,
    PRIMARY KEY (principal, scope)
);
CREATE INDEX sync_grant_scope ON sync_grant (scope);

CREATE TABLE sync_device (
    id uuid PRIMARY KEY,
    principal uuid NOT NULL,
    kind text NOT NULL DEFAULT '',
    last_n integer NOT NULL DEFAULT 0,
    next_n_seen integer NOT NULL DEFAULT 1,
    crashes integer NOT NULL DEFAULT 0,
    schema integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    manifest_digest text,
    digest_at timestamptz,
    revoked_at timestamptz,
    wipe boolean NOT NULL DEFAULT false
);
CREATE INDEX sync_device_principal ON sync_device (principal);

CREATE TABLE sync_mutation (
    device uuid NOT NULL REFERENCES sync_device (id) ON DELETE RESTRICT,
    n integer NOT NULL,
    id uuid NOT NULL,
    copy boolean NOT NULL DEFAULT false,
    name text NOT NULL,
    v smallint NOT NULL,
    scope uuid,
    args json,
    at_claimed timestamptz,
    received_at timestamptz NOT NULL DEFAULT now(),
    outcome text NOT NULL CHECK (outcome IN ('ok','refused','parked')),
    code text,
    detail jsonb,
    PRIMARY KEY (device, n)
);
CREATE UNIQUE INDEX sync_mutation_id ON sync_mutation (id) WHERE NOT copy;

-- One row: the cluster and timeline whose transaction ids our cursors speak of, and the key that seals them.
CREATE TABLE sync_epoch (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    system_identifier bigint NOT NULL,
    timeline integer NOT NULL,
    declaration text NOT NULL,
    seal_key bytea NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now()
);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
