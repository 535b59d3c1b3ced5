"""A browser that talks to the application in this process, with the headers that a page of ours would send."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import msgspec
from litestar import Litestar

from backend.accounts.passwords import hash_password
from backend.app import create_app
from backend.db import pool
from backend.settings import SETTINGS
from tests.make import make_account

PASSWORD = "seven lanterns over the creek"
OURS = {"sec-fetch-site": "same-origin", "accept-encoding": "identity"}
HTTPS = "https://support.example.gov"

_hashes: dict[str, str] = {}


def make_app(**settings: Any) -> Litestar:
    """The application under other settings; its lifespan does not run."""
    return create_app(msgspec.structs.replace(SETTINGS, **settings))


@asynccontextmanager
async def browser(
    app: Litestar, *, origin: str = "http://localhost:8000", address: str = "192.0.2.1", headers: Mapping[str, str] = OURS
) -> AsyncIterator[httpx.AsyncClient]:
    """One browser at an address, with a cookie jar of its own."""
    transport = httpx.ASGITransport(app=app, client=(address, 50000))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url=origin, headers=headers) as client:
        client.headers = httpx.Headers(headers)
        yield client


async def make_person(login: str, role: str = "parent", password: str = PASSWORD, **given: Any) -> UUID:
    """An account with a password; the slow hash is made once a run."""
    if password not in _hashes:
        _hashes[password] = await hash_password(password)
    return await make_account(role, login=login, password_hash=_hashes[password], **given)


async def sign_in(client: httpx.AsyncClient, login: str, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/v1/sign-in", json={"login": login, "password": password})


async def watched(asking: Awaitable[httpx.Response]) -> tuple[int, str, int, tuple[str, ...]]:
    """An answer's status, its body without its id, its length, and the statements that were made for it."""
    made: list[str] = []
    connections: Any = pool()
    held = [holder._con for holder in connections._holders if holder._con is not None]

    def note(query: Any) -> None:
        made.append(query.query)

    for each in held:
        each.add_query_logger(note)
    answer = await asking
    for each in held:
        each.remove_query_logger(note)
    return answer.status_code, str({**answer.json(), "id": ""}), len(answer.content), tuple(made)
