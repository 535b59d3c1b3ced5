"""What happens to calls by itself."""

from typing import Any, Final

from backend.jobs import every
from backend.voice.actions import forget_old

HOUR_S: Final = 3600.0


@every(HOUR_S, "voice.forget")
async def forget(payload: dict[str, Any]) -> None:
    """Calls that are long over are deleted, and what was said in them with them."""
    await forget_old()
