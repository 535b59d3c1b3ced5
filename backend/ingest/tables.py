"""Loads, and the rows they could not take. Neither leaves for a device."""

from piccolo.columns import JSONB, UUID, BigInt, Boolean, Bytea, ForeignKey, Integer, OnDelete, Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class Batch(Table, tablename="batch"):
    """One extract that was loaded, refused or is being loaded; `digest` is of its signed manifest, so a twin is known at once."""

    id = UUID(primary_key=True, default=UUID4())
    source = Text(null=False, default=None)
    sequence = BigInt(null=True, default=None)
    mode = Text(null=True, default=None)
    digest = Bytea(null=False, default=None)
    as_of = Timestamptz(null=True, default=None)
    state = Text(null=False, default=None)
    first = Boolean(null=False, default=False)
    gap = Boolean(null=False, default=False)
    report = JSONB(null=False, default="{}")
    started_at = Timestamptz(null=False, default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)


class Reject(Table, tablename="reject"):
    """A row that was left out: where it stood and why, never what it said."""

    id = UUID(primary_key=True, default=UUID4())
    batch_id = ForeignKey(Batch, null=False, on_delete=OnDelete.restrict, db_column_name="batch_id")
    file = Text(null=False, default=None)
    line = Integer(null=False, default=None)
    column = Text(null=True, default=None)
    reason = Text(null=False, default=None)
