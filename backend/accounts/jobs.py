"""What happens to accounts by itself."""

from typing import Any

from backend.accounts.actions import forget_old_sessions
from backend.accounts.throttle import forget_old
from backend.jobs import every


@every(3600, "accounts.tidy")
async def tidy(payload: dict[str, Any]) -> None:
    """Forget sessions that ended long ago and tries that no longer count."""
    await forget_old_sessions()
    await forget_old()
