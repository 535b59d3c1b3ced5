"""Two questions that a supervisor of processes asks: is it up, and may it be sent people?"""

import logging
from typing import Final

from litestar import get

from backend.access import public
from backend.errors import Refused
from backend.migrate import pending

log = logging.getLogger("porchlight.health")


@get("/healthz", guards=[public], include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process runs and answers."""
    return {"status": "up"}


@get("/readyz", guards=[public], include_in_schema=False)
async def readyz() -> dict[str, str]:
    """The database answers and has every migration of this version."""
    try:
        behind = await pending()
    except Exception as fault:
        log.warning("not ready: %s", type(fault).__name__)
        raise Refused("unavailable", "The database does not answer.", retry_after_s=5) from fault
    if behind:
        raise Refused("unavailable", "The database is not at this version yet.", retry_after_s=5)
    return {"status": "ready"}


ROUTES: Final = (healthz, readyz)
