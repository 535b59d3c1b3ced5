"""What happens by itself with those who come back to an account."""

from typing import Any
from uuid import UUID

from backend.enrolment.recovery import complete
from backend.jobs import handler


@handler("recovery.complete")
async def complete_recovery(payload: dict[str, Any]) -> None:
    """A day after it was asked for, unless somebody called it off."""
    await complete(UUID(payload["recovery"]))
