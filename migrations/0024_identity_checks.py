"""What staff have to look into by hand."""

from backend.migrate import statements

ID = "0024_identity_checks"
VERSION = "1.38.0"
DESCRIPTION = "identity_check"

SQL = """
CREATE TABLE identity_check (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind text NOT NULL CHECK (kind IN ('second_claim','burnt_code','copied_passkey','recovery','cancelled')),
    account_id uuid,
    person_id text,
    made_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    done_by uuid
);
CREATE INDEX identity_check_open ON identity_check (person_id) WHERE done_at IS NULL;
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
