"""What is kept of codes, of those who used one, and of what staff have to look into."""

from piccolo.columns import UUID, BigInt, Boolean, Bytea, Integer, Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class Claim(Table, tablename="claim"):
    """A code for one person (or, from an operator, one account). Only its keyed hash is kept; five wrong names end it."""

    id = UUID(primary_key=True, default=UUID4())
    code_hash = Bytea(null=False, default=None, unique=True)
    way = Text(null=False, default=None)
    person_id = Text(null=True, default=None)
    account_id = UUID(null=True, default=None)
    made_by = UUID(null=True, default=None)
    made_at = Timestamptz(null=False, default=TimestamptzNow())
    expires_at = Timestamptz(null=False, default=None)
    tries = Integer(null=False, default=0)
    used_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)


class Enrolment(Table, tablename="enrolment"):
    """What the browser in which a code was right may still do. `account_id` is the account's, also before there is one."""

    id = UUID(primary_key=True, default=UUID4())
    claim_id = UUID(null=False, default=None, unique=True)
    token_hash = Bytea(null=False, default=None, unique=True)
    account_id = UUID(null=False, default=None)
    login = Text(null=False, default=None)
    recovers = Boolean(null=False, default=None)
    made_at = Timestamptz(null=False, default=TimestamptzNow())
    expires_at = Timestamptz(null=False, default=None)
    done_at = Timestamptz(null=True, default=None)


class Recovery(Table, tablename="recovery"):
    """Somebody who comes back to an account: new ways to sign in that wait until `ready_at`, unless it is called off."""

    id = UUID(primary_key=True, default=UUID4())
    account_id = UUID(null=False, default=None)
    asked_at = Timestamptz(null=False, default=TimestamptzNow())
    ready_at = Timestamptz(null=False, default=None)
    password_hash = Text(null=True, default=None)
    seed = Bytea(null=True, default=None)
    last_step = BigInt(null=True, default=None)
    cancelled_at = Timestamptz(null=True, default=None)
    done_at = Timestamptz(null=True, default=None)


class IdentityCheck(Table, tablename="identity_check"):
    """Something about a person's account that the case team looks into by hand."""

    id = UUID(primary_key=True, default=UUID4())
    kind = Text(null=False, default=None)
    account_id = UUID(null=True, default=None)
    person_id = Text(null=True, default=None)
    made_at = Timestamptz(null=False, default=TimestamptzNow())
    done_at = Timestamptz(null=True, default=None)
    done_by = UUID(null=True, default=None)
