"""The ledger as the state posted it: only ingest causes these rows to be written."""

from piccolo.columns import UUID, BigInt, Boolean, Date, ForeignKey, Integer, OnDelete, Text
from piccolo.columns.defaults.uuid import UUID4
from piccolo.table import Table

from backend.cases.tables import IvdCase


class Payment(Table, tablename="payment"):
    """A collection as the state posted it, by originator, settlement date and trace; integer cents."""

    id = UUID(primary_key=True, default=UUID4())
    originator = Text(null=False, default=None)
    settled_on = Date(null=False, default=None)
    trace = Text(null=False, default=None)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    paid_on = Date(null=False, default=None)
    posted_on = Date(null=False, default=None)
    amount_cents = BigInt(null=False, default=None)
    source = Text(null=False, default=None)
    reversed_by = Text(null=True, default=None)
    closed = Boolean(null=False, default=False)


class Distribution(Table, tablename="distribution"):
    """How the law splits a collection: we mirror, we do not decide; integer cents."""

    id = UUID(primary_key=True, default=UUID4())
    originator = Text(null=False, default=None)
    settled_on = Date(null=False, default=None)
    trace = Text(null=False, default=None)
    line = Integer(null=False, default=None)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    kind = Text(null=False, default=None)
    payee = Text(null=False, default=None)
    amount_cents = BigInt(null=False, default=None)
    distributed_on = Date(null=False, default=None)
    closed = Boolean(null=False, default=False)


class Disbursement(Table, tablename="disbursement"):
    """Money paid out; integer cents."""

    id = UUID(primary_key=True, default=UUID4())
    disbursement_id = Text(null=False, default=None, unique=True)
    case_id = ForeignKey(IvdCase, null=False, on_delete=OnDelete.restrict, db_column_name="case_id")
    originator = Text(null=True, default=None)
    settled_on = Date(null=True, default=None)
    trace = Text(null=True, default=None)
    payment_id = ForeignKey(Payment, null=True, on_delete=OnDelete.restrict, db_column_name="payment_id")
    amount_cents = BigInt(null=False, default=None)
    method = Text(null=False, default=None)
    status = Text(null=False, default=None)
    status_on = Date(null=False, default=None)
    expected_on = Date(null=True, default=None)
    hold_reason_code = Text(null=True, default=None)
    closed = Boolean(null=False, default=False)
