"""Where an epoch began: a table that a dump brought back is another one."""

from backend.migrate import statements

ID = "0043_epoch_home"
VERSION = "1.38.0"
DESCRIPTION = "sync_epoch.home"

SQL = """
ALTER TABLE sync_epoch ADD COLUMN home oid;
UPDATE sync_epoch SET home = 'sync_epoch'::regclass;
ALTER TABLE sync_epoch ALTER COLUMN home SET NOT NULL;
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
