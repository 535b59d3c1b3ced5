"""The way in by telephone: a caller number and a PIN of a person, and the calls that are under way."""

from backend.migrate import statements

ID = "0060_phone_line"
VERSION = "1.38.0"
DESCRIPTION = "phone_line, phone_call"

SQL = """
-- number is ours to choose, as sign-in names are; fails counts wrong PINs in a row.
CREATE TABLE phone_line (
    account_id uuid PRIMARY KEY REFERENCES account (id) ON DELETE RESTRICT,
    number text NOT NULL UNIQUE CHECK (number ~ '^[1-9][0-9]{8}$'),
    pin_hash text NOT NULL,
    fails integer NOT NULL DEFAULT 0,
    made_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz
);

-- state (where the call is, what was typed) and answer (what was said last) are sealed. token_hash names the request that the
-- provider is to send next, before_hash the one before: sent once more, it gets the same answer and does nothing.
CREATE TABLE phone_call (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    provider_hash bytea NOT NULL UNIQUE,
    token_hash bytea NOT NULL,
    before_hash bytea,
    state bytea NOT NULL,
    answer bytea NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);
CREATE INDEX phone_call_began ON phone_call (began_at);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
