"""Changes of contact that people sent, until the system of record has them."""

from piccolo.columns import UUID, ForeignKey, OnDelete, SmallInt, Text, Timestamptz
from piccolo.table import Table

from backend.cases.tables import IvdCase, Participant


class ContactChange(Table, tablename="contact_change"):
    """One field of one person's contact, as the person says it is. One is open for each field at a time."""

    id = UUID(primary_key=True, default=None)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    thread = ForeignKey(Participant, null=False, on_delete=OnDelete.restrict, db_column_name="thread")
    party_bit = SmallInt(null=False, default=None)
    field = Text(null=False, default=None)
    was = Text(null=True, default=None)
    now = Text(null=True, default=None)
    state = Text(null=False, default=None)
    sent_at = Timestamptz(null=False)
    taken_by = Text(null=True, default=None)
    taken_at = Timestamptz(null=True, default=None)
