"""What is kept of accounts and sessions."""

from piccolo.columns import UUID, Boolean, Bytea, ForeignKey, OnDelete, Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class Account(Table, tablename="account"):
    """Someone who signs in. `person_id` (parents) and `worker_login` (staff) are the system of record's names."""

    id = UUID(primary_key=True, default=UUID4())
    role = Text(null=False, default=None)
    login = Text(null=False, default=None, unique=True)
    password_hash = Text(null=True, default=None)
    display_name = Text(null=False, default=None)
    language = Text(null=False, default="en")
    time_zone = Text(null=False, default="America/New_York")
    person_id = Text(null=True, default=None)
    worker_login = Text(null=True, default=None)
    demo_key = Text(null=True, default=None)
    active = Boolean(null=False, default=True)
    created_at = Timestamptz(null=False, default=TimestamptzNow())


class Session(Table, tablename="session"):
    """One signed-in browser. `token_hash` is SHA-256 of the cookie's value, which is kept nowhere."""

    id = UUID(primary_key=True, default=UUID4())
    token_hash = Bytea(null=False, default=None, unique=True)
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    created_at = Timestamptz(null=False, default=TimestamptzNow())
    seen_at = Timestamptz(null=False, default=TimestamptzNow())
    expires_at = Timestamptz(null=False, default=None)
    ended_at = Timestamptz(null=True, default=None)
