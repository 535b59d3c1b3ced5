"""What people choose about their notices stands among their preferences."""

from backend.migrate import statements

ID = "0031_notice_choices"
VERSION = "1.38.0"
DESCRIPTION = "preferences about notices"

SQL = """
ALTER TABLE preference DROP CONSTRAINT preference_name_check;
ALTER TABLE preference ADD CONSTRAINT preference_name_check
    CHECK (name IN ('language', 'text') OR name ~ '^notice(_quiet|_digest|_detail|\\.[a-z_]{1,20})$');
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
