"""What travels about money. Amounts are integer cents. Where a payment came from never travels."""

from datetime import date
from typing import Literal

from backend.wire import Wire


class Payment(Wire, frozen=True):
    """A collection that the state posted; `reversed_by` is set when it was taken back."""

    paid_on: date
    posted_on: date
    amount_cents: int
    reversed_by: str | None


class Disbursement(Wire, frozen=True):
    """Money paid out to the receiving side, which alone sees it, with the staff; the method is the receiver's own."""

    payment_id: str | None
    amount_cents: int
    method: Literal["direct_deposit", "card", "check"]
    status: Literal["processing", "held", "sent", "available", "returned"]
    status_on: date
    expected_on: date | None
    hold_reason_code: str | None
