"""The agency's bookable hours, and the appointments that people ask for."""

from piccolo.columns import UUID, ForeignKey, OnDelete, SmallInt, Text, Timestamp, Timestamptz
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from backend.cases.tables import Agency, IvdCase, Participant


class BookableHours(Table, tablename="bookable_hours"):
    """When the agency sees people on a weekday (Monday is 1), how long each time, and by which channel."""

    id = UUID(primary_key=True, default=UUID4())
    agency_id = ForeignKey(Agency, null=False, on_delete=OnDelete.restrict, db_column_name="agency_id")
    weekday = SmallInt(null=False, default=None)
    from_local = Text(null=False, default=None)
    to_local = Text(null=False, default=None)
    minutes = SmallInt(null=False, default=None)
    channel = Text(null=False, default=None)


class Appointment(Table, tablename="appointment"):
    """One appointment. `asked_local` is another time that `asked_by` (party or team) asks for. The worker is for staff."""

    id = UUID(primary_key=True, default=None)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    thread = ForeignKey(Participant, null=False, on_delete=OnDelete.restrict, db_column_name="thread")
    party_bit = SmallInt(null=False, default=None)
    worker_login = Text(null=False, default=None)
    worker_name = Text(null=False, default=None)
    starts_local = Timestamp(null=False, default=None)
    asked_local = Timestamp(null=True, default=None)
    asked_by = Text(null=True, default=None)
    time_zone = Text(null=False, default=None)
    minutes = SmallInt(null=False, default=None)
    channel = Text(null=False, default=None)
    topic = Text(null=False, default=None)
    note = Text(null=True, default=None)
    state = Text(null=False, default=None)
    requested_at = Timestamptz(null=False)
