"""What follows from a journal entry is noted by its owner, whoever wrote the entry; the rest of the second lock is declared."""

from backend.migrate import statements

ID = "0050_persons_line"
VERSION = "1.38.0"
DESCRIPTION = "a role that owns nothing may write entries of the journal"

SQL = """
ALTER FUNCTION journal_waits() SECURITY DEFINER SET search_path = public, pg_temp;
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
