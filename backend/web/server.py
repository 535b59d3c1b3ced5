"""uvicorn, told how to stop: open event streams end at the signal, so that a restart takes a moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import uvicorn

if TYPE_CHECKING:
    from socket import socket

    from backend.settings import Settings

GRACE_S: Final = 10
IDLE_S: Final = 75  # a little longer than proxies keep their side, so that they never write into a closing connection

Closing = Callable[[], None]


class Server(uvicorn.Server):
    """A server that calls `closing` on its loop when it is asked to stop, before it waits for open connections."""

    def __init__(self, config: uvicorn.Config, closing: Closing) -> None:
        super().__init__(config)
        self._closing = closing
        self._loop: asyncio.AbstractEventLoop | None = None

    async def serve(self, sockets: list[socket] | None = None) -> None:
        """Serve until asked to stop."""
        self._loop = asyncio.get_running_loop()
        await super().serve(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """The signal has come. (uvicorn first: it takes a second SIGINT, after `should_exit`, for impatience.)"""
        super().handle_exit(sig, frame)
        self.stop()

    def stop(self) -> None:
        """Stop as after a signal; may be called from any thread."""
        self.should_exit = True
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._closing)


def make_server(app: Any, settings: Settings, closing: Closing) -> Server:
    """The server for these settings. A proxy's word for who the client is counts only if the proxy is listed."""
    return Server(
        uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(settings.proxies),
            forwarded_allow_ips=list(settings.proxies),
            timeout_keep_alive=IDLE_S,
            timeout_graceful_shutdown=GRACE_S,
            ws="none",
            lifespan="on",
        ),
        closing,
    )


def main() -> None:
    """One API process, as a container runs it: PostgreSQL and Redis are elsewhere, migrations are done."""
    from backend.app import closing_of, create_app
    from backend.settings import SETTINGS

    logging.basicConfig(level=SETTINGS.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    app = create_app(SETTINGS)
    make_server(app, SETTINGS, closing_of(app)).run()


if __name__ == "__main__":
    main()
