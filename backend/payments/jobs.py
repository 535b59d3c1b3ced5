"""When payments are looked at by themselves."""

from typing import Final

from backend.jobs import Payload, every
from backend.payments.missed import notice_gaps

DAY_S: Final = 86_400.0


@every(DAY_S, "payments.missed", timeout_s=1800)
async def missed(payload: Payload) -> None:
    """Once a day: expected payments that have not come."""
    await notice_gaps()
