"""Documents and their files, and what parties are asked for."""

from piccolo.columns import UUID, Bytea, Date, ForeignKey, Integer, OnDelete, SmallInt, Text, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from backend.accounts.tables import Account
from backend.cases.tables import IvdCase, Participant


class DocumentRequest(Table, tablename="document_request"):
    """One paper that the case team asks one party for. `party_bit` is the party's private audience bit, copied."""

    id = UUID(primary_key=True, default=None)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    thread = ForeignKey(Participant, null=False, on_delete=OnDelete.restrict, db_column_name="thread")
    party_bit = SmallInt(null=False, default=None)
    kind = Text(null=False, default=None)
    why = Text(null=False, default=None)
    by_on = Date(null=False, default=None)
    state = Text(null=False, default="open")
    asked_at = Timestamptz(null=False)
    asked_by = Text(null=False, default=None)


class Document(Table, tablename="document"):
    """One document that a party offers. `account_id` owns its files; `party_bit` is the party's private audience bit, copied."""

    id = UUID(primary_key=True, default=None)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    thread = ForeignKey(Participant, null=False, on_delete=OnDelete.restrict, db_column_name="thread")
    party_bit = SmallInt(null=False, default=None)
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    kind = Text(null=False, default=None)
    note = Text(null=True, default=None)
    files = SmallInt(null=False, default=None)
    bytes = Integer(null=False, default=None)
    pages = SmallInt(null=False, default=None)
    arrived = SmallInt(null=False, default=0)
    state = Text(null=False, default=None)
    reason = Text(null=True, default=None)
    said = Text(null=True, default=None)
    scan = Text(null=True, default=None)
    written_at = Timestamptz(null=True, default=None)
    received_at = Timestamptz(null=False)
    decided_at = Timestamptz(null=True, default=None)
    decided_by = Text(null=True, default=None)
    request = ForeignKey(DocumentRequest, null=True, on_delete=OnDelete.restrict, db_column_name="request")


class DocumentFile(Table, tablename="document_file"):
    """One file of a document: what was declared of it, how far it is, and what the check kept."""

    id = UUID(primary_key=True, default=UUID4())
    document_id = ForeignKey(Document, null=False, on_delete=OnDelete.restrict, db_column_name="document_id")
    place = SmallInt(null=False, default=None)
    sha256 = Bytea(null=False, default=None)
    bytes = Integer(null=False, default=None)
    media_type = Text(null=False, default=None)
    pages = SmallInt(null=False, default=None)
    state = Text(null=False, default="waiting")
    clean_sha256 = Bytea(null=True, default=None)
    clean_bytes = Integer(null=True, default=None)
    arrived_at = Timestamptz(null=True, default=None)


class DocumentTicket(Table, tablename="document_ticket"):
    """The right of one account to fetch one file once, for less than a minute. The token itself is kept nowhere."""

    token_hash = Bytea(primary_key=True, default=None)
    file_id = ForeignKey(DocumentFile, null=False, on_delete=OnDelete.restrict, db_column_name="file_id")
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    expires_at = Timestamptz(null=False, default=None)
