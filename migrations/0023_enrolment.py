"""How somebody comes to an account, or back to it."""

from backend.migrate import statements

ID = "0023_enrolment"
VERSION = "1.38.0"
DESCRIPTION = "claim, enrolment, recovery"

SQL = """
CREATE TABLE claim (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    code_hash bytea NOT NULL UNIQUE,
    way text NOT NULL CHECK (way IN ('letter','words','operator')),
    person_id text,
    account_id uuid REFERENCES account (id) ON DELETE RESTRICT,
    made_by uuid,
    made_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0,
    used_at timestamptz,
    ended_at timestamptz,
    CHECK (person_id IS NOT NULL OR account_id IS NOT NULL)
);
CREATE INDEX claim_person ON claim (person_id, made_at);

-- A code that was used: what its browser may still do with it. `account_id` is the account's, also before there is one.
CREATE TABLE enrolment (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    claim_id uuid NOT NULL UNIQUE REFERENCES claim (id) ON DELETE RESTRICT,
    token_hash bytea NOT NULL UNIQUE,
    account_id uuid NOT NULL,
    login text NOT NULL,
    recovers boolean NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    done_at timestamptz
);

CREATE TABLE recovery (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    asked_at timestamptz NOT NULL DEFAULT now(),
    ready_at timestamptz NOT NULL,
    password_hash text,
    seed bytea,
    last_step bigint,
    cancelled_at timestamptz,
    done_at timestamptz
);
CREATE UNIQUE INDEX recovery_open ON recovery (account_id) WHERE cancelled_at IS NULL AND done_at IS NULL;
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
