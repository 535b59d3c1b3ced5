"""How else a person may be reached: a number or an address that they gave and confirmed, and what is carried there."""

from backend.migrate import statements

ID = "0032_reach"
VERSION = "1.38.0"
DESCRIPTION = "reach, reach_delivery"

SQL = """
-- address is sealed and bound to the row; address_hash finds it when somebody writes STOP. private: nobody else reads it.
CREATE TABLE reach (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    channel text NOT NULL CHECK (channel IN ('text','email')),
    address bytea NOT NULL,
    address_hash bytea NOT NULL,
    private boolean NOT NULL DEFAULT false,
    code_hash bytea,
    code_until timestamptz,
    tries integer NOT NULL DEFAULT 0,
    verified_at timestamptz,
    stopped_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account_id, channel)
);
CREATE INDEX reach_address ON reach (address_hash);

CREATE TABLE reach_delivery (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    notice_id uuid NOT NULL REFERENCES notice (id) ON DELETE RESTRICT,
    reach_id uuid NOT NULL REFERENCES reach (id) ON DELETE RESTRICT,
    state text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued','sent','dead','expired','suppressed')),
    reason text,
    attempts integer NOT NULL DEFAULT 0,
    claims integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    first_at timestamptz,
    last_at timestamptz,
    UNIQUE (notice_id, reach_id)
);
CREATE INDEX reach_delivery_due ON reach_delivery (next_at) WHERE state = 'queued';
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
