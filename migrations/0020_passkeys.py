"""Passkeys, and the challenges that they answer."""

from backend.migrate import statements

ID = "0020_passkeys"
VERSION = "1.38.0"
DESCRIPTION = "passkey, challenge"

SQL = """
CREATE TABLE passkey (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    credential_id bytea NOT NULL UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    backup_eligible boolean NOT NULL,
    backed_up boolean NOT NULL,
    prf boolean NOT NULL,
    name text NOT NULL CHECK (length(name) <= 80),
    made_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz,
    regressed_at timestamptz,
    waits_for uuid
);
CREATE INDEX passkey_account ON passkey (account_id);

-- `holder` is whoever was asked: the hash of a browser's or an enrolment's token, or a session's id.
CREATE TABLE challenge (
    challenge bytea PRIMARY KEY,
    purpose text NOT NULL,
    holder bytea NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX challenge_expires ON challenge (expires_at);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
