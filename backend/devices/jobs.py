"""What sync lets go of once a day."""

from datetime import UTC, datetime
from typing import Any

from backend.db import DB, connection
from backend.jobs import every
from sync.retention import BATCH, STEPS, let_go

DAY_S = 24 * 3600


@every(DAY_S, "sync.retention", timeout_s=1800)
async def tidy_up(payload: dict[str, Any]) -> None:
    """Tombstones, arguments, outcomes and devices that nobody needs any more."""
    await tidy(datetime.now(UTC))


async def tidy(now: datetime, batch: int = BATCH) -> dict[str, int]:
    """All of it, each batch in a transaction of its own; answers how many rows of each step went."""
    went = dict.fromkeys((step.name for step in STEPS), 0)
    for step in STEPS:
        while True:
            async with DB.transaction(), connection() as held:
                gone = await let_go(held, step, now, batch)
            went[step.name] += gone
            if gone < batch:
                break
    return went
