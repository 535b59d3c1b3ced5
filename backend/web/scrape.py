"""The counters of this process, for a Prometheus of the operator's and nobody else."""

from hmac import compare_digest
from typing import Any, Final

from litestar import Request, Response, get
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from backend import metrics
from backend.errors import Refused
from backend.web.origin import is_loopback_name

LOOPBACK: Final = ("127.", "::1", "::ffff:127.")


async def scraper(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard: who knows METRICS_TOKEN; where none is set, only this machine itself, by a name of its own."""
    token: str = connection.app.state.settings.metrics_token
    if token:
        given = connection.headers.get("authorization", "").encode()
        welcome = compare_digest(given, f"Bearer {token}".encode())
    else:
        here = connection.client is not None and connection.client.host.startswith(LOOPBACK)
        welcome = here and is_loopback_name(connection.headers.get("host", "").lower().encode())
    if not welcome:
        raise Refused("unauthorized", "This is for the operator's own monitoring.")


@get("/metrics", guards=[scraper], include_in_schema=False)
async def scrape(request: Request[Any, Any, Any]) -> Response[bytes]:
    """Everything counted, as text."""
    await metrics.refresh()
    return Response(metrics.text(), headers={"content-type": metrics.CONTENT_TYPE})


ROUTES: Final = (scrape,)
