"""Our rows: the documents that people send to their case team, the files of each, and tickets to fetch one once."""

from backend.migrate import statements

ID = "0017_documents"
VERSION = "1.38.0"
DESCRIPTION = "document, document_file, document_ticket"

SQL = """
CREATE TABLE document (
    id uuid PRIMARY KEY,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    thread uuid NOT NULL REFERENCES participant (id) ON DELETE RESTRICT,
    party_bit smallint NOT NULL,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    kind text NOT NULL CHECK (kind IN ('pay','job','costs','paid','court','identity','birth','other')),
    note text CHECK (length(note) <= 1000),
    files smallint NOT NULL CHECK (files BETWEEN 1 AND 10),
    bytes integer NOT NULL CHECK (bytes > 0),
    pages smallint NOT NULL CHECK (pages > 0),
    arrived smallint NOT NULL DEFAULT 0 CHECK (arrived BETWEEN 0 AND files),
    state text NOT NULL
        CHECK (state IN ('offered','arriving','held','ready','unfit','accepted','sent_back','withdrawn')),
    reason text,
    said text CHECK (length(said) <= 1000),
    scan text CHECK (scan IN ('clean','not_scanned')),
    written_at timestamptz,
    received_at timestamptz NOT NULL,
    decided_at timestamptz,
    decided_by text,
    CHECK ((reason IS NOT NULL) = (state IN ('unfit','sent_back')))
);
CREATE INDEX document_case ON document (case_id);
CREATE INDEX document_account ON document (account_id, received_at);
CREATE INDEX document_held ON document (received_at) WHERE state = 'held';

-- sha256 and bytes are what was declared, and so what came; clean_* what is kept of it after the check, under the name of its
-- own hash in its owner's folder. Never compared across people: that two sent the same file nobody may learn.
CREATE TABLE document_file (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    document_id uuid NOT NULL REFERENCES document (id) ON DELETE RESTRICT,
    place smallint NOT NULL CHECK (place BETWEEN 1 AND 10),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    bytes integer NOT NULL CHECK (bytes > 0),
    media_type text NOT NULL,
    pages smallint NOT NULL CHECK (pages > 0),
    state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting','arrived','clean','gone')),
    clean_sha256 bytea CHECK (length(clean_sha256) = 32),
    clean_bytes integer,
    arrived_at timestamptz,
    UNIQUE (document_id, place),
    CHECK ((clean_sha256 IS NOT NULL) = (state = 'clean'))
);

CREATE TABLE document_ticket (
    token_hash bytea PRIMARY KEY,
    file_id uuid NOT NULL REFERENCES document_file (id) ON DELETE RESTRICT,
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    expires_at timestamptz NOT NULL
);
CREATE INDEX document_ticket_expires ON document_ticket (expires_at);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
