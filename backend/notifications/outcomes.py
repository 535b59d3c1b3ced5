"""What a push service's answers make of a delivery and of a subscription."""

from collections.abc import Sequence
from typing import Final

import msgspec

from push.notification import Outcome, Result

CREDENTIALS_WAIT_S: Final = 600.0
MAX_FAILS: Final = 5

_ENDS: Final = {Result.SENT: "sent", Result.GONE: "gone", Result.DEAD: "dead", Result.NEEDS_RESUBSCRIBE: "dead"}


class Delivered(msgspec.Struct, frozen=True):
    """What one try makes of a delivery: its state, and in how many seconds the next try is due."""

    state: str
    wait_s: float | None = None


def after(outcome: Outcome, left_s: float) -> Delivered:
    """Never a try past the moment when the news is old, which is in so many seconds."""
    if outcome.result in _ENDS:
        return Delivered(_ENDS[outcome.result])
    wait_s = CREDENTIALS_WAIT_S if outcome.after_s is None else outcome.after_s
    return Delivered("expired") if wait_s >= left_s else Delivered("queued", wait_s)


def subscription_event(outcomes: Sequence[Outcome]) -> tuple[str, str]:
    """What a subscription's tries say of it: the weightiest event, and its reason as a code."""
    events = [(_event(outcome), outcome.reason) for outcome in outcomes]
    order = ("gone", "needs_resubscribe", "ok", "fail", "trouble")
    return min(events, key=lambda event: order.index(event[0]))


def _event(outcome: Outcome) -> str:
    """A refused token or a slow service is never held against a subscription; a refused message is."""
    plain = {Result.SENT: "ok", Result.GONE: "gone", Result.NEEDS_RESUBSCRIBE: "needs_resubscribe"}
    if outcome.result is Result.DEAD and outcome.status is not None and 400 <= outcome.status < 500:
        return "fail"
    return plain.get(outcome.result, "trouble")
