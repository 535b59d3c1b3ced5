"""A worker's 500 cases on a slow phone: the first sync, one changed case, searching.

What the page's thread does is counted as its own processor time, times SLOWER: throttling a browser on a machine that also does other
work would count that work too. The keeper is a thread of its own; its work is wall time and not slowed.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from pathlib import Path
from typing import Any

import asyncpg
from playwright.async_api import CDPSession, Page, Worker

from tests.bench.stage import stage
from tests.journeys.app import held_everything, name_of, sign_in_as
from tests.journeys.browser import browser, open_installed
from tests.journeys.house import House, house
from tests.journeys.vault import PASSPHRASE

SLOWER = 6.0
RUNS = 3
CHANGES = 5
WORD = "rivera"
TASKS = {"ThreadControllerImpl::RunTask", "ThreadPool_RunTask"}

# Runs in the keeper: from the last byte of an answer to the news that it was applied.
WATCH_KEEPER = """() => {
  self.applies = [];
  let answered = 0;
  const text = Response.prototype.text;
  Response.prototype.text = async function () { const it = await text.call(this); answered = performance.now(); return it; };
  const post = BroadcastChannel.prototype.postMessage;
  BroadcastChannel.prototype.postMessage = function (news) {
    if (news.what === 'applied') applies.push(performance.now() - answered);
    post.call(this, news);
  };
}"""


# Presses the first of these and waits until nothing is missing, without the tools' own work on the page's thread.
PRESS_AND_WAIT = """([press, until]) => new Promise(done => {
  const met = () => until.every(selector => document.querySelector(selector));
  const look = new MutationObserver(() => { if (met()) { look.disconnect(); setTimeout(done, 300); } });
  look.observe(document, { subtree: true, childList: true, attributes: true });
  [...document.querySelectorAll(press[0])].find(one => one.textContent.includes(press[1])).click();
})"""
HELD = ["header .status[data-tone=good]", ".case-row"]


# Types the passphrase and waits for the first rows.
UNLOCK = """([passphrase]) => new Promise(done => {
  const field = document.querySelector('#unlock-passphrase');
  field.value = passphrase;
  field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  requestAnimationFrame(() => {
    const began = performance.now();
    const look = new MutationObserver(() => {
      if (!document.querySelector('.case-row, .case-card .headline')) return;
      look.disconnect();
      requestAnimationFrame(() => setTimeout(() => { done(performance.now() - began); }));
    });
    look.observe(document, { subtree: true, childList: true });
    field.form.requestSubmit();
  });
})"""


class Trace:
    """What the browser's threads do between `begin` and `end`."""

    def __init__(self, session: CDPSession) -> None:
        self._session = session
        self._events: list[dict[str, Any]] = []
        self._whole = asyncio.Event()
        session.on("Tracing.dataCollected", lambda told: self._events.extend(told["value"]))
        session.on("Tracing.tracingComplete", lambda _: self._whole.set())

    async def begin(self) -> None:
        self._events.clear()
        self._whole.clear()
        await self._session.send("Tracing.start", {"categories": "toplevel,blink.user_timing", "transferMode": "ReportEvents"})

    async def close(self) -> None:
        await self._session.send("Tracing.end")
        await self._whole.wait()

    def between(self, first: str, last: str) -> dict[str, list[float]]:
        """From one mark of the page to another: the processor time of each task of its process, in milliseconds, by the thread's name."""
        (begun,) = (event for event in self._events if event["name"] == first and event["ph"] in "IRn")
        (ended,) = (event for event in self._events if event["name"] == last and event["ph"] in "IRn")
        named = {e["tid"]: e["args"]["name"] for e in self._events if e["name"] == "thread_name" and e["pid"] == begun["pid"]}
        tasks: dict[str, list[float]] = {}
        for event in self._events:
            if event["pid"] == begun["pid"] and event["name"] in TASKS and begun["ts"] <= event["ts"] <= ended["ts"]:
                tasks.setdefault(named.get(event["tid"], "?"), []).append(event.get("tdur", 0) / 1000)
        return tasks

    async def end(self) -> list[float]:
        """The processor time of each task of the page's thread, in milliseconds of a slow phone, longest first."""
        await self.close()
        threads = {(e["pid"], e["tid"]) for e in self._events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"}
        tasks: dict[tuple[int, int], list[float]] = {thread: [] for thread in threads}
        for event in self._events:
            if event["name"] == "ThreadControllerImpl::RunTask" and (event["pid"], event["tid"]) in threads:
                tasks[event["pid"], event["tid"]].append(event.get("tdur", 0) / 1000 * SLOWER)
        return sorted(max(tasks.values(), key=sum, default=[0.0]), reverse=True)


async def measure() -> dict[str, Any]:
    """Medians and worsts over RUNS new phones."""
    with stage() as server, house(server.url()) as made:
        made.api()
        phones = [await _phone(made, server.url()) | await _parent(made) for _ in range(RUNS)]
    figures = {name: [phone[name] for phone in phones] for name in phones[0]}
    return {
        "slower": SLOWER,
        **{name: {"median": round(statistics.median(values), 1), "worst": round(max(values), 1)} for name, values in figures.items()},
    }


async def _phone(made: House, database: str) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="porchlight-phone-", ignore_cleanup_errors=True) as folder:
        async with browser(Path(folder)) as context:
            page = await context.new_page()
            await open_installed(page, made.origin)
            trace = Trace(await context.new_cdp_session(page))
            figures = await _first_sync(page, trace)
            figures |= await _changes(page, trace, database)
            figures |= await _search(page, trace)
            return figures | await _unlock(page, trace, "unlock_500")


async def _parent(made: House) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="porchlight-phone-", ignore_cleanup_errors=True) as folder:
        async with browser(Path(folder)) as context:
            page = await context.new_page()
            await sign_in_as(page, made.origin, "receiving")
            await held_everything(page)
            return await _unlock(page, Trace(await context.new_cdp_session(page)), "unlock_parent")


async def _unlock(page: Page, trace: Trace, name: str) -> dict[str, float]:
    """From the tap to the first content: unslowed wall time, and what the page's thread had to do for it."""
    await page.reload()
    await page.locator("#unlock-passphrase").wait_for(timeout=60_000)
    await trace.begin()
    wall = await page.evaluate(UNLOCK, [PASSPHRASE])
    busy = sum(await trace.end())
    return {f"{name}_unslowed_wall_ms": wall, f"{name}_page_busy_ms": busy}


async def _first_sync(page: Page, trace: Trace) -> dict[str, float]:
    keeper = await _keeper(page)
    await keeper.evaluate(WATCH_KEEPER)
    name = await name_of(page, "worker")
    await page.locator("button.row", has_text=name).wait_for()
    await trace.begin()
    began = await page.evaluate("performance.now()")
    await page.evaluate(PRESS_AND_WAIT, [["button.row", name], ["#new-passphrase"]])
    await page.locator("#new-passphrase").fill(PASSPHRASE)
    await page.evaluate(PRESS_AND_WAIT, [["button[type=submit]", ""], HELD])
    ended = await page.evaluate("performance.now()") - 300
    tasks = await trace.end()
    return {
        "first_sync_unslowed_wall_ms": ended - began,
        "first_sync_applied_by_keeper_ms": sum(await keeper.evaluate("applies")),
        "first_sync_page_busy_ms": sum(tasks),
        "first_sync_longest_task_ms": tasks[0],
    }


async def _changes(page: Page, trace: Trace, database: str) -> dict[str, float]:
    """One case changes, again and again; each time the page asks."""
    keeper = await _keeper(page)
    applies, busy = [], []
    held = await asyncpg.connect(database)
    for number in range(CHANGES):
        await keeper.evaluate("applies.length = 0")
        await held.execute(
            "UPDATE ivd_case SET next_step_on = date '2026-12-01' + $1::int WHERE id ="
            " (SELECT case_id FROM assignment WHERE worker_login = 'dcoleman' AND to_on IS NULL ORDER BY case_id LIMIT 1)",
            number,
        )
        await trace.begin()
        await page.locator("footer.foot button").evaluate("button => button.click()")
        while not (seen := await keeper.evaluate("applies")):
            await page.wait_for_timeout(20)
        await page.wait_for_timeout(200)
        applies.append(seen[0])
        busy.append((await trace.end())[0])
    await held.close()
    return {"one_case_applied_by_keeper_ms": statistics.median(applies), "one_case_longest_task_ms": max(busy)}


async def _search(page: Page, trace: Trace) -> dict[str, float]:
    """All that the page does for one letter, painting included; and for emptying the field."""
    field = page.locator("input[type=search]")
    costs, letters = [], [*(WORD[: at + 1] for at in range(len(WORD))), ""]
    for text in letters:
        await trace.begin()
        await field.evaluate(
            """(field, text) => { field.value = text; field.dispatchEvent(new InputEvent('input', { bubbles: true })); }""", text
        )
        await page.wait_for_timeout(400)
        costs.append(sum(await trace.end()))
    return {"letter_median_ms": statistics.median(costs), "letter_worst_ms": max(costs)}


async def _keeper(page: Page) -> Worker:
    while not page.workers:
        await page.wait_for_timeout(20)
    return page.workers[0]
