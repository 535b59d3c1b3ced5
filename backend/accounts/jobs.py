"""What happens to accounts by itself."""

from typing import Any

from backend.accounts.challenges import forget_challenges
from backend.accounts.factors import forget_setups
from backend.accounts.sessions import forget_old_sessions
from backend.accounts.throttle import forget_old
from backend.jobs import every


@every(3600, "accounts.tidy")
async def tidy(payload: dict[str, Any]) -> None:
    """Forget sessions that ended long ago, tries that no longer count, and what nobody finished in time."""
    await forget_old_sessions()
    await forget_old()
    await forget_challenges()
    await forget_setups()
