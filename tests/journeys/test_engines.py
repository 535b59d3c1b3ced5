"""The app under its security policy in the three engines that phones have: it opens, fetches screens, and opens without a server.

A page that an engine keeps white is seen here only. Chromium runs with everything; `./porchlight test engines` runs Firefox and
WebKit too, and has them installed.
"""

from __future__ import annotations

import json
import os
import re
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest
from playwright.async_api import Page

from backend.accounts.passwords import hash_password
from backend.check import FIREFOX, WEBKIT
from tests.backend.browsing import PASSWORD
from tests.journeys.browser import browser
from tests.journeys.house import House
from tests.journeys.pushlab.firefox import firefox
from tests.journeys.vault import PASSPHRASE
from tests.journeys.webkit import webkit
from tests.make import make_account, make_agency, make_case, make_participant

pytestmark = pytest.mark.browser

ASKED_FOR = {"firefox": FIREFOX, "webkit": WEBKIT}
LAZY = ("/more", "/messages", "/calendar", "/payments", "/more/security")
WORDS = """
const until = async (found, what) => {
  for (const end = Date.now() + 90000; Date.now() < end; await new Promise(done => setTimeout(done, 50))) {
    const it = found();
    if (it) return it;
  }
  throw new Error(`late: ${what}; the page says: ${document.body.innerText.slice(0, 200)}`);
};
const at = selector => until(() => document.querySelector(selector), selector);
const fill = async (selector, text) => {
  const field = await at(selector);
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(field, text);
  field.dispatchEvent(new Event('input', { bubbles: true }));
  return field;
};
const send = async field => { await new Promise(done => setTimeout(done, 100)); field.form.requestSubmit(); };
"""
SIGN_IN = "await fill('#login', 'ana'); await send(await fill('#password', %s)); await send(await fill('#new-passphrase', %s));"
UNLOCK = "await send(await fill('#unlock-passphrase', %s));"
HELD = """
await at('header .status[data-tone=good]');
await navigator.serviceWorker.ready;
await until(() => navigator.serviceWorker.controller, 'worker');"""
OPEN = """
const before = await at('main h1'), now = () => document.querySelector('main h1');
history.pushState(null, '', %s); dispatchEvent(new PopStateEvent('popstate'));
return (await until(() => now() !== before && now(), 'screen')).textContent;"""
INTRUDE = """
const refused = [];
const attempt = (what, act) => { try { act(); } catch { refused.push(what); } };
const script = () => document.head.appendChild(document.createElement('script'));
attempt('markup', () => { document.body.appendChild(document.createElement('p')).innerHTML = '<img src=x onerror="window.broken = 1">'; });
attempt('address', () => { script().src = '/assets/other.js'; });
attempt('text', () => { script().text = 'window.broken = 1'; });
attempt('address by the policy', () => { script().src = scripts.createScriptURL('/assets/other.js'); });
attempt('a policy', () => trustedTypes.createPolicy('another', {}));
attempt('a second policy', () => trustedTypes.createPolicy('porchlight', {}));
document.body.append(Object.assign(new Image(), { src: 'http://127.0.0.1:9/ana.png?who=ana' }));
await new Promise(done => setTimeout(done, 200));
return [refused, window.broken ?? null];"""
TOLD = re.compile(r'^porchlight_policy_violations_total\{rule="([^"]+)",what="([^"]+)"\} (\S+)$', re.MULTILINE)


class Engine(Protocol):
    """What every engine is asked."""

    async def go(self, url: str) -> None: ...

    async def run(self, body: str) -> Any: ...


class Chromium:
    """The same of a page of Playwright's."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def go(self, url: str) -> None:
        await self._page.goto(url)

    async def run(self, body: str) -> Any:
        return await self._page.evaluate(f"async () => {{{body}}}")


@asynccontextmanager
async def engine_of(name: str, profile: Path) -> AsyncIterator[Engine]:
    if name in ASKED_FOR and os.environ.get(ASKED_FOR[name]) != "on":
        pytest.skip("runs by ./porchlight test engines")
    if name == "firefox":
        async with firefox(profile, {}) as made:
            yield made
    elif name == "webkit":
        async with webkit() as other:
            yield other
    else:
        async with browser(profile) as context:
            yield Chromium(context.pages[0])


@pytest.fixture
async def installation(one_house: House, journeys_db: str) -> House:
    await make_agency()
    await make_account(login="ana", person_id="ana", password_hash=await hash_password(PASSWORD), display_name="Ana Rivera")
    await make_participant(await make_case(), "CP", person_id="ana", first_name="Ana", last_name="Rivera")
    one_house.keep_running()
    return one_house


def told(house: House) -> dict[tuple[str, str], float]:
    """What browsers told this house of things that the policy kept off."""
    with urllib.request.urlopen(f"{house.origin}/metrics") as answer:
        return {(rule, what): float(count) for rule, what, count in TOLD.findall(answer.read().decode())}


async def screens(engine: Engine) -> list[str]:
    """What the screens say of themselves whose script is fetched when they are opened."""
    return [await engine.run(WORDS + OPEN % json.dumps(path)) for path in LAZY]


@pytest.mark.parametrize("name", ["chromium", "firefox", "webkit"])
async def test_the_app_runs_under_its_policy_without_a_server_too_and_nothing_else_does(
    name: str, installation: House, tmp_path: Path
) -> None:
    async with engine_of(name, tmp_path / "profile") as engine:
        await engine.go(installation.origin)
        before = told(installation)
        await engine.run(WORDS + SIGN_IN % (json.dumps(PASSWORD), json.dumps(PASSPHRASE)) + HELD)
        names = await screens(engine)
        assert len(set(names)) == len(LAZY)
        assert told(installation) == before

        refused, broken = await engine.run(INTRUDE)
        assert refused == ["markup", "address", "text", "address by the policy", "a policy", "a second policy"]
        assert broken is None
        await engine.run("await new Promise(done => setTimeout(done, 500));")
        grown = {kind for kind, count in told(installation).items() if count > before.get(kind, 0)}
        assert grown >= {("img-src", "another site"), ("require-trusted-types-for", "trusted-types-sink")}

        installation.running.pop().stop()
        await engine.go(f"{installation.origin}/messages")
        await engine.run(WORDS + UNLOCK % json.dumps(PASSPHRASE) + "await at('header .status');")
        assert await screens(engine) == names
