"""Our rows: how a person wants the app to be, on whichever phone they use."""

from backend.migrate import statements

ID = "0014_preferences"
VERSION = "1.38.0"
DESCRIPTION = "preference"

SQL = """
CREATE TABLE preference (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL REFERENCES account (id) ON DELETE RESTRICT,
    name text NOT NULL CHECK (name IN ('language','text')),
    value text NOT NULL CHECK (length(value) <= 20),
    UNIQUE (account_id, name)
);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
