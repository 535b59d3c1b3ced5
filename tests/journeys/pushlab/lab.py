"""The lab: a push service, and phones (Chromium with a desktop of its own) that are subscribed to it, all on this machine.

    async with push_lab() as lab, lab.phone(profile) as phone:
        await phone.context.grant_permissions(["notifications"], origin=origin)
        ...
        shown = await phone.desktop.nth(1)
        phone.desktop.press(shown)

A House whose processes shall send to the lab: ``house(url, **lab.environment)``, then ``house.through = lab.through``.
"""

import base64
import hashlib
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import serialization
from playwright.async_api import BrowserContext, async_playwright

from push.send import Carrier
from tests.journeys.browser import PHONE, executable
from tests.journeys.pushlab.desktop import Desktop, desktop
from tests.journeys.pushlab.service import PORT_NAME, TRUST_NAME, PushService
from tests.push.service import Certificate, ToThisMachine

SWITCHES: Final = (
    "--headless=new",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-default-apps",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)


@dataclass(frozen=True)
class Phone:
    """One run of a browser, and what its desktop was asked to show."""

    context: BrowserContext
    desktop: Desktop


@dataclass(frozen=True)
class Lab:
    """A running push service and the certificate that it is trusted by."""

    service: PushService
    certificate: Certificate

    @property
    def environment(self) -> dict[str, str]:
        """What tells a process, started through ``through``, where the lab is."""
        return {PORT_NAME: str(self.service.port), TRUST_NAME: str(self.certificate.path)}

    @property
    def through(self) -> str:
        """The module to start our processes through, so that they send to the lab (``House.through``)."""
        return "tests.journeys.pushlab.serve"

    def carrier(self, origin: str, subject: str) -> Carrier:
        """How a sender in this very process reaches the lab."""
        return Carrier(origin=origin, subject=subject, resolver=ToThisMachine(self.service.port), tls=self.certificate.trusting)

    @asynccontextmanager
    async def phone(self, profile: Path, **options: Any) -> AsyncIterator[Phone]:
        """One run of Chromium on this profile; leaving it closes the browser, and the profile may be run again."""
        root = ["--no-sandbox"] if os.geteuid() == 0 else []
        only_ours = f"--ignore-certificate-errors-spki-list={_pin(self.certificate)}"
        async with AsyncExitStack() as open_things:
            folder = open_things.enter_context(tempfile.TemporaryDirectory(prefix="desktop-"))
            screen = await open_things.enter_async_context(desktop(Path(folder)))
            playwright = await open_things.enter_async_context(async_playwright())
            context = await playwright.chromium.launch_persistent_context(
                profile,
                executable_path=executable(),
                headless=False,  # Playwright's own headless shell has no push client; the switch above is the full browser's
                args=[*SWITCHES, only_ours, *root, *self.service.switches],
                ignore_default_args=["--disable-background-networking"],
                env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": screen.address},
                **{**PHONE, "locale": "en-US", "timezone_id": "America/New_York"} | options,
            )
            open_things.push_async_callback(context.close)
            yield Phone(context, screen)


@asynccontextmanager
async def push_lab() -> AsyncIterator[Lab]:
    """The lab, as long as the block lasts."""
    async with AsyncExitStack() as open_things:
        folder = open_things.enter_context(tempfile.TemporaryDirectory(prefix="push-lab-"))
        certificate = Certificate(Path(folder))
        service = PushService(certificate)
        await service.start(open_things)
        yield Lab(service, certificate)


def _pin(certificate: Certificate) -> str:
    """The one key that the browser is told to trust besides the usual ones."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    public = certificate.key.public_key().public_bytes(serialization.Encoding.DER, form)
    return base64.b64encode(hashlib.sha256(public).digest()).decode()
