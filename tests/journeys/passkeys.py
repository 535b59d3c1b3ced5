"""Chromium's own authenticator in software: a phone's fingerprint reader, with or without a finger that it knows."""

from __future__ import annotations

from typing import Any

from playwright.async_api import CDPSession, Page

PLATFORM = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
    "hasPrf": True,
}


class Reader:
    """The authenticator of one page."""

    def __init__(self, session: CDPSession, name: str) -> None:
        self._session, self._name = session, name

    async def finger_lies_on_it(self, lies: bool) -> None:
        """Without it every question waits."""
        await self._session.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": self._name, "enabled": lies})

    async def keys(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._name}))["credentials"]
        return found

    async def away(self) -> None:
        await self._session.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": self._name})

    async def another_finger(self) -> None:
        """The same passkeys behind a reader that knows nobody who touches it."""
        keys = await self.keys()
        await self.away()
        self._name = await _add(self._session, isUserVerified=False)
        for key in keys:
            await self._session.send("WebAuthn.addCredential", {"authenticatorId": self._name, "credential": key})


async def fingerprint_reader(page: Page, **other: Any) -> Reader:
    session = await page.context.new_cdp_session(page)
    await session.send("WebAuthn.enable", {"enableUI": False})
    return Reader(session, await _add(session, **other))


async def _add(session: CDPSession, **other: Any) -> str:
    made = await session.send("WebAuthn.addVirtualAuthenticator", {"options": {**PLATFORM, **other}})
    name: str = made["authenticatorId"]
    return name
