"""What an operator watches of notices, read from the database when Prometheus asks: it is the same for every process.

No label holds an id, an endpoint or a word about anybody: services by their host, kinds by the closed list.
"""

from typing import Final

import msgspec
from prometheus_client import Gauge

from backend.db import connection
from backend.metrics import COUNTED

RATE: Final = Gauge("porchlight_push_rate", "Messages a second that we allow ourselves", ["service"], registry=COUNTED)
CLOSED: Final = Gauge("porchlight_push_closed_seconds", "How long a service is still left alone", ["service"], registry=COUNTED)
ANSWERS: Final = Gauge("porchlight_push_answers", "Since the beginning, by meaning", ["service", "result"], registry=COUNTED)
WAITING: Final = Gauge("porchlight_push_waiting", "Deliveries that are due and not sent", ["service"], registry=COUNTED)
OLDEST: Final = Gauge("porchlight_push_oldest_seconds", "Since when the oldest of them is due", ["service"], registry=COUNTED)
SUBSCRIBED: Final = Gauge("porchlight_push_subscriptions", "Browsers by state", ["service", "state"], registry=COUNTED)
UNTOLD: Final = Gauge("porchlight_notices_untold", "Notices that are due and not told", registry=COUNTED)
UNTOLD_AGE: Final = Gauge("porchlight_notices_untold_seconds", "Since when the oldest of them is due", registry=COUNTED)
TOLD: Final = Gauge("porchlight_notices", "Since the beginning: told, delivered, opened", ["kind", "what"], registry=COUNTED)

SERVICES: Final = """
SELECT service, rate, greatest(extract(epoch FROM closed_until - now()), 0)::float8 AS closed_s, answers::text AS answers
FROM push_service"""
BACKLOG: Final = """
SELECT service, count(*) AS n, coalesce(max(extract(epoch FROM now() - next_at)), 0)::float8 AS oldest_s
FROM push_delivery WHERE state = 'queued' AND next_at <= now() GROUP BY service"""
STATES: Final = "SELECT service, state, count(*) AS n FROM push_subscription GROUP BY 1, 2"
DUE: Final = """
SELECT count(*) AS n, coalesce(max(extract(epoch FROM now() - not_before)), 0)::float8 AS oldest_s
FROM notice WHERE state = 'queued' AND not_before <= now()"""
TALLY: Final = "SELECT kind, told, delivered, opened FROM notice_tally"


async def refresh() -> None:
    """Reads everything anew; a service of which nothing waits any more shows nothing."""
    for gauge in (WAITING, OLDEST, SUBSCRIBED):
        gauge.clear()
    async with connection() as held:
        for row in await held.fetch(SERVICES):
            RATE.labels(row["service"]).set(row["rate"])
            CLOSED.labels(row["service"]).set(row["closed_s"])
            for result, count in msgspec.json.decode(row["answers"]).items():
                ANSWERS.labels(row["service"], result).set(count)
        for row in await held.fetch(BACKLOG):
            WAITING.labels(row["service"]).set(row["n"])
            OLDEST.labels(row["service"]).set(row["oldest_s"])
        for row in await held.fetch(STATES):
            SUBSCRIBED.labels(row["service"], row["state"]).set(row["n"])
        due = await held.fetchrow(DUE)
        if due is not None:
            UNTOLD.set(due["n"])
            UNTOLD_AGE.set(due["oldest_s"])
        for row in await held.fetch(TALLY):
            for what in ("told", "delivered", "opened"):
                TOLD.labels(row["kind"], what).set(row[what])
