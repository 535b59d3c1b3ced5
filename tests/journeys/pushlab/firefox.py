"""A real Firefox with a profile of its own, spoken to over WebDriver BiDi: no driver program, one WebSocket.

Its notifications are windows of the browser itself, so what stands on the screen can be read, and pressed as a person would.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import aiohttp

NAMES: Final = ("firefox-esr", "firefox")
START_S: Final = 120.0
ANSWER_S: Final = 60.0
STOP_S: Final = 20.0
STEP_S: Final = 0.1
LISTENS: Final = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
QUIET: Final[Mapping[str, object]] = {
    "remote.prefs.recommended": False,  # else remote control turns push off
    "permissions.default.desktop-notification": 1,
    "alerts.useSystemBackend": False,
    "dom.webnotifications.requireuserinteraction": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "toolkit.telemetry.enabled": False,
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.page": 0,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.newtabpage.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.region.update.enabled": False,
    "browser.topsites.contile.enabled": False,
    "termsofuse.bypassNotification": True,
    "extensions.update.enabled": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "network.prefetch-next": False,
    "network.trr.mode": 5,
    "services.settings.server": "data:,#none/v1",
}
READ: Final = """
const text = id => { const at = document.getElementById(id); return at?.value || at?.textContent || ""; };
return [text("alertTitleLabel"), text("alertTextLabel")];"""
PRESS: Final = "document.getElementById('alertBox').click(); return 1;"


class Alert(NamedTuple):
    """A notification that stands on the screen."""

    context: str
    title: str
    text: str


class Firefox:
    """One running browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reading = asyncio.create_task(self._read())
        self.page = ""

    async def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command of BiDi; RuntimeError says what the browser did not like."""
        number = next(self._ids)
        answer = self._asked[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async with asyncio.timeout(ANSWER_S):
            said = await answer
        if said["type"] == "error":
            raise RuntimeError(f"{method}: {said['error']} {said['message']}")
        result: dict[str, Any] = said["result"]
        return result

    async def begin(self) -> None:
        await self.ask("session.new", capabilities={})
        self.page = (await self.ask("browsingContext.getTree"))["contexts"][0]["context"]

    async def go(self, url: str) -> None:
        await self.ask("browsingContext.navigate", context=self.page, url=url, wait="complete")

    async def run(self, body: str, context: str = "") -> Any:
        """The body of an async function in a page; its answer has to be JSON."""
        whole = f"(async () => JSON.stringify((await (async () => {{{body}}})()) ?? null))()"
        target = {"context": context or self.page}
        said = await self.ask("script.evaluate", expression=whole, target=target, awaitPromise=True, userActivation=True)
        if said["type"] == "exception":
            raise RuntimeError(said["exceptionDetails"]["text"])
        return json.loads(said["result"]["value"])

    async def addresses(self) -> list[str]:
        """Where the browser's pages are now."""
        return [each["url"] for each in (await self.ask("browsingContext.getTree"))["contexts"]]

    async def reaches(self, address: str, timeout: float = ANSWER_S) -> None:
        """Waits until one of the browser's pages is at an address that begins so."""
        async with asyncio.timeout(timeout):
            while not any(each.startswith(address) for each in await self.addresses()):  # noqa: ASYNC110
                await asyncio.sleep(STEP_S)

    async def alerts(self) -> list[Alert]:
        """What stands on the screen now."""
        tree = await self.ask("browsingContext.getTree", **{"moz:scope": "chrome"})
        windows = [each["context"] for each in tree["contexts"] if each["url"].endswith("/alerts/alert.xhtml")]
        return [Alert(each, *(await self.run(READ, each))) for each in windows]

    async def alert(self, timeout: float = ANSWER_S) -> Alert:
        """The notification, as soon as one can be read. (Windows of the browser send no event that one could wait for.)"""
        async with asyncio.timeout(timeout):
            while not (found := [each for each in await self.alerts() if each.title]):  # noqa: ASYNC110
                await asyncio.sleep(STEP_S)
        return found[0]

    async def press(self, alert: Alert) -> None:
        """A person presses it."""
        await self.run(PRESS, alert.context)

    async def close(self) -> None:
        self._reading.cancel()
        await self._socket.close()

    async def _read(self) -> None:
        async for message in self._socket:
            said = json.loads(message.data)
            asked = self._asked.pop(said.get("id"), None)
            if asked is not None and not asked.done():
                asked.set_result(said)


def found() -> str | None:
    """The Firefox of this machine."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


@asynccontextmanager
async def firefox(profile: Path, preferences: Mapping[str, object]) -> AsyncIterator[Firefox]:
    """A run of Firefox on this profile, ended with the block."""
    program = found()
    assert program, "there is no Firefox: apt-get install firefox-esr"
    profile.mkdir(parents=True, exist_ok=True)
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in {**QUIET, **preferences}.items()]
    (profile / "user.js").write_text("".join(lines))
    words = ["--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0", "--remote-allow-system-access"]
    own = {"MOZ_HEADLESS": "1", "MOZ_CRASHREPORTER_DISABLE": "1", "MOZ_REMOTE_ALLOW_SYSTEM_ACCESS": "1", "HOME": str(profile)}
    run = await asyncio.create_subprocess_exec(
        program, *words, "about:blank", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE, env={**os.environ, **own}
    )
    draining = None
    try:
        where = await _listening(run)
        assert run.stderr is not None
        draining = asyncio.create_task(_drain(run.stderr))
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{where}/session", max_msg_size=0) as socket:
            made = Firefox(socket)
            try:
                await made.begin()
                yield made
            finally:
                await made.close()
    finally:
        if run.returncode is None:
            run.terminate()
        try:
            async with asyncio.timeout(STOP_S):
                await run.wait()
        except TimeoutError:
            run.kill()
            await run.wait()
        if draining is not None:
            draining.cancel()


async def _listening(run: asyncio.subprocess.Process) -> str:
    assert run.stderr is not None
    said = []
    async with asyncio.timeout(START_S):
        while line := (await run.stderr.readline()).decode(errors="replace"):
            said.append(line)
            if match := LISTENS.search(line):
                return match[1]
    raise RuntimeError("Firefox ended: " + "".join(said))


async def _drain(stream: asyncio.StreamReader) -> None:
    while await stream.readline():
        pass
