"""A telephone: each step is a signed form to the application, as the voice provider sends it."""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4
from xml.etree import ElementTree

import httpx

from backend.settings import SETTINGS
from backend.voice.routes import PATH, provider_token
from tests.backend.browsing import browser, make_app

ANAS = "+12025550123"


class Telephone:
    """One call. `said` is all that was heard, a list of sentences for each step; `raw` the answers as they came."""

    def __init__(self, page: httpx.AsyncClient, telephone: str = ANAS) -> None:
        self.page, self.telephone, self.call = page, telephone, f"CA{uuid4().hex}"
        self.said: list[list[str]] = []
        self.raw: list[str] = []
        self.where, self.ends = PATH, False

    async def post(self, path: str, fields: dict[str, str], token: str | None = None) -> httpx.Response:
        url = SETTINGS.origin + path
        whole = url + "".join(name + fields[name] for name in sorted(fields))
        signature = b64encode(hmac.digest((token or provider_token()).encode(), whole.encode(), "sha1")).decode()
        headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
        return await self.page.post(path, content=urlencode(fields), headers=headers)

    def fields(self, **given: str) -> dict[str, str]:
        return {"CallSid": self.call, "From": self.telephone} | given

    async def step(self, **given: str) -> list[str]:
        """The next step; answers what is said."""
        answer = await self.post(self.where, self.fields(**given))
        assert answer.status_code == 200, answer.text
        self.raw.append(answer.text)
        response: Any = ElementTree.fromstring(answer.text)  # noqa: S314
        self.said.append([each.text for each in response.iter("Say")])
        gather = response.find("Gather")
        self.ends = gather is None
        if gather is not None:
            self.where = gather.get("action").removeprefix(SETTINGS.origin)
        return self.said[-1]

    async def press(self, *keys: str) -> list[str]:
        """Keys, one step each; nothing for silence."""
        for each in keys:
            await self.step(**({"Digits": each} if each else {}))
        return self.said[-1]

    async def enter(self, number: str, pin: str, language: str = "1") -> list[str]:
        """From the first ring to the menu, if number and PIN fit."""
        await self.step()
        return await self.press(language, number, pin)


@asynccontextmanager
async def line() -> AsyncIterator[httpx.AsyncClient]:
    async with browser(make_app(demo=False)) as page:
        yield page
