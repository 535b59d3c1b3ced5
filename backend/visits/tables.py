"""The cases that a worker keeps at hand."""

from piccolo.columns import UUID, ForeignKey, OnDelete
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from backend.accounts.tables import Account
from backend.cases.tables import IvdCase


class VisitPin(Table, tablename="visit_pin"):
    """A case pinned by an account, for that account alone."""

    id = UUID(primary_key=True, default=UUID4())
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
