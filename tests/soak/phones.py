"""Phones under load: each writes, sends in order until it has an outcome, and keeps what it is given."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.backend.devices.phone import Phone

Key = tuple[str, int, int, str]
AGAIN_S = (0.02, 0.2)
TIMEOUT_S = 20.0
MEANWHILE = 10  # times that both ask before a difference is one


@dataclass
class Writer:
    """One phone with its outbox. What was acknowledged is remembered for the reckoning."""

    phone: Phone
    case: UUID
    thread: UUID
    random: random.Random
    outbox: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: dict[int, dict[str, Any]] = field(default_factory=dict)
    outcomes: dict[int, dict[str, Any]] = field(default_factory=dict)
    mask: dict[str, int] = field(default_factory=dict)
    rows: dict[Key, Any] = field(default_factory=dict)
    unlike: list[int] = field(default_factory=list)

    def write(self, many: int) -> None:
        """So many more messages, in order, while there is no network."""
        for _ in range(many):
            self.outbox.append(self.phone.says(self.case, self.thread, f"number {self.phone.n}"))

    async def drain(self, took: Callable[[int], None]) -> None:
        """Sends until nothing is left, whatever becomes of the server meanwhile; a lost answer is sent for again."""
        while self.outbox:
            sent = self.outbox[: self.random.randint(1, 4)]
            answer = await self.round(sent)
            if answer is None:
                await asyncio.sleep(self.random.uniform(*AGAIN_S))
                continue
            for done in answer.get("done", []):
                self._outcome(done)
            self.outbox = [said for said in self.outbox if said["n"] not in self.acknowledged]
            took(len(answer.get("done", [])))

    async def round(self, push: list[dict[str, Any]]) -> dict[str, Any] | None:
        """One exchange; None where there was no answer, or one that says: later."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                response = await self.phone.post(*push, want=self._missing())
        except (httpx.TransportError, TimeoutError):
            return None
        if response.status_code != 200:
            assert response.status_code in (502, 503), f"{response.status_code}: {response.text}"
            return None
        answer = self.phone.took(response)
        self._apply(answer)
        return answer

    async def settle(self) -> None:
        """Until it holds everything, and has heard that there is nothing new."""
        for _ in range(100):
            answer = await self.round([])
            if answer is not None and not self._missing() and not ({"rows", "load", "manifest"} & answer.keys()):
                return
        raise AssertionError("a phone never settles")

    async def is_like_fresh(self) -> bool:
        """Whether it holds what a device of the same person is given that held nothing.

        People are told things meanwhile, of that very device too; what both have asked for since must be the same.
        """
        bare = Phone(self.phone.client, self.phone.account)
        assert (await bare.client.put(f"/v1/devices/{bare.device}", json={"kind": "fresh"})).status_code == 204
        fresh = Writer(bare, self.case, self.thread, self.random)
        for _ in range(MEANWHILE):
            await fresh.settle()
            await self.settle()
            if (self.mask, self.rows) == (fresh.mask, fresh.rows):
                return True
        return False

    def _outcome(self, done: dict[str, Any]) -> None:
        known = self.outcomes.setdefault(done["n"], done)
        if known != done:
            self.unlike.append(done["n"])
        said = next((said for said in self.outbox if said["n"] == done["n"]), None)
        if said is not None:
            self.acknowledged[done["n"]] = said

    def _missing(self) -> list[str]:
        held = {key[0] for key in self.rows}
        return [scope for scope in self.mask if scope not in held]

    def _apply(self, answer: dict[str, Any]) -> None:
        if "manifest" in answer:
            mask = dict(answer["manifest"]["scopes"])
            kept = {scope for scope, bits in mask.items() if self.mask.get(scope) == bits}
            self.rows = {key: row for key, row in self.rows.items() if key[0] in kept}
            self.mask = mask
        for load in answer.get("load", []):
            self.rows = {key: row for key, row in self.rows.items() if key[0] != load["scope"]}
            self.rows |= {(load["scope"], aud, kind, id): (rev, body) for aud, kind, id, rev, body in load["rows"]}
        held = {key[0] for key in self.rows}
        for scope, aud, kind, id, rev, body in answer.get("rows", []):
            if scope in held and body is None:
                self.rows.pop((scope, aud, kind, id), None)
            elif scope in held:
                self.rows[scope, aud, kind, id] = (rev, body)


async def signed_in(client: httpx.AsyncClient, login: str, password: str, account: UUID) -> Phone:
    """A phone with a session and a name of its own."""
    answer = await client.post("/v1/sign-in", json={"login": login, "password": password})
    assert answer.status_code == 200, answer.text
    made = Phone(client, account)
    made.device = uuid4()
    assert (await client.put(f"/v1/devices/{made.device}", json={"kind": "soak"})).status_code == 204
    return made
