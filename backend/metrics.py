"""What this process counts, for Prometheus. No label ever holds an id, a name or a word that somebody typed.

Each API process counts for itself; Prometheus adds them up.
"""

import logging
from collections.abc import Awaitable, Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, GCCollector, Histogram, PlatformCollector, ProcessCollector, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

log = logging.getLogger(__name__)

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
COUNTED: Final = CollectorRegistry()
ProcessCollector(registry=COUNTED)
PlatformCollector(registry=COUNTED)
GCCollector(registry=COUNTED)

PULLS = Counter("porchlight_sync_pulls", "Answers to a sync request that held a pull", registry=COUNTED)
NOTHING_NEW = Counter("porchlight_sync_nothing_new", "Pulls that found nothing new", registry=COUNTED)
BYTES = Counter("porchlight_sync_bytes", "Bytes of sync answers, before they are packed", registry=COUNTED)
ROWS = Counter("porchlight_sync_delta_rows", "Rows sent as changes of held scopes", registry=COUNTED)
LOADS = Counter("porchlight_sync_loads", "Scopes sent whole", registry=COUNTED)
STALE = Counter("porchlight_sync_stale", "Scopes whose changes did not fit into an answer", registry=COUNTED)
RESETS = Counter("porchlight_sync_resets", "Cursors that could not be honoured", ["reason"], registry=COUNTED)
DONE = Counter("porchlight_sync_mutations", "Mutations taken, by what became of them", ["outcome", "code"], registry=COUNTED)
CRASHES = Counter("porchlight_sync_crashes", "Mutations that broke us; after five tries one is parked", registry=COUNTED)
BUSY = Counter("porchlight_sync_busy", "Loads that were put off because too many were under way", registry=COUNTED)
TOO_OLD = Counter("porchlight_sync_too_old", "Requests of apps too old to be answered", registry=COUNTED)
LOST = Counter("porchlight_sync_lost", "Changes that a device made, lost, and was told of", registry=COUNTED)
SCRUBBED = Counter("porchlight_sync_scrubbed", "Checksums of scopes that devices sent", registry=COUNTED)
MISMATCHES = Counter("porchlight_sync_scrub_mismatches", "Checksums that differed from ours: an alarm", registry=COUNTED)
POKES = Counter("porchlight_pokes", "Hints sent to open screens", registry=COUNTED)
VIOLATIONS = Counter("porchlight_policy_violations", "What browsers kept off pages, by rule", ["rule", "what"], registry=COUNTED)
REQUESTS = Histogram(
    "porchlight_request_seconds",
    "How long requests took, by the path's template",
    ["method", "path", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=COUNTED,
)


Refresh = Callable[[], Awaitable[None]]
_refreshed: list[Refresh] = []


def refreshed_by(refresh: Refresh) -> None:
    """Calls this before each answer to Prometheus: for what the database knows and no process counts."""
    if refresh not in _refreshed:
        _refreshed.append(refresh)


async def refresh() -> None:
    """Brings what is read rather than counted up to date; while the database is away it stays as it was."""
    for each in _refreshed:
        try:
            await each()
        except Exception as error:
            log.warning("some figures are old: %s", type(error).__name__)


def text() -> bytes:
    """Everything counted so far, as Prometheus reads it."""
    return generate_latest(COUNTED)
