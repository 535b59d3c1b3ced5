"""What happens to the journal by itself."""

from typing import Any

from backend.audit.actions import anchor, seal_all
from backend.jobs import every

SEAL_S = 3
HOUR_S = 3600


@every(SEAL_S, "journal.seal", timeout_s=600)
async def seal_journal(payload: dict[str, Any]) -> None:
    """Chain and sign what was committed meanwhile."""
    await seal_all()


@every(HOUR_S, "journal.anchor")
async def anchor_journal(payload: dict[str, Any]) -> None:
    """Write the newest head where whoever has the database cannot change it."""
    await anchor()
