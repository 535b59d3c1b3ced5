"""Our rows: how far each account has read each conversation."""

from backend.migrate import statements

ID = "0010_read_marks"
VERSION = "1.38.0"
DESCRIPTION = "read_mark"

SQL = """
-- It is the account's own: neither the other end of the conversation nor anybody else ever holds it.
CREATE TABLE read_mark (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    thread uuid NOT NULL REFERENCES participant (id) ON DELETE RESTRICT,
    read_at timestamptz NOT NULL,
    UNIQUE (account_id, thread)
);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
