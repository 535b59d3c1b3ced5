"""Root: what happens once a day to the whole house."""

from typing import Any

from backend.db import DB, connection
from backend.jobs import every
from backend.registry import REGISTRY
from sync import doctor

DAY_S = 24 * 3600


@every(DAY_S, "sync.doctor", timeout_s=1800)
async def examine(payload: dict[str, Any]) -> None:
    """What sync believes is made equal to the domain, and money that grew old leaves the tablets."""
    async with DB.transaction(), connection() as held:
        await doctor.repair(held, REGISTRY)
