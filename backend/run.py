"""`./porchlight run`: everything on this machine, from nothing to an address that answers.

The app is built while the database starts, migrates and takes in the demonstration agency. Whatever was started here
ends here; what a killed process left behind is adopted by the next.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from backend import ground, node
from backend.environment import data_folder
from backend.postgres_binaries import Trouble

if TYPE_CHECKING:
    from backend.settings import Settings

WORKER_STOPS_S = 30

TRY = """Try first:
  1. Open {origin} and choose one of these people and a passphrase; then cut the network, open it again and unlock it.
  2. Write a message while offline, and watch it leave when the network is back.
  3. In another terminal: ./porchlight demo tomorrow   (the next day's payments and hearings arrive)
"""


def main(arguments: argparse.Namespace) -> int:
    """Run until Ctrl-C; answers the exit code."""
    began = time.monotonic()
    for name, value in (("PORCHLIGHT_HOST", arguments.host), ("PORCHLIGHT_PORT", arguments.port)):
        if value is not None:
            os.environ[name] = str(value)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with _door() as door, ground.database() as folder:
            asyncio.run(_run(door, folder, build=not arguments.no_build, began=began))
    except KeyboardInterrupt:
        print("\nPorchlight has stopped.", flush=True)
    except (Trouble, node.Trouble) as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


def _interrupt(number: int, frame: object) -> None:
    signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt


@contextlib.contextmanager
def _door() -> Iterator[socket.socket]:
    """Take the port before anything else, so that one in use is told at once."""
    host, port = os.environ.get("PORCHLIGHT_HOST") or "127.0.0.1", int(os.environ.get("PORCHLIGHT_PORT") or 8000)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            raise Trouble(
                f"Port {port} of {host} cannot be used: {error.strerror}. If another Porchlight runs there, stop it; "
                f"or choose another port: ./porchlight run --port {port + 1}"
            ) from error
        yield door


async def _run(door: socket.socket, folder: Path | None, *, build: bool, began: float) -> None:
    building = asyncio.create_task(_build(build))
    try:
        from backend.app import closing_of, create_app
        from backend.settings import SETTINGS
        from backend.web.server import make_server

        await _prepare(SETTINGS)
        await building
        app = create_app(SETTINGS)
        server = make_server(app, SETTINGS, closing_of(app))
        async with _worker(SETTINGS):
            serving = asyncio.create_task(server.serve(sockets=[door]))
            while not server.started and not serving.done():  # noqa: ASYNC110 (uvicorn has no event for it)
                await asyncio.sleep(0.01)
            if server.started:
                print(await _welcome(SETTINGS, folder, time.monotonic() - began), flush=True)
            await serving
    finally:
        building.cancel()
        await asyncio.gather(building, return_exceptions=True)


async def _build(wanted: bool) -> None:
    """The app; an earlier build is served when a new one cannot be made."""
    if not wanted:
        return
    try:
        if not (node.DIST / "index.html").exists():
            print("Building the app …", flush=True)
        await node.build()
    except node.Trouble as trouble:
        if not (node.DIST / "index.html").exists():
            raise
        print(f"{trouble}\nServing the app as it was built before.", file=sys.stderr, flush=True)


async def _prepare(settings: Settings) -> None:
    """The schema of this version and, where it is wanted, the demonstration agency."""
    from backend.db import close_pool, open_pool
    from backend.migrate import migrate

    await open_pool()
    try:
        await migrate()
        if settings.demo:
            from backend.demo.actions import load_if_empty

            await load_if_empty()
    finally:
        await close_pool()


@contextlib.asynccontextmanager
async def _worker(settings: Settings) -> AsyncIterator[None]:
    """Where there is a Redis, a worker beside us does the jobs; it leaves when we do, however we end."""
    if not settings.redis_url:
        yield
        return
    ours, its = os.pipe()
    command = [sys.executable, "-P", "-m", "backend.cli", "worker", "--while-stdin"]
    process = subprocess.Popen(command, stdin=ours, start_new_session=True)  # noqa: ASYNC220
    os.close(ours)
    try:
        yield
    finally:
        os.close(its)
        await asyncio.to_thread(process.wait, WORKER_STOPS_S)


async def _welcome(settings: Settings, folder: Path | None, seconds: float) -> str:
    lines = [f"\nPorchlight is ready after {seconds:.1f} s:  {settings.origin}\n"]
    people = await _people() if settings.demo else []
    if people:
        lines.append("Demonstration people, with one tap each:")
        lines += [f"  {person.display_name:<20} {person.about_en}" for person in people]
        lines.append("\n" + TRY.format(origin=settings.origin))
    if folder is not None:
        lines.append(f"The data stays in {data_folder()}. Ctrl-C ends everything.")
    else:
        lines.append("Ctrl-C ends it.")
    return "\n".join(lines)


async def _people() -> list[Any]:
    from backend.demo.actions import demo_people

    return list(await demo_people())
