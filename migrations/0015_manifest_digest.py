"""The digest of each principal's manifest, kept by the triggers that keep its grants."""

from backend.migrate import statements

ID = "0015_manifest_digest"
VERSION = "1.38.0"
DESCRIPTION = "sync_manifest"

# Filled with the declaration's triggers: their new text has them installed, and the doctor pass, when the migrations are through.
SQL = """
CREATE TABLE sync_manifest (
    principal uuid PRIMARY KEY,
    digest text NOT NULL
);
"""


async def forwards():
    return statements(ID, DESCRIPTION, SQL)
