"""Phones that pull at every place of an order, each pull also torn apart between its statements by the next step."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.sync.world import Phone

if TYPE_CHECKING:
    from tests.sync.schedules.stepper import Session

Rows = dict[Any, Any]


class Torn:
    """A pull's connection. After its first statements it waits until the step that comes between has been taken."""

    def __init__(self, held: Session, first: int) -> None:
        self._held, self._first = held, first
        self.statements = 0
        self.paused, self.go = asyncio.Event(), asyncio.Event()

    async def fetch(self, *asked: Any) -> Any:
        return await self._ask(self._held.fetch, asked)

    async def fetchrow(self, *asked: Any) -> Any:
        return await self._ask(self._held.fetchrow, asked)

    async def fetchval(self, *asked: Any) -> Any:
        return await self._ask(self._held.fetchval, asked)

    @property
    def torn(self) -> bool:
        """Whether the step comes before what is asked next."""
        return self.statements >= self._first

    async def _ask(self, how: Callable[..., Awaitable[Any]], asked: tuple[Any, ...]) -> Any:
        if self.torn:
            self.paused.set()
            await self.go.wait()
        self.statements += 1
        return await how(*asked)


class Pulling:
    """One pull under way, on a connection of its own.

    It is torn apart after its opening; that of an empty phone, whom an opening tells nothing, after the next statement.
    """

    def __init__(self, phone: Phone, held: Session) -> None:
        self.first = 1 if phone.snapshot else 2
        self.phone, self.held, self.torn = phone, held, Torn(held, self.first)
        self.task = asyncio.create_task(pulled(phone, self.torn))

    async def halfway(self) -> None:
        """Until it is done, or about to send the statement before which it waits."""
        paused = asyncio.create_task(self.torn.paused.wait())
        await asyncio.wait({self.task, paused}, return_when=asyncio.FIRST_COMPLETED)
        paused.cancel()

    async def end(self) -> bool:
        """Lets it come to its end; answers whether that came after the step."""
        self.torn.go.set()
        await self.task
        late = self.torn.statements > self.first
        if late:
            await fetch_missing(self.phone, self.held)
        return late


async def pulled(phone: Phone, held: Any, want: list[Any] | None = None) -> None:
    """One exchange on this connection."""
    await phone.pull_by(held, want or [])


async def fetch_missing(phone: Phone, held: Any) -> None:
    """What a device does when its manifest names a scope that it does not hold."""
    if missing := [scope for scope in phone.mask if not any(key[0] == scope for key in phone.rows)]:
        await pulled(phone, held, missing)


def copied(phone: Phone) -> Phone:
    """The same phone at the same moment, whose further life is its own."""
    return replace(phone, mask=dict(phone.mask), rows=dict(phone.rows))


def empty(phone: Phone) -> Phone:
    """The same person's phone, with nothing on it."""
    return Phone(phone.account, phone.device)


def shows(phone: Phone) -> tuple[Rows, Rows]:
    """What it holds: its scopes and its rows, each with its revision and body."""
    return phone.mask, phone.rows
