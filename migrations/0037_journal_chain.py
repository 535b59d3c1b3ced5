"""The journal as evidence: nothing in it is ever changed, and a chain of hashes says so to whoever asks."""

from backend.migrate import statements

ID = "0037_journal_chain"
VERSION = "1.38.0"
DESCRIPTION = "journal append-only; journal_unsealed, journal_seal, journal_head"

SQL = """
CREATE TABLE journal_unsealed (entry bigint PRIMARY KEY);

CREATE TABLE journal_seal (
    seq bigint PRIMARY KEY,
    entry bigint NOT NULL UNIQUE,
    hash bytea NOT NULL CHECK (length(hash) = 32)
);

CREATE TABLE journal_head (
    seq bigint PRIMARY KEY,
    hash bytea NOT NULL CHECK (length(hash) = 32),
    signature bytea NOT NULL CHECK (length(signature) = 64),
    at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO journal_unsealed SELECT id FROM journal;

CREATE FUNCTION journal_waits() RETURNS trigger LANGUAGE plpgsql AS $journal$
BEGIN
    INSERT INTO journal_unsealed SELECT id FROM new_rows;
    RETURN NULL;
END $journal$;
CREATE TRIGGER journal_waits AFTER INSERT ON journal
    REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION journal_waits();

CREATE FUNCTION journal_stays() RETURNS trigger LANGUAGE plpgsql AS $journal$
BEGIN
    RAISE EXCEPTION 'the journal is only ever added to' USING ERRCODE = 'insufficient_privilege';
END $journal$;
CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_stays();
CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_seal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_stays();
CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON journal_head
    FOR EACH STATEMENT EXECUTE FUNCTION journal_stays();
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
