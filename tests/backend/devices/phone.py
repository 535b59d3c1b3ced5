"""A phone that speaks HTTP to the application in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec

from backend.registry import SCHEMA
from tests.backend.browsing import browser, make_app, make_person, sign_in


class Phone:
    """Signed in, registered; holds the cursor and numbers its mutations."""

    def __init__(self, client: httpx.AsyncClient, account: UUID) -> None:
        self.client, self.account, self.device = client, account, uuid4()
        self.cursor: str | None = None
        self.have: str | None = None
        self.n = 1

    async def post(self, *push: dict[str, Any], **given: Any) -> httpx.Response:
        usual = {
            "rid": "r",
            "device": str(self.device),
            "schema": SCHEMA,
            "clock": 0,
            "cursor": self.cursor,
            "have": self.have,
            "want": [],
            "next_n": self.n,
            "push": list(push),
        }
        return await self.client.post("/v1/sync", json=usual | given)

    async def sync(self, *push: dict[str, Any], **given: Any) -> dict[str, Any]:
        response = await self.post(*push, **given)
        assert response.status_code == 200, response.text
        return self.took(response)

    def took(self, response: httpx.Response) -> dict[str, Any]:
        """An answer, with its cursor and its manifest kept."""
        answer: dict[str, Any] = msgspec.json.decode(response.content)
        self.cursor = answer.get("cursor", self.cursor)
        if "manifest" in answer:
            self.have = answer["manifest"]["digest"]
        return answer

    def says(self, case: UUID, thread: UUID, body: str, **given: Any) -> dict[str, Any]:
        """The next mutation: a message."""
        made = {
            "n": self.n,
            "id": str(uuid4()),
            "at": datetime.now(UTC).isoformat(),
            "name": "message.send",
            "v": 1,
            "scope": str(case),
            "args": {"id": str(uuid4()), "thread": str(thread), "body": body},
        }
        self.n += 1
        return made | given


def rows(answer: dict[str, Any], kind: int) -> list[dict[str, Any]]:
    """The bodies of one kind in an answer, loaded or changed."""
    loaded = [row[4] for load in answer.get("load", ()) for row in load["rows"] if row[1] == kind]
    return loaded + [row[5] for row in answer.get("rows", ()) if row[2] == kind]


@asynccontextmanager
async def phone(login: str, role: str = "parent", **given: Any) -> AsyncIterator[Phone]:
    account = await make_person(login, role, **given)
    async with browser(make_app()) as client:
        await sign_in(client, login)
        made = Phone(client, account)
        assert (await client.put(f"/v1/devices/{made.device}", json={"kind": "phone"})).status_code == 204
        yield made
