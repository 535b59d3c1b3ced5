"""Codes from an app, and recovery codes."""

from backend.migrate import statements

ID = "0022_second_factors"
VERSION = "1.38.0"
DESCRIPTION = "authenticator, recovery_code, password_setup"

SQL = """
CREATE TABLE authenticator (
    account_id uuid PRIMARY KEY REFERENCES account (id) ON DELETE RESTRICT,
    seed bytea NOT NULL,
    last_step bigint,
    made_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE recovery_code (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    code_hash bytea NOT NULL,
    used_at timestamptz,
    waits_for uuid
);
CREATE INDEX recovery_code_account ON recovery_code (account_id);

-- A password and a seed that become somebody's once a first code from the app shows that it holds the seed.
CREATE TABLE password_setup (
    holder bytea PRIMARY KEY,
    password_hash text NOT NULL,
    seed bytea NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    expires_at timestamptz NOT NULL
);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
