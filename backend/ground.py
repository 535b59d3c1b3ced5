"""What a command stands on: a database that is up to date, a Wake, and everyone who listens to the journal."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from backend.embedded import Embedded, ensure_database
from backend.environment import data_folder


@contextlib.contextmanager
def database() -> Iterator[Path | None]:
    """DATABASE_URL of the environment, else our own server, started or joined; answers the folder of its data then."""
    if os.environ.get("DATABASE_URL"):
        yield None
        return
    server = Embedded(data_folder() / "postgres")
    server.start()
    try:
        asyncio.run(ensure_database(server))
        os.environ["DATABASE_URL"] = server.url()
        os.environ.setdefault("PORCHLIGHT_DEMO", "on")
        yield server.folder
    finally:
        server.stop()


@contextlib.contextmanager
def standing() -> Iterator[None]:
    """All of it, for a command that comes and goes beside the processes that serve."""
    with database() as folder:
        from backend import migrate

        if folder is not None:
            migrate.migrate_once()
        _listen()
        yield


def _listen() -> None:
    from backend import jobs, wake
    from backend.settings import SETTINGS
    from backend.worker import load_handlers
    from sync.poke import RedisWake

    load_handlers()
    wake.use(RedisWake(SETTINGS.redis_url) if SETTINGS.redis_url else jobs.RelayWake())
