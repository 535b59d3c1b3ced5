"""What is kept: our decisions to tell somebody. ``push_delivery`` is reached by plain SQL only (``queue.py``)."""

from piccolo.columns import UUID, ForeignKey, Integer, OnDelete, Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from backend.accounts.tables import Account


class Notice(Table, tablename="notice"):
    """One decision to tell one account. Several changes of one batch are one notice, which then has no subject."""

    id = UUID(primary_key=True, default=UUID4())
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    event_key = Text(null=False, default=None)
    kind = Text(null=False, default=None)
    case_id = UUID(null=True, default=None)
    subject_id = UUID(null=True, default=None)
    collapse_key = Text(null=False, default=None)
    not_before = Timestamptz(null=False, default=TimestamptzNow())
    expires_at = Timestamptz(null=False, default=None)
    state = Text(null=False, default="queued")
    attempts = Integer(null=False, default=0)
    lease_until = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False, default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)
