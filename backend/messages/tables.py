"""Messages between one party of a case and its case team."""

from piccolo.columns import UUID, Boolean, Date, ForeignKey, OnDelete, SmallInt, Text, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from backend.accounts.tables import Account
from backend.cases.tables import IvdCase, Participant


class Message(Table, tablename="message"):
    """One message. `thread` is the party's participant row; `party_bit` its private audience bit, copied."""

    id = UUID(primary_key=True, default=None)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    thread = ForeignKey(Participant, null=False, on_delete=OnDelete.restrict, db_column_name="thread")
    party_bit = SmallInt(null=False, default=None)
    from_party = Boolean(null=False, default=None)
    author_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="author_id")
    author_name = Text(null=False, default=None)
    body = Text(null=False, default=None)
    receipt = Text(null=False, default=None)
    written_at = Timestamptz(null=True, default=None)
    received_at = Timestamptz(null=False)
    answer_due_on = Date(null=True, default=None)
    answered_at = Timestamptz(null=True, default=None)


class ReadMark(Table, tablename="read_mark"):
    """How far an account has read a conversation; it is that account's alone."""

    id = UUID(primary_key=True, default=UUID4())
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    thread = ForeignKey(Participant, null=False, on_delete=OnDelete.restrict, db_column_name="thread")
    read_at = Timestamptz(null=False, default=None)
