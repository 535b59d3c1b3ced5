"""Reading a case that is not one's own: who may, why, until when."""

from backend.migrate import statements

ID = "0039_permits"
VERSION = "1.38.0"
DESCRIPTION = "permit"

SQL = """
CREATE TABLE permit (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    kind text NOT NULL CHECK (kind IN ('break_glass','consent','audit')),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    case_id uuid NOT NULL REFERENCES ivd_case (id) ON DELETE RESTRICT,
    participant_id uuid REFERENCES participant (id) ON DELETE RESTRICT,
    topics text[] NOT NULL DEFAULT '{}',
    reason text NOT NULL CHECK (length(reason) <= 500),
    given_by uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    from_at timestamptz NOT NULL DEFAULT now(),
    until_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK ((kind = 'consent') = (participant_id IS NOT NULL)),
    CHECK (until_at > from_at)
);
CREATE INDEX permit_account ON permit (account_id, from_at);
CREATE INDEX permit_case ON permit (case_id);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
