"""Real Chromium under a seeded storm: networks, tabs, processes and access come and go while somebody writes.

One worker's phone holds a handful of cases. Each step is drawn from the seed; at the end everything heals, and then the
phone must hold exactly what a new phone is given, and every message that it said it kept must be there exactly once.
"""

from __future__ import annotations

import asyncio
import random
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
from playwright.async_api import BrowserContext, Error, Page, Route, expect

from backend.db import connection
from tests.backend.browsing import PASSWORD
from tests.backend.devices.phone import Phone
from tests.journeys.app import come_in, device_holds, go, held_everything, reopen
from tests.journeys.browser import open_installed
from tests.journeys.house import House
from tests.journeys.release import next_release
from tests.make import make_assignment, make_payment

TABS_MOST = 3
SHORT_MS = 4_000
CALM_S = 60
STEP_S = 300  # the longest step, on a machine with much else to do: a storm ends, whatever hangs in it

# What a browser does to a page when its place on the disk is used up; no developer's tool fills it for us.
STORAGE_FULL = """full => {
  const stores = IDBObjectStore.prototype;
  self.free ??= { put: stores.put, add: stores.add };
  const refuse = () => { throw new DOMException("no place is left", "QuotaExceededError"); };
  Object.assign(stores, full ? { put: refuse, add: refuse } : self.free);
}"""


@dataclass
class World:
    """What the storm rages over. `cases` maps each case to the thread of its receiving parent."""

    house: House
    cases: dict[UUID, UUID]
    phone: Callable[[], Any]
    rng: random.Random
    release: Path
    log: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    assigned: set[UUID] = field(default_factory=set)
    releases: int = 0
    updated: int = 0
    served: bool = True
    offline: bool = False


class Storm:
    """One phone in it: the browser may die and come back on the same profile."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.entered: Any = None
        self.context: BrowserContext

    async def begin(self) -> None:
        """Sign in once, hold everything."""
        await self._open()
        page = self.context.pages[0]
        await open_installed(page, self.world.house.origin)
        await page.locator("#login").fill("wendy")
        await page.locator("#password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        await come_in(page)
        await held_everything(page)

    async def step(self) -> None:
        """One thing happens."""
        happens = self.world.rng.choice(STEPS)
        self.world.log.append(happens.__name__.removeprefix("_"))
        async with asyncio.timeout(STEP_S):
            await happens(self)

    async def heal(self) -> Page:
        """Everything that promises to come back is back; answers a page that has settled."""
        world = self.world
        if not world.served:
            await asyncio.to_thread(world.house.api)
            world.served = True
        await _free_storage(self)
        await self.context.unroute_all()
        world.offline = False
        await self.network()
        for page in self.context.pages[1:]:
            await page.close()
        page = self.context.pages[0]
        await reopen(page, world.house.origin)
        await settled(page, world)
        return page

    async def end(self) -> None:
        await self.entered.__aexit__(None, None, None)

    async def _open(self) -> None:
        self.entered = self.world.phone()
        self.context = await self.entered.__aenter__()
        if not self.context.pages:
            await self.context.new_page()
        await self.network()

    async def network(self) -> None:
        """As the world has it, said to every page and to every service worker.

        Chromium keeps a worker that was stopped just when a new release began to be installed: for five minutes it neither answers
        nor ends, while the release is installed by another. The pages have heard by then.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(SHORT_MS / 1000):
                await self.context.set_offline(self.world.offline)

    def page(self) -> Page:
        return self.world.rng.choice(self.context.pages)


async def _write(storm: Storm) -> None:
    """Somebody writes in a case that the screen still shows; what the app says it kept counts."""
    world, page = storm.world, storm.page()
    case = world.rng.choice(sorted(world.cases))
    text = f"note {uuid4().hex[:12]}"
    try:
        await go(page, f"/messages/{case}/{world.cases[case]}")
        box = page.locator(".composer textarea")
        await box.fill(text, timeout=SHORT_MS)
        await page.locator(".composer button[type=submit]").click(timeout=SHORT_MS)
        await expect(box).to_have_value("", timeout=SHORT_MS)
    except (Error, AssertionError):
        return  # the case was not to be seen, or the tab was on its way elsewhere: nothing was promised
    world.kept.append(text)


async def _lose_network(storm: Storm) -> None:
    storm.world.offline = True
    await storm.network()


async def _find_network(storm: Storm) -> None:
    storm.world.offline = False
    await storm.network()


async def _lose_answers(storm: Storm) -> None:
    """The server does the work and its answer is lost on the way."""

    async def lose(route: Route) -> None:
        with suppress(Error):
            await route.fetch()
        await route.abort()

    await storm.page().route("**/v1/sync", lose, times=storm.world.rng.randint(1, 3))


async def _be_slow(storm: Storm) -> None:
    """The answer comes later than the next question."""
    wait_s = storm.world.rng.uniform(0.1, 1.0)

    async def late(route: Route) -> None:
        await asyncio.sleep(wait_s)
        with suppress(Error):
            await route.continue_()

    await storm.page().route("**/v1/sync", late, times=2)


async def _open_tab(storm: Storm) -> None:
    if len(storm.context.pages) < TABS_MOST:
        page = await storm.context.new_page()
        await _visit(page, storm.world.house.origin)


async def _close_tab(storm: Storm) -> None:
    if len(storm.context.pages) > 1:
        await storm.page().close()


async def _reload(storm: Storm) -> None:
    await _visit(storm.page(), storm.world.house.origin)


async def _kill_browser(storm: Storm) -> None:
    await storm.end()
    await storm._open()
    await _visit(storm.context.pages[0], storm.world.house.origin)


async def _stop_workers(storm: Storm) -> None:
    """As a phone does after seconds of idleness."""
    session = await storm.context.new_cdp_session(storm.context.pages[0])
    await session.send("ServiceWorker.enable")
    await session.send("ServiceWorker.stopAllWorkers")


async def _lose_cache(storm: Storm) -> None:
    """The disposable database goes; the outbox is another."""
    with suppress(Error):
        await storm.page().evaluate(
            """async () => { for (const { name } of await indexedDB.databases())
                if (name.startsWith('box-')) indexedDB.deleteDatabase(name); }"""
        )


async def _fill_storage(storm: Storm) -> None:
    """Nothing more can be kept on this phone: what is not kept must not be called so."""
    await _full(storm, True)


async def _free_storage(storm: Storm) -> None:
    await _full(storm, False)


async def _full(storm: Storm, full: bool) -> None:
    """Said to every keeper; one that is new has room, and one that ends or hangs does not answer."""
    for keeper in [keeper for page in storm.context.pages for keeper in page.workers]:
        with suppress(Error, TimeoutError):
            async with asyncio.timeout(SHORT_MS / 1000):
                await keeper.evaluate(STORAGE_FULL, full)


async def _bring_release(storm: Storm) -> None:
    """A new version of the app, found by an open tab if it can be."""
    storm.world.releases += 1
    next_release(storm.world.release, f"release {storm.world.releases}")
    with suppress(Error, TimeoutError):
        async with asyncio.timeout(SHORT_MS / 1000):
            await storm.page().evaluate(
                "() => { navigator.serviceWorker.getRegistration().then(it => it?.update()).catch(() => undefined); }"
            )


async def _take_release(storm: Storm) -> None:
    """In the middle of everything, with whatever waits in the outbox: all tabs begin anew."""
    button = storm.page().locator(".update button")
    with suppress(Error):
        if await button.is_visible():
            await button.click(timeout=SHORT_MS)
            storm.world.updated += 1


async def _kill_server(storm: Storm) -> None:
    world = storm.world
    if world.served:
        world.house.running[-1].child.send_signal(signal.SIGKILL)
        world.house.running[-1].child.wait()
        world.served = False


async def _start_server(storm: Storm) -> None:
    if not storm.world.served:
        await asyncio.to_thread(storm.world.house.api)
        storm.world.served = True


async def _pay(storm: Storm) -> None:
    for _ in range(storm.world.rng.randint(1, 4)):
        await make_payment(storm.world.rng.choice(sorted(storm.world.cases)))


async def _correct(storm: Storm) -> None:
    async with connection() as held:
        await held.execute("UPDATE payment SET amount_cents = amount_cents + 1 WHERE id IN (SELECT id FROM payment LIMIT 3)")


async def _take_away(storm: Storm) -> None:
    """A case goes to somebody else."""
    world = storm.world
    if len(world.assigned) > 1:
        case = world.rng.choice(sorted(world.assigned))
        world.assigned.discard(case)
        async with connection() as held:
            await held.execute("DELETE FROM assignment WHERE case_id = $1", case)


async def _give_back(storm: Storm) -> None:
    world = storm.world
    gone = sorted(set(world.cases) - world.assigned)
    if gone:
        case = world.rng.choice(gone)
        world.assigned.add(case)
        await make_assignment(case, "w")


async def _visit(page: Page, origin: str) -> None:
    with suppress(Error, AssertionError):
        await page.goto(origin, timeout=SHORT_MS)
        await come_in(page)


Step = Callable[[Storm], Awaitable[None]]
STEPS: tuple[Step, ...] = (
    *(_write,) * 6,
    *(_find_network,) * 3,
    *(_start_server,) * 3,
    *(_pay, _correct) * 2,
    _lose_network,
    _lose_answers,
    _be_slow,
    _open_tab,
    _close_tab,
    _reload,
    _kill_browser,
    _stop_workers,
    _lose_cache,
    _fill_storage,
    *(_free_storage,) * 2,
    _bring_release,
    *(_take_release,) * 2,
    _kill_server,
    _take_away,
    _give_back,
)


async def settled(page: Page, world: World) -> None:
    """Everything that was written is answered (refusals stay to be seen), and every case is held that is the worker's now, no other."""
    wanted, known = ({str(case) for case in cases} for cases in (world.assigned, world.cases))
    calm = page.locator("header .status[data-tone=good], header .status[href='/attention']")
    async with asyncio.timeout(CALM_S):
        while True:
            await expect(calm).to_be_visible(timeout=CALM_S * 1000)
            holds = await device_holds(page)
            waiting = [item for name, store, items in holds if store == "items" for item in items if not item.get("done")]
            missing = [hold for _, store, metas in holds if store == "meta" for meta in metas for hold in _holds(meta)]
            held = {box["scope"] for _, store, boxes in holds if store == "scopes" for box in boxes}
            if not waiting and set(missing) <= {"fresh"} and held & known == wanted:
                return
            await asyncio.sleep(0.05)


def _holds(meta: Any) -> list[str]:
    """The states of the scopes, where this record is the list of holds."""
    if not isinstance(meta, dict):
        return []
    return [hold["state"] for hold in meta.values() if isinstance(hold, dict) and "state" in hold]


async def held_by(page: Page) -> dict[tuple[Any, ...], Any]:
    """The rows that the phone keeps: (scope, audience, kind, id) → (rev, body)."""
    kept: dict[tuple[Any, ...], Any] = {}
    for name, store, records in await device_holds(page):
        if name.startswith("box-") and store == "scopes":
            for box in records:
                assert not box["stale"]
                for aud, kind, row, rev, body in box["rows"]:
                    kept[box["scope"], aud, kind, row] = (rev, body)
    return kept


async def given_to_a_new_phone(made: House) -> dict[tuple[Any, ...], Any]:
    """The rows that the server gives to a device that it never saw."""
    rows: dict[tuple[Any, ...], Any] = {}
    async with httpx.AsyncClient(base_url=made.origin, headers={"sec-fetch-site": "same-origin"}, timeout=30) as client:
        answer = await client.post("/v1/sign-in", json={"login": "wendy", "password": PASSWORD})
        assert answer.status_code == 200
        phone = Phone(client, uuid4())
        await client.put(f"/v1/devices/{phone.device}", json={"kind": "new"})
        wanted: list[str] = []
        while True:
            told = await phone.sync(want=wanted)
            for load in told.get("load", ()):
                for aud, kind, row, rev, body in load["rows"]:
                    rows[load["scope"], aud, kind, row] = (rev, body)
            if "manifest" in told:
                scopes = [scope for scope, _ in told["manifest"]["scopes"]]
            wanted = [scope for scope in scopes if not any(key[0] == scope for key in rows)]
            if not wanted:
                return rows


def in_the_open(profile: Path, texts: list[str]) -> list[str]:
    """Which of these words stand readable in some file of a profile."""
    files = [path.read_bytes() for path in profile.rglob("*") if path.is_file()]
    return [text for text in texts if any(text.encode() in content for content in files)]
