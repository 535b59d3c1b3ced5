"""What is kept: our signing keys and the browsers that asked to be told. ``push_delivery`` is read by SQL only."""

from piccolo.columns import UUID, Bytea, ForeignKey, Integer, Text, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class VapidKey(Table, tablename="vapid_key"):
    """A signing key; ``private_key`` is a sealed PEM. Retired ones stay while a subscription needs them."""

    id = UUID(primary_key=True, default=UUID4())
    public_key = Text(default=None, null=False, required=True, unique=True)
    private_key = Bytea(default=None, null=False, required=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    retired_at = Timestamptz(default=None, null=True)


class PushSubscription(Table, tablename="push_subscription"):
    """One browser's subscription; ``endpoint`` is sealed and bound to its hash, which finds it again."""

    id = UUID(primary_key=True, default=UUID4())
    account_id = UUID(default=None, null=False, required=True)
    device_id = UUID(default=None, null=True)
    endpoint = Bytea(default=None, null=False, required=True)
    endpoint_hash = Bytea(default=None, null=False, required=True, unique=True)
    host = Text(default=None, null=False, required=True)
    service = Text(default=None, null=False, required=True)
    p256dh = Text(default=None, null=False, required=True)
    auth = Text(default=None, null=False, required=True)
    vapid_key_id = ForeignKey(VapidKey, default=None, null=False, required=True, on_delete=OnDelete.restrict)
    agent_class = Text(default="", null=False)
    locale = Text(default="en", null=False)
    renew_hash = Bytea(default=None, null=True)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    last_ok_at = Timestamptz(default=None, null=True)
    last_error = Text(default=None, null=True)
    fails = Integer(default=0, null=False)
    first_fail_at = Timestamptz(default=None, null=True)
    state = Text(default="active", null=False)
    reason = Text(default=None, null=True)
