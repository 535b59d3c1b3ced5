"""What the vault costs on a slow phone: opening it, a first sync into it, and writing a change.

Tools for developers slow the page's own thread; a worker they refuse to slow. So there is wall time at full speed and with a slow page, and
beside it what a phone that is slow throughout needs: the processor time of the page, of the keeper and of the threads that know
cryptography, one after the other, times SLOWER. Deriving a key from a passphrase is slow on purpose, and told apart.
"""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Worker

from tests.bench.phone import SLOWER, Trace
from tests.bench.stage import stage
from tests.journeys.app import held_everything, name_of, sign_in_as
from tests.journeys.browser import browser, open_installed, slow_cpu
from tests.journeys.house import House, house
from tests.journeys.passkeys import fingerprint_reader
from tests.journeys.vault import PASSPHRASE

RUNS = 7
SYNCS = 3
CHANGES = 20
PEOPLE = {"parent": ("receiving", ".case-card .headline"), "worker_500": ("worker", ".case-row")}
SLOTS = ("passkey", "passphrase")
PAGE, KEEPER = "CrRendererMain", "DedicatedWorker thread"
DERIVATION_MS = 50.0  # nothing else that those threads do takes as long

# In the keeper: how long each derivation from a passphrase took; and when the first sync was asked.
WATCH = """() => {
  self.derivations = [];
  const derive = crypto.subtle.deriveBits.bind(crypto.subtle);
  crypto.subtle.deriveBits = async (algorithm, ...rest) => {
    const began = performance.now();
    const bits = await derive(algorithm, ...rest);
    if (algorithm.name === 'PBKDF2') derivations.push(performance.now() - began);
    return bits;
  };
  const ask = self.fetch.bind(self);
  self.fetch = (path, ...rest) => {
    if (path === '/v1/sync') self.asked_at ??= performance.timeOrigin + performance.now();
    return ask(path, ...rest);
  };
}"""

# In the keeper, for comparison: the same databases, and nothing sealed.
UNSEALED = """() => {
  const padded = bytes => { const all = new Uint8Array(bytes.length + 16); all.set(bytes); return Promise.resolve(all.buffer); };
  crypto.subtle.encrypt = (_algorithm, _key, bytes) => padded(bytes);
  crypto.subtle.decrypt = (_algorithm, _key, bytes) => Promise.resolve(bytes.slice(0, -16).buffer);
  crypto.subtle.sign = (_algorithm, _key, bytes) => padded(bytes);
}"""

# In the keeper, for comparison: no databases at all.
IN_MEMORY = "() => { self.onmessage({ data: { ask: 0, verb: 'set_up', args: [null] } }); }"

# In the page: hands in the secret, and resolves with the milliseconds from there to painted content.
UNLOCK = """([passphrase, content]) => new Promise(done => {
  const hand_in = () => { performance.mark('handed'); };
  const look = new MutationObserver(() => {
    if (!document.querySelector(content)) return;
    look.disconnect();
    requestAnimationFrame(() => setTimeout(() => {
      performance.mark('painted');
      done(performance.measure('unlocked', 'handed', 'painted').duration);
    }));
  });
  look.observe(document, { subtree: true, childList: true });
  if (passphrase === null) {
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = async asked => { const given = await get(asked); hand_in(); return given; };
    document.querySelector('main .button[data-kind=primary]').click();
    return;
  }
  const field = document.querySelector('#unlock-passphrase');
  field.value = passphrase;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  requestAnimationFrame(() => setTimeout(() => { hand_in(); field.form.requestSubmit(); }));
})"""

# In the page: `held` is when everything is held and said to be; marked are that moment and the one in which the vault is open.
WAIT_HELD = """() => {
  const open = () => document.querySelector('header .status');
  const met = () => document.querySelector('header .status[data-tone=good]') && document.querySelector('.case-row');
  self.held = new Promise(done => {
    const look = new MutationObserver(() => {
      if (open() && !performance.getEntriesByName('opened').length) performance.mark('opened');
      if (!met()) return;
      look.disconnect();
      performance.mark('held');
      done(performance.timeOrigin + performance.now());
    });
    look.observe(document, { subtree: true, childList: true, attributes: true });
  });
}"""

# In the keeper: writes one change after the other, and tells of each when it was durable, when it was also sealed for the server, and
# how long the cryptography of that took.
WRITE = """async times => {
  const native = IDBDatabase.prototype.transaction;
  const { importKey, encrypt } = crypto.subtle;
  let marks;
  IDBDatabase.prototype.transaction = function (stores, mode, options) {
    const tx = native.call(this, stores, mode, options);
    if (mode === 'readwrite') tx.addEventListener('complete', () => { marks.written.push(performance.now()); });
    return tx;
  };
  crypto.subtle.importKey = (...given) => {
    if (given[2].name === 'ECDH') marks.sealing = performance.now();
    return importKey.apply(crypto.subtle, given);
  };
  crypto.subtle.encrypt = async (...given) => {
    const it = await encrypt.apply(crypto.subtle, given);
    marks.sealed = performance.now();
    return it;
  };
  const told = [];
  for (let n = 0; n < times; n++) {
    marks = { written: [] };
    const id = crypto.randomUUID(), began = performance.now();
    const args = { id, thread: id, body: 'My hours were cut on Monday, and I would like to ask what happens now. '.repeat(3) };
    const change = { id, at: new Date().toISOString(), name: 'message.send', v: 1, scope: id, args };
    self.onmessage({ data: { ask: 0, verb: 'enqueue', args: [change] } });
    while (marks.written.length < 2) await new Promise(done => setTimeout(done, 5));
    const [durable, both] = marks.written;
    told.push({ durable_ms: durable - began, sealing_adds_ms: both - durable, of_it_cryptography_ms: marks.sealed - marks.sealing });
    await new Promise(done => setTimeout(done, 30));
  }
  return told;
}"""


async def unlock() -> dict[str, Any]:
    """From the secret to content on the screen, for each person and way in."""
    with stage() as server, house(server.url()) as made:
        made.api()
        return {"runs": RUNS} | {
            who: {slot: await _unlocks(made, key, content, slot) for slot in SLOTS} for who, (key, content) in PEOPLE.items()
        }


async def first_sync() -> dict[str, Any]:
    """A worker's 500 cases, sealed and not."""
    with stage() as server, house(server.url()) as made:
        made.api()
        return {"runs": SYNCS, **await _first_syncs(made)}


async def write() -> dict[str, Any]:
    """One change, durable and sealed for the server."""
    with stage() as server, house(server.url()) as made:
        made.api()
        return {"changes": CHANGES, **await _writes(made)}


@asynccontextmanager
async def _phone() -> AsyncIterator[Page]:
    """A new phone, with a reader of fingers."""
    with tempfile.TemporaryDirectory(prefix="porchlight-vault-", ignore_cleanup_errors=True) as folder:
        async with browser(Path(folder)) as context:
            page = await context.new_page()
            await fingerprint_reader(page)
            yield page


async def _unlocks(made: House, key: str, content: str, slot: str) -> dict[str, Any]:
    secret = PASSPHRASE if slot == "passphrase" else None
    async with _phone() as page:
        await _come_in(page, made, key, slot)
        trace = Trace(await page.context.new_cdp_session(page))
        runs = [await _unlock(page, trace, [secret, content]) for _ in range(RUNS)]
        slow_page = [await _unlock(page, None, [secret, content]) for _ in range(RUNS)]
    figures = {name: _told([run[name] for run in runs]) for name in runs[0]}
    return figures | {"slow_page_" + name: _told([run[name] for run in slow_page]) for name in slow_page[0]}


async def _unlock(page: Page, trace: Trace | None, given: list[str | None]) -> dict[str, float]:
    """One opening: traced at full speed, or with a slow page."""
    await page.reload()
    await page.locator("#unlock-passphrase, main .button[data-kind=primary]").first.wait_for(timeout=60_000)
    keeper = await _keeper(page)
    await keeper.evaluate(WATCH)
    await page.wait_for_timeout(500)
    await (trace.begin() if trace else slow_cpu(page, SLOWER))
    wall = await page.evaluate(UNLOCK, given)
    await (trace.close() if trace else slow_cpu(page, 1.0))
    derived = sum(await keeper.evaluate("derivations"))
    await held_everything(page)
    told = {"wall_ms": wall, "derivation_wall_ms": derived, "rest_wall_ms": wall - derived}
    return told | _slowed(trace.between("handed", "painted")) if trace else told


def _slowed(tasks: dict[str, list[float]]) -> dict[str, float]:
    """What each kind of thread did, times SLOWER, without the derivation."""
    others = [ms for name, times in tasks.items() if name.startswith("ThreadPool") for ms in times if ms < DERIVATION_MS]
    each = {"page": sum(tasks.get(PAGE, ())), "keeper": sum(tasks.get(KEEPER, ())), "cryptography": sum(others)}
    slow = {f"slow_{name}_ms": ms * SLOWER for name, ms in each.items()}
    return {**slow, "slow_rest_ms": sum(slow.values())}


async def _come_in(page: Page, made: House, key: str, slot: str) -> None:
    if slot == "passphrase":
        await sign_in_as(page, made.origin, key)
    else:
        await _to_the_choice(page, made, key)
        await page.get_by_label("This phone's own lock").check()
        await page.get_by_role("button", name="Use this phone's lock").click()
    await held_everything(page)


async def _to_the_choice(page: Page, made: House, key: str) -> None:
    """Signed in, before the choice of a lock."""
    await open_installed(page, made.origin)
    await page.locator("button.row", has_text=await name_of(page, key)).first.click()
    await page.locator("#new-passphrase").wait_for(timeout=60_000)


async def _first_syncs(made: House) -> dict[str, Any]:
    """From the first question to all 500 held and listed: sealed, the same without sealing, and without any database."""
    runs: dict[str, list[dict[str, float]]] = {"sealed": [], "unsealed": [], "memory": []}
    for _ in range(SYNCS):
        for how, told in runs.items():
            told.append(await _first_sync(made, how))
    figures: dict[str, Any] = {how: {name: _told([run[name] for run in told]) for name in told[0]} for how, told in runs.items()}
    for how in ("unsealed", "memory"):
        for name, sealed in figures["sealed"].items():
            figures[f"sealed_to_{how}_{name.removesuffix('_ms')}"] = round(sealed["median"] / figures[how][name]["median"], 2)
    return figures


async def _first_sync(made: House, how: str) -> dict[str, float]:
    async with _phone() as page:
        await _to_the_choice(page, made, "worker")
        keeper, trace = await _keeper(page), Trace(await page.context.new_cdp_session(page))
        await keeper.evaluate(WATCH)
        await page.evaluate(WAIT_HELD)
        await trace.begin()
        if how == "memory":
            await keeper.evaluate(IN_MEMORY)
        else:
            if how == "unsealed":
                await keeper.evaluate(UNSEALED)
            await page.locator("#new-passphrase").fill(PASSPHRASE)
            await page.locator("#new-passphrase").press("Enter")
        held: float = await page.evaluate("held")
        await trace.close()
        asked: float = await keeper.evaluate("asked_at")
        tasks = trace.between("opened", "held")
        busy = sum(ms for name, times in tasks.items() if name in (PAGE, KEEPER) or name.startswith("ThreadPool") for ms in times)
        return {"wall_ms": held - asked, "slow_ms": busy * SLOWER}


async def _writes(made: House) -> dict[str, Any]:
    """A message that is written without a signal: until it is durable, and what sealing it for the server adds to that."""
    async with _phone() as page:
        await _come_in(page, made, "receiving", "passphrase")
        await page.context.set_offline(True)
        told = await (await _keeper(page)).evaluate(WRITE, CHANGES)
    return {name: _told([one[name] for one in told]) for name in told[0]}


def _told(values: list[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 1), "worst": round(max(values), 1)}


async def _keeper(page: Page) -> Worker:
    while not page.workers:
        await page.wait_for_timeout(20)
    return page.workers[0]
