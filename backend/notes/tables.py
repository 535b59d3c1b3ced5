"""Notes of the case team."""

from piccolo.columns import UUID, ForeignKey, OnDelete, Text, Timestamptz
from piccolo.table import Table

from backend.accounts.tables import Account
from backend.cases.tables import IvdCase


class Note(Table, tablename="note"):
    """One note. `version` names its present text; `beside` is the note whose text somebody else changed meanwhile."""

    id = UUID(primary_key=True, default=None)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    beside = UUID(null=True, default=None)
    version = UUID(null=False, default=None)
    author_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="author_id")
    author_name = Text(null=False, default=None)
    body = Text(null=False, default=None)
    written_at = Timestamptz(null=True, default=None)
    received_at = Timestamptz(null=False)
    edited_by = Text(null=True, default=None)
    edited_at = Timestamptz(null=True, default=None)
