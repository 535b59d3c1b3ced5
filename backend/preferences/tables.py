"""What people prefer."""

from piccolo.columns import UUID, ForeignKey, OnDelete, Text
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from backend.accounts.tables import Account


class Preference(Table, tablename="preference"):
    """One choice of one account, for that account alone."""

    id = UUID(primary_key=True, default=UUID4())
    account_id = ForeignKey(Account, null=False, on_delete=OnDelete.restrict, db_column_name="account_id")
    name = Text(null=False, default=None)
    value = Text(null=False, default=None)
