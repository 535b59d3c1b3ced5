"""What a push service said, and what it means: the answers table as pure functions."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

import msgspec

from push.notification import Outcome, Result

YOUNG_S: Final = 600
YOUNG_WAITS_S: Final = (60.0, 300.0)
BACKOFF_S: Final = (30.0, 120.0, 480.0, 1800.0, 7200.0)
THROTTLE_S: Final = 60.0
MAX_RETRY_AFTER_S: Final = 86_400.0
JITTER: Final = 0.25
WNS: Final = "notify.windows.com"

_OTHER_KEY: Final = (b"VapidPkHashMismatch", b"do not correspond")


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: the status, the two headers we read, and the first bytes of the body (never shown or logged)."""

    status: int
    retry_after: str | None = None
    ttl: str | None = None
    body: bytes = b""


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of a try: ``earlier`` counts the tries before, ``jitter`` is a random number from 0 to 1."""

    service: str
    now: datetime
    subscribed_at: datetime
    earlier: int = 0
    jitter: float = 0.5


def outcome_of(answer: Answer, this: Try) -> Outcome:
    """Reads one answer. Only 404 and 410 may ever cost a subscription its life."""
    status = answer.status
    if 200 <= status < 300:
        return Outcome(result=Result.SENT, reason="accepted", status=status, ttl_s=_number(answer.ttl))
    if status in (404, 410):
        return _gone(status, this)
    if status in (400, 401, 403):
        return _refused(answer)
    if status == 429 or (status == 406 and this.service == WNS) or (status == 503 and answer.retry_after):
        after_s = retry_after_s(answer.retry_after, this.now)
        wait = THROTTLE_S if after_s is None else after_s
        return Outcome(result=Result.THROTTLE, reason="throttled", status=status, after_s=wait, counted=False)
    if status >= 500 or status == 408:
        return later(this, "service_trouble", status)
    reason = "redirect" if 300 <= status < 400 else "too_large" if status == 413 else "unexpected"
    return Outcome(result=Result.DEAD, reason=reason, status=status)


def later(this: Try, reason: str, status: int | None = None) -> Outcome:
    """Try again: 30 s, 2 min, 8 min, 30 min, then every 2 h, each a little earlier or later than the others'."""
    base = BACKOFF_S[min(this.earlier, len(BACKOFF_S) - 1)]
    wait = base * (1 - JITTER + 2 * JITTER * this.jitter)
    return Outcome(result=Result.LATER, reason=reason, status=status, after_s=wait)


def retry_after_s(value: str | None, now: datetime) -> float | None:
    """Retry-After in both its forms, seconds or a date; None where absent or unreadable. Never more than a day."""
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), MAX_RETRY_AFTER_S)
    try:
        when = parsedate_to_datetime(text)
    except ValueError:
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((aware - now).total_seconds(), 0.0), MAX_RETRY_AFTER_S)


def _gone(status: int, this: Try) -> Outcome:
    """A service may not know a subscription yet that is seconds old: such a one gets two more tries."""
    age_s = (this.now - this.subscribed_at).total_seconds()
    if age_s < YOUNG_S and this.earlier < len(YOUNG_WAITS_S):
        return Outcome(result=Result.LATER, reason="young", status=status, after_s=YOUNG_WAITS_S[this.earlier])
    return Outcome(result=Result.GONE, reason="unsubscribed", status=status)


def _refused(answer: Answer) -> Outcome:
    if any(words in answer.body for words in _OTHER_KEY):
        return Outcome(result=Result.NEEDS_RESUBSCRIBE, reason="other_key", status=answer.status)
    if answer.status == 400:
        return Outcome(result=Result.DEAD, reason="bad_request", status=answer.status)
    return Outcome(result=Result.CREDENTIALS, reason="credentials", status=answer.status)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
