"""What is kept of accounts, of how they are proved, and of sessions."""

from piccolo.columns import UUID, BigInt, Boolean, Bytea, ForeignKey, Integer, OnDelete, Text, Timestamptz
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table


class Account(Table, tablename="account"):
    """Someone who signs in. `person_id` (parents) and `worker_login` (staff) are the system of record's names.

    `alert` is what the person has to be told on every device of theirs, since or until `alert_at`.
    """

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
    alert = Text(null=True, default=None)
    alert_at = Timestamptz(null=True, default=None)


class Session(Table, tablename="session"):
    """One signed-in browser. `token_hash` is SHA-256 of the cookie's value, which is kept nowhere.

    `kind` is coarse ("Chrome, Android"). `old_token_hash` serves half a minute after a rotation, for requests under way.
    """

    id = UUID(primary_key=True, default=UUID4())
    token_hash = Bytea(null=False, default=None, unique=True)
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    created_at = Timestamptz(null=False, default=TimestamptzNow())
    seen_at = Timestamptz(null=False, default=TimestamptzNow())
    expires_at = Timestamptz(null=False, default=None)
    ended_at = Timestamptz(null=True, default=None)
    how = Text(null=False, default="password")
    kind = Text(null=False, default="")
    old_token_hash = Bytea(null=True, default=None)
    rotated_at = Timestamptz(null=True, default=None)
    proved_for = Text(null=True, default=None)
    proved_at = Timestamptz(null=True, default=None)


class Passkey(Table, tablename="passkey"):
    """A public key whose private half a person's device keeps. `waits_for` is the recovery that has to be over first."""

    id = UUID(primary_key=True, default=UUID4())
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    credential_id = Bytea(null=False, default=None, unique=True)
    public_key = Bytea(null=False, default=None)
    sign_count = BigInt(null=False, default=None)
    backup_eligible = Boolean(null=False, default=None)
    backed_up = Boolean(null=False, default=None)
    prf = Boolean(null=False, default=None)
    name = Text(null=False, default=None)
    made_at = Timestamptz(null=False, default=TimestamptzNow())
    used_at = Timestamptz(null=True, default=None)
    regressed_at = Timestamptz(null=True, default=None)
    waits_for = UUID(null=True, default=None)


class Challenge(Table, tablename="challenge"):
    """Random bytes that one holder may have signed once, within five minutes, for one purpose."""

    challenge = Bytea(primary_key=True, default=None)
    purpose = Text(null=False, default=None)
    holder = Bytea(null=False, default=None)
    expires_at = Timestamptz(null=False, default=None)


class Authenticator(Table, tablename="authenticator"):
    """The sealed seed of an app that shows six digits, and the last step of time whose digits were used."""

    account_id = UUID(primary_key=True, default=None)
    seed = Bytea(null=False, default=None)
    last_step = BigInt(null=True, default=None)
    made_at = Timestamptz(null=False, default=TimestamptzNow())


class PhoneLine(Table, tablename="phone_line"):
    """The way in by telephone: a number that we chose and the hash of a PIN. `fails` counts wrong PINs in a row."""

    account_id = UUID(primary_key=True, default=None)
    number = Text(null=False, default=None, unique=True)
    pin_hash = Text(null=False, default=None)
    fails = Integer(null=False, default=0)
    made_at = Timestamptz(null=False, default=TimestamptzNow())
    used_at = Timestamptz(null=True, default=None)


class RecoveryCode(Table, tablename="recovery_code"):
    """A code on paper that stands once for the app's digits; only its keyed hash is kept."""

    id = UUID(primary_key=True, default=UUID4())
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    code_hash = Bytea(null=False, default=None)
    used_at = Timestamptz(null=True, default=None)
    waits_for = UUID(null=True, default=None)


class PasswordSetup(Table, tablename="password_setup"):
    """A password and a seed that wait for the first digits of the app; `holder` is a session or an enrolment."""

    holder = Bytea(primary_key=True, default=None)
    password_hash = Text(null=False, default=None)
    seed = Bytea(null=False, default=None)
    tries = Integer(null=False, default=0)
    expires_at = Timestamptz(null=False, default=None)
