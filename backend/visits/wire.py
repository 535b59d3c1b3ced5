"""What travels about the cases that a worker keeps at hand."""

from uuid import UUID

from backend.wire import Wire


class VisitPin(Wire, frozen=True):
    """A case that this account pinned."""

    case_id: UUID


class PinVisit(Wire, frozen=True):
    """Arguments of visit.pin@1: which case, and whether it is to be at hand."""

    case: UUID
    pinned: bool
