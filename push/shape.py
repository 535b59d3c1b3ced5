"""How fast we may send to one push service: a token bucket, a cap in flight and a breaker. The clock is an argument."""

import asyncio
from typing import Final

from push.answers import THROTTLE_S
from push.notification import Outcome, Result

IN_FLIGHT: Final = 64
MAX_RATE: Final = 200.0
MIN_RATE: Final = 1.0
RECOVERY: Final = 0.2  # messages a second won back by each accepted message
TROUBLE_LIMIT: Final = 20
TROUBLE_S: Final = 30.0
CREDENTIALS_LIMIT: Final = 5
CREDENTIALS_S: Final = 600.0


class Shape:
    """One service's pace. A 429 closes it and halves its rate; each success wins a little back, never at a leap."""

    def __init__(self, now: float, max_rate: float = MAX_RATE) -> None:
        self.max_rate = self.rate = max_rate
        self.slots = asyncio.Semaphore(IN_FLIGHT)
        self.closed_until = 0.0
        self._tokens, self._filled_at = max_rate, now
        self._trouble = self._credentials = 0

    def admit(self, now: float) -> float:
        """0: go, and one message is taken from the bucket. Else the seconds to wait before asking again."""
        if now < self.closed_until:
            return self.closed_until - now
        self._tokens = min(self.rate, self._tokens + max(0.0, now - self._filled_at) * self.rate)
        self._filled_at = now
        if self._tokens < 1.0:
            return (1.0 - self._tokens) / self.rate
        self._tokens -= 1.0
        return 0.0

    def heard(self, outcome: Outcome, now: float) -> None:
        """Learns from one answer.

        A single refused token may be one person's odd subscription, so only several in a row with no success between
        stop the whole service; the same goes for timeouts and server errors.
        """
        if outcome.result is Result.THROTTLE:
            if now >= self.closed_until:  # the other 63 in flight tell the same news
                self.rate = max(MIN_RATE, self.rate / 2)
            self._close(now + (THROTTLE_S if outcome.after_s is None else outcome.after_s))
        elif outcome.result is Result.CREDENTIALS:
            self._credentials += 1
            if self._credentials >= CREDENTIALS_LIMIT:
                self._close(now + CREDENTIALS_S)
        elif outcome.result is Result.LATER and outcome.counted and outcome.reason != "young":
            self._trouble += 1
            if self._trouble >= TROUBLE_LIMIT:
                self._close(now + TROUBLE_S)
        elif outcome.result is Result.SENT:
            self._trouble = self._credentials = 0
            self.rate = min(self.max_rate, self.rate + RECOVERY)

    def _close(self, until: float) -> None:
        """Nothing fills the bucket while closed, so after it opens a single message goes first."""
        self.closed_until = max(self.closed_until, until)
        self._tokens, self._filled_at = 1.0, self.closed_until
