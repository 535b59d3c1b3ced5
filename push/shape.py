"""How fast we may send to one push service: a token bucket and a breaker as pure functions, and this process's own gate.

The pace is shared by all processes (``pace.py`` keeps it in the database); the gate is each process's: how many are in
flight, and whether an answer of this very round said to stop. Times are seconds of one clock, given as arguments.
"""

import asyncio
from collections.abc import Iterable
from typing import Final

import msgspec

from push.answers import THROTTLE_S
from push.notification import Outcome, Result

IN_FLIGHT: Final = 64
MAX_RATE: Final = 200.0
MIN_RATE: Final = 1.0
BURST_S: Final = 1.0
RECOVERY_S: Final = 600.0  # of clean sending, from nothing to the full rate
RECOVERY_STEP_S: Final = 5.0
TROUBLE_LIMIT: Final = 20
TROUBLE_S: Final = 30.0
CREDENTIALS_LIMIT: Final = 5
CREDENTIALS_S: Final = 600.0


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """One service's pace: messages a second, what is in the bucket, since when, and until when nothing may be sent.

    ``trouble`` and ``credentials`` count such answers in a row, with no success between.
    """

    rate: float
    tokens: float
    filled_at: float
    closed_until: float = 0.0
    trouble: int = 0
    credentials: int = 0


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a round's answers say of a service. ``wait_s`` is the longest wait that it asked for; none when it asked for none."""

    sent: int = 0
    wait_s: float | None = None
    trouble: int = 0
    credentials: int = 0


def take(pace: Pace, wanted: int, now: float) -> tuple[Pace, int]:
    """The pace after taking, and how many of the wanted messages may go now. A clock that goes back fills nothing."""
    if now < pace.closed_until:
        return pace, 0
    burst = max(1.0, pace.rate * BURST_S)
    level = min(burst, pace.tokens + max(0.0, now - pace.filled_at) * pace.rate)
    granted = min(wanted, int(level))
    return msgspec.structs.replace(pace, tokens=level - granted, filled_at=now), granted


def wait_s(pace: Pace, now: float) -> float:
    """How long until it is worth asking again."""
    return max(pace.closed_until - now, (1.0 - pace.tokens) / pace.rate, 0.0)


def hear(outcomes: Iterable[Outcome]) -> Heard:
    """Sums up a round. Of refused tokens and trouble only those after the last success count."""
    sent, trouble, credentials = 0, 0, 0
    longest: float | None = None
    for outcome in outcomes:
        if outcome.result is Result.SENT:
            sent, trouble, credentials = sent + 1, 0, 0
        elif outcome.result is Result.THROTTLE:
            asked = THROTTLE_S if outcome.after_s is None else outcome.after_s
            longest = max(longest or 0.0, asked)
        elif outcome.result is Result.CREDENTIALS:
            credentials += 1
        elif outcome.result is Result.LATER and outcome.counted and outcome.reason != "young":
            trouble += 1
    return Heard(sent=sent, wait_s=longest, trouble=trouble, credentials=credentials)


def learn(pace: Pace, heard: Heard, now: float, max_rate: float = MAX_RATE) -> Pace:
    """A throttled service is closed as long as it asked and its rate halved once; clean sending wins a little back.

    A single refused token may be one person's odd subscription, so only several in a row stop the whole service; the
    same goes for timeouts and server errors. After such a stop one message goes first, and its failure stops us again.
    """
    trouble, credentials = (heard.trouble, heard.credentials) if heard.sent else (
        pace.trouble + heard.trouble,
        pace.credentials + heard.credentials,
    )
    rate, closed_until = pace.rate, pace.closed_until
    if heard.wait_s is not None:
        if now >= pace.closed_until:  # what other processes still had in flight tells the same news
            rate = max(MIN_RATE, rate / 2)
        closed_until = max(closed_until, now + heard.wait_s)
    elif heard.sent:
        rate = min(max_rate, rate + max_rate * min(RECOVERY_STEP_S, heard.sent / rate) / RECOVERY_S)
    if credentials >= CREDENTIALS_LIMIT:
        closed_until, credentials = max(closed_until, now + CREDENTIALS_S), CREDENTIALS_LIMIT - 1
    if trouble >= TROUBLE_LIMIT:
        closed_until, trouble = max(closed_until, now + TROUBLE_S), TROUBLE_LIMIT - 1
    closes = closed_until > pace.closed_until
    return Pace(  # nothing fills the bucket while closed, so after it opens a single message goes first
        rate=rate,
        tokens=1.0 if closes else pace.tokens,
        filled_at=closed_until if closes else pace.filled_at,
        closed_until=closed_until,
        trouble=trouble,
        credentials=credentials,
    )


class Gate:
    """What one process may have in flight to one service, and the news that stops the rest of a round at once."""

    def __init__(self) -> None:
        self.slots = asyncio.Semaphore(IN_FLIGHT)
        self.closed_until = 0.0
        self._trouble = self._credentials = 0

    def heard(self, outcome: Outcome, now: float) -> None:
        """Learns from one answer."""
        if outcome.result is Result.SENT:
            self._trouble = self._credentials = 0
        elif outcome.result is Result.THROTTLE:
            self._close(now + (THROTTLE_S if outcome.after_s is None else outcome.after_s))
        elif outcome.result is Result.CREDENTIALS:
            self._credentials += 1
            if self._credentials >= CREDENTIALS_LIMIT:
                self._close(now + CREDENTIALS_S)
        elif outcome.result is Result.LATER and outcome.counted and outcome.reason != "young":
            self._trouble += 1
            if self._trouble >= TROUBLE_LIMIT:
                self._close(now + TROUBLE_S)

    def _close(self, until: float) -> None:
        self.closed_until = max(self.closed_until, until)
