"""What a device proves itself by, what unlocks it with a PIN, and what came from devices that we no longer trust."""

from backend.migrate import statements

ID = "0036_device_keys"
VERSION = "1.38.0"
DESCRIPTION = "sync_device: key, name, session_id, heir_of, told_at, wiped_at; vault_key, vault_share, quarantine"

SQL = """
ALTER TABLE sync_device
    ADD COLUMN key bytea CHECK (length(key) = 65),
    ADD COLUMN name text NOT NULL DEFAULT '' CHECK (length(name) <= 80),
    ADD COLUMN session_id uuid,
    ADD COLUMN heir_of uuid UNIQUE REFERENCES sync_device (id) ON DELETE RESTRICT,
    ADD COLUMN told_at timestamptz,
    ADD COLUMN wiped_at timestamptz;

-- The keys themselves are made from the installation's secret; here stands which of them are in force.
CREATE TABLE vault_key (
    purpose text NOT NULL CHECK (purpose IN ('lease','outbox')),
    generation integer NOT NULL CHECK (generation > 0),
    made_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    PRIMARY KEY (purpose, generation)
);

CREATE TABLE vault_share (
    device uuid NOT NULL REFERENCES sync_device (id) ON DELETE RESTRICT,
    next boolean NOT NULL,
    share bytea NOT NULL,
    check_hash bytea NOT NULL,
    left_tries smallint NOT NULL CHECK (left_tries BETWEEN 1 AND 10),
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (device, next)
);

CREATE TABLE quarantine (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    device uuid NOT NULL REFERENCES sync_device (id) ON DELETE RESTRICT,
    n integer NOT NULL,
    mutation uuid NOT NULL,
    name text NOT NULL,
    scope uuid,
    box bytea,
    kept_at timestamptz NOT NULL DEFAULT now(),
    state text NOT NULL DEFAULT 'kept' CHECK (state IN ('kept','released','discarded')),
    decided_by uuid,
    decided_at timestamptz,
    outcome text,
    code text,
    UNIQUE (device, n, mutation)
);
CREATE INDEX quarantine_kept ON quarantine (scope) WHERE state = 'kept';
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
