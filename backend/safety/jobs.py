"""What follows a mark by itself."""

from uuid import UUID

from backend.jobs import Payload, handler
from backend.safety.actions import SPREAD, spread_mark


@handler(SPREAD, timeout_s=600)
async def spread(payload: Payload) -> None:
    """A mark that was made or cleared while a load was being published comes into the cases after it."""
    await spread_mark(UUID(payload["mark"]))
