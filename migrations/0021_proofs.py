"""What a session was begun with and last proved by, and what its person has to be told."""

from backend.migrate import statements

ID = "0021_proofs"
VERSION = "1.38.0"
DESCRIPTION = "session: how, kind, rotation, proof; account: alert"

SQL = """
ALTER TABLE session
    ADD COLUMN how text NOT NULL DEFAULT 'password' CHECK (how IN ('password','passkey','enrolment','demo')),
    ADD COLUMN kind text NOT NULL DEFAULT '' CHECK (length(kind) <= 40),
    ADD COLUMN old_token_hash bytea,
    ADD COLUMN rotated_at timestamptz,
    ADD COLUMN proved_for text,
    ADD COLUMN proved_at timestamptz;
CREATE INDEX session_old_token ON session (old_token_hash) WHERE old_token_hash IS NOT NULL;

ALTER TABLE account
    ADD COLUMN alert text CHECK (alert IN ('recovery','second_claim','factor_changed','recovered')),
    ADD COLUMN alert_at timestamptz;
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
