"""Lighter indexes for notices: each has a reader, and a row stands only in those that somebody looks for it in."""

from backend.migrate import statements

ID = "0065_notice_indexes"
VERSION = "1.38.0"
DESCRIPTION = "notice and push_delivery: fewer and smaller indexes"

SQL = """
-- Reminders alone are looked up by their subject; a night's payments need not stand there.
DROP INDEX notice_subject;
CREATE INDEX notice_reminds ON notice (subject_id) WHERE state = 'queued' AND speaks_of IS NOT NULL;

-- Many are due at the same moment: without the id, one entry stands for all of them.
DROP INDEX notice_due;
CREATE INDEX notice_due ON notice (not_before) WHERE state = 'queued';

-- The number on the app's icon counts two months: it is read from the index alone.
DROP INDEX notice_unopened;
CREATE INDEX notice_unopened ON notice (account_id, told_on)
    WHERE told_at IS NOT NULL AND opened_at IS NULL AND kind <> 'test';
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
