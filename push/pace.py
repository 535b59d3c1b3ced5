"""The pace of each push service, one row for all processes: taken before a round, taught after it.

Only the database's clock counts, so processes whose clocks differ or jump still share one pace. A row is locked for the
time of two statements, once a round, never while anything is sent.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec

from push.notification import Outcome, Result
from push.shape import MAX_RATE, MIN_RATE, Heard, Pace, hear, learn, take, wait_s

BEGIN: Final = """
INSERT INTO push_service (service, rate, tokens, filled_at, closed_until)
VALUES ($1, $2, $2, clock_timestamp(), 'epoch') ON CONFLICT DO NOTHING"""
READ: Final = """
SELECT least(rate, $2::float8) AS rate, tokens, extract(epoch FROM filled_at)::float8 AS filled_at,
    extract(epoch FROM closed_until)::float8 AS closed_until, trouble, credentials,
    extract(epoch FROM clock_timestamp())::float8 AS now
FROM push_service WHERE service = $1 FOR UPDATE"""
WRITE: Final = """
UPDATE push_service SET rate = $2, tokens = $3, filled_at = to_timestamp($4), closed_until = to_timestamp($5), trouble = $6,
    credentials = $7,
    answers = (SELECT coalesce(jsonb_object_agg(key, n), '{}') FROM (
        SELECT key, sum(value::bigint) AS n FROM (
            SELECT * FROM jsonb_each_text(answers) UNION ALL SELECT * FROM jsonb_each_text($8::jsonb)) AS counts GROUP BY key) AS added)
WHERE service = $1"""

Change = Callable[[Pace, float], tuple[Pace, Any]]


class Granted(msgspec.Struct, frozen=True):
    """How many messages may go now; when none may, in how many seconds to ask again."""

    messages: int
    wait_s: float


class Paces:
    """Takes and teaches; ``held`` is an open connection inside a transaction of the caller's."""

    def __init__(self, max_rate: float = MAX_RATE) -> None:
        self._max_rate = max(max_rate, MIN_RATE)

    async def take(self, held: Any, service: str, wanted: int) -> Granted:
        """Takes up to so many messages out of the service's bucket."""

        def taking(pace: Pace, now: float) -> tuple[Pace, Granted]:
            after, granted = take(pace, wanted, now)
            return after, Granted(granted, 0.0 if granted else wait_s(after, now))

        granted: Granted = await self._change(held, service, taking, {})
        return granted

    async def learn(self, held: Any, service: str, outcomes: Iterable[Outcome]) -> None:
        """Teaches what a round heard, and counts the answers by their class."""
        every = list(outcomes)
        heard: Heard = hear(every)
        classes = Counter(_class(outcome) for outcome in every)
        await self._change(held, service, lambda pace, now: (learn(pace, heard, now, self._max_rate), None), classes)

    async def _change(self, held: Any, service: str, change: Change, classes: Mapping[str, int]) -> Any:
        row = await held.fetchrow(READ, service, self._max_rate)
        if row is None:
            await held.execute(BEGIN, service, self._max_rate)
            row = await held.fetchrow(READ, service, self._max_rate)
        was = dict(row)
        now = was.pop("now")
        after, answer = change(Pace(**was), now)
        kept = (after.rate, after.tokens, after.filled_at, after.closed_until, after.trouble, after.credentials)
        await held.execute(WRITE, service, *kept, msgspec.json.encode(classes).decode())
        return answer



def _class(outcome: Outcome) -> str:
    """A word for what an answer was; ``no_answer`` when none came."""
    if outcome.result is Result.LATER and outcome.status is None:
        return "no_answer" if outcome.counted else "held_back"
    return outcome.result.value
