"""What is kept: our decisions to tell somebody. ``push_delivery`` and the counters are reached by plain SQL only."""

from piccolo.columns import UUID, Boolean, Bytea, Date, ForeignKey, Integer, OnDelete, Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from backend.accounts.tables import Account


class Reach(Table, tablename="reach"):
    """A number or an address of one account, sealed; ``private``: nobody else reads it. ``reach_delivery`` is for SQL only."""

    id = UUID(primary_key=True, default=UUID4())
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    channel = Text(null=False, default=None)
    address = Bytea(null=False, default=None)
    address_hash = Bytea(null=False, default=None)
    private = Boolean(null=False, default=False)
    code_hash = Bytea(null=True, default=None)
    code_until = Timestamptz(null=True, default=None)
    tries = Integer(null=False, default=0)
    verified_at = Timestamptz(null=True, default=None)
    stopped_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(null=False, default=TimestamptzNow())


class Notice(Table, tablename="notice"):
    """One decision to tell one account of one thing.

    ``told_at``: since when the app shows it. ``lead_id``: the notice that spoke for it on the lock screen, often itself.
    ``speaks_of``: the instant that a reminder reminds of.
    """

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
    created_at = Timestamptz(null=False, default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)
    told_at = Timestamptz(null=True, default=None)
    told_on = Date(null=True, default=None)
    opened_at = Timestamptz(null=True, default=None)
    lead_id = UUID(null=True, default=None)
    speaks_of = Timestamptz(null=True, default=None)
