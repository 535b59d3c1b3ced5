"""Two questions that a supervisor of processes asks: is it up, and may it be sent people?"""

import logging
from typing import Final

from litestar import get

from backend.access import public
from backend.db import PERSON_ROLE, connection
from backend.errors import Refused
from backend.migrate import pending
from backend.rights import sound

log = logging.getLogger("porchlight.health")


@get("/healthz", guards=[public], include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process runs and answers."""
    return {"status": "up"}


@get("/readyz", guards=[public], include_in_schema=False)
async def readyz() -> dict[str, str]:
    """The database answers, has every migration of this version, and keeps people's lines apart."""
    try:
        behind = await pending()
        async with connection() as held:
            apart = await sound(held)
    except Exception as fault:
        log.warning("not ready: %s", type(fault).__name__)
        raise Refused("unavailable", "The database does not answer.", retry_after_s=5) from fault
    if behind:
        raise Refused("unavailable", "The database is not at this version yet.", retry_after_s=5)
    if not apart:
        log.error("not ready: the role %s is missing, or could pass by policies; run the migrations", PERSON_ROLE)
        raise Refused("unavailable", "The database does not keep people's lines apart.", retry_after_s=5)
    return {"status": "ready"}


ROUTES: Final = (healthz, readyz)
