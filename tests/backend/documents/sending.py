"""A parent's phone that offers a document and sends its files over HTTP, and the case team's that looks at it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from secrets import token_urlsafe
from typing import Any
from uuid import UUID, uuid4

import httpx

from backend.accounts.rules import token_hash
from backend.db import connection
from backend.web.headers import cookie_name
from sync.wire import Done
from tests.backend.browsing import browser, make_app
from tests.backend.documents.corpus import JPEG, picture
from tests.sync.world import Family, Phone, make_family

APP = make_app(demo=False)
OWN, STAFFS = 180, 181
PIECE = "application/offset+octet-stream"
SESSION = """
INSERT INTO session (token_hash, account_id, expires_at) SELECT $1, id, now() + interval '1 hour' FROM account WHERE login = $2"""
PHOTO = picture(400, 300)


async def make_family_with_logins() -> Family:
    """The family of the sync tests, who are called `rp`, `pp` and `wendy`."""
    family = await make_family()
    people = {"rp": family.receiving, "pp": family.paying, "wendy": family.worker}
    async with connection() as held:
        for login, phone in people.items():
            await held.execute("UPDATE account SET login = $2 WHERE id = $1", phone.account, login)
    return family


async def offer(family: Family, *contents: bytes, media_type: str = JPEG, **given: Any) -> tuple[UUID, Done]:
    made = uuid4()
    files = [{"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "media_type": media_type} for data in contents]
    usual = {"id": made, "thread": family.receiving_part, "kind": "pay", "files": files, "note": "secret-4417"}
    return made, await family.receiving.send("document.offer", family.case, **usual | given)


@asynccontextmanager
async def signed_in(login: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with a session; signing in by password costs too much to be done so often."""
    token = token_urlsafe(32)
    async with browser(APP) as page:
        async with connection() as held:
            await held.execute(SESSION, token_hash(token), login)
        page.headers["cookie"] = f"{cookie_name(secure=False)}={token}"
        page.headers["tus-resumable"] = "1.0.0"
        yield page


async def offset(page: httpx.AsyncClient, document: UUID, place: int = 1) -> int:
    answer = await page.head(f"/v1/uploads/{document}/{place}")
    assert answer.status_code == 200, answer.text
    return int(answer.headers["upload-offset"])


async def send(
    page: httpx.AsyncClient, document: UUID, data: bytes, at: int = 0, place: int = 1, headers: dict[str, str] | None = None
) -> httpx.Response:
    checksum = "sha256 " + base64.b64encode(hashlib.sha256(data).digest()).decode()
    usual = {"content-type": PIECE, "upload-offset": str(at), "upload-checksum": checksum}
    return await page.patch(f"/v1/uploads/{document}/{place}", content=data, headers=usual | (headers or {}))


async def held(phone: Phone, kind: int) -> list[Any]:
    await phone.pull()
    await phone.pull()
    return phone.bodies(kind)


async def state(family: Family) -> str:
    (body,) = await held(family.receiving, OWN)
    return str(body["state"])
