"""From a device's mutation to an act: on whose behalf it happens, and how a refusal is told to the device."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from backend.access import Actor
from backend.accounts.actions import actor_of_account
from backend.errors import Refused
from sync.declare import Intent, Refusal
from sync.wire import Say


@asynccontextmanager
async def acting(intent: Intent) -> AsyncIterator[Actor]:
    """The account as it is now. What is refused inside becomes the outcome, with a `code` and values of its own if it has any."""
    try:
        yield await actor_of_account(intent.principal)
    except Refused as refused:
        told = dict(refused.detail or {})
        code = str(told.pop("code", refused.code))
        raise Refusal(code, Say(key=code, args=told) if told else None) from refused
