"""Batches of the system of record's files, and the rows they could not give us."""

from backend.migrate import statements

ID = "0003_ingest"
VERSION = "1.38.0"
DESCRIPTION = "batch, reject"

SQL = """
CREATE TABLE batch (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    source text NOT NULL,
    sequence bigint,
    mode text CHECK (mode IN ('full','delta')),
    digest bytea NOT NULL,
    as_of timestamptz,
    state text NOT NULL CHECK (state IN ('loading','loaded','refused')),
    first boolean NOT NULL DEFAULT false,
    gap boolean NOT NULL DEFAULT false,
    report jsonb NOT NULL DEFAULT '{}',
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE UNIQUE INDEX batch_sequence ON batch (source, sequence) WHERE state = 'loaded';
CREATE UNIQUE INDEX batch_digest ON batch (digest) WHERE state = 'loaded';

CREATE TABLE reject (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    batch_id uuid NOT NULL REFERENCES batch (id) ON DELETE RESTRICT,
    file text NOT NULL,
    line integer NOT NULL,
    "column" text,
    reason text NOT NULL
);
CREATE INDEX reject_batch ON reject (batch_id, file, line);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
