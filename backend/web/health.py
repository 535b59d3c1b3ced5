"""Two questions that a supervisor of processes asks: is it up, and may it be sent people?"""

from litestar import get

from backend.access import public
from backend.errors import Refused


@get("/healthz", guards=[public], include_in_schema=False)
async def healthz() -> dict[str, str]:
    """The process runs and answers."""
    return {"status": "up"}
