"""The court's docket: only ingest causes these rows to be written."""

from piccolo.columns import UUID, Boolean, ForeignKey, Integer, OnDelete, Text, Timestamp
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from backend.cases.tables import IvdCase


class Hearing(Table, tablename="hearing"):
    """A hearing of the court. `starts_local` is wall time in `time_zone`."""

    id = UUID(primary_key=True, default=UUID4())
    hearing_id = Text(null=False, default=None, unique=True)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    docket_number = Text(null=False, default=None)
    kind = Text(null=False, default=None)
    starts_local = Timestamp(null=False, default=None)
    time_zone = Text(null=False, default=None)
    minutes = Integer(null=False, default=None)
    court = Text(null=False, default=None)
    room = Text(null=True, default=None)
    address = Text(null=True, default=None)
    remote = Boolean(null=False, default=False)
    status = Text(null=False, default=None)
    appearance = Text(null=True, default=None)
