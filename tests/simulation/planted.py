"""Defects planted into the engine, into its SQL and into the app's side, each a small change of source that a seed must find."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.simulation.engine import Defect
from tests.simulation.world import World

INBOX, OPENING, PULL, SCRUB, CURSOR, EPOCH = (f"sync.{name}" for name in ("inbox", "opening", "pull", "scrub", "cursor", "epoch"))
ACTIONS, SQL = "backend.devices.actions", "tests.simulation.statements"
CLIENT, PHONE = "tests.simulation.client", "tests.simulation.phone"
HOURS = 2.0
TAKE = """    async with DB.transaction(person=sender.principal), connection() as c:
        try:
            return await inbox.take(c, registry, sender.device, mutation, clashes=clashes)
        except Exception as fault:
            if is_lost(c):  # whatever was raised on the way out, the mutation did not break us
                raise ConnectionError("the database went away") from fault
            raise
"""
TOO_SOON = """    done = None
    try:
        async with DB.transaction(person=sender.principal), connection() as c:
            done = await inbox.take(c, registry, sender.device, mutation, clashes=clashes)
    except AWAY:
        if done is None:
            raise
    return done
"""
NOTED = """        cache = self.disk["cache"]
        if cache.get("inflight") != rid:
            return False
"""
CURSOR_FIRST = """        cache["standing"] = changes.standing
        await self._moment()
        cache = self.disk["cache"]
"""
ABSENT = """            work.drop[scope] = None
            work.put.pop(scope, None)
    work.holds = kept"""
NOT_FRESH = """    if box is None or work.holds.get(scope, {}).get("state") != "fresh":
        return
"""
TAKEN_STALE = """    if box is None or scope not in work.holds:
        return
    work.holds[scope]["state"] = "fresh"
"""
ALLOCATED = """        device = self._device()
        stored ="""
LEFT_EARLY = """        for item in request["push"]:
            self.disk["outbox"]["items"].pop(item["id"], None)
        # 2 send
"""
UNSEEN = "return [(key, row) for key, row in rows.items() if not"
ROW_LOCK = """    await t.lock("sync_device", device)
    row = t.get("sync_device", device)
    return {**row, **before,"""
# Seeds that found what few seeds find: the tests try them first. Once the worlds have changed they are seeds like others.
RARE = {
    "no lock of the device's row": 586,
    "a pass of the scrub ends with its first request": 113,
    "what is built upon is read before the request is noted": 703,
}
NOT_CHANGED = " and not unseen(database, scope, grants[scope], cursor)]"
TO_PUSH = "self.client.to_push(items, most)"
BEGIN = "standing, holds = await self.begin(rid)"
LOADED = '"stale": False, "rows": rows}'

DEFECTS = (
    Defect("a number that was taken is taken again", INBOX, 'if mutation.n <= held["last_n"]:', "if False:"),
    Defect("dedupe by number alone", INBOX, 'if row is None or row["id"] != mutation.id:', "if row is None:"),
    Defect("a copied phone's mutations are taken twice", INBOX, 'if held["id"] is not None:', "if False:"),
    Defect("a mutation that breaks us blocks for ever", INBOX, 'if held["crashes"] >= CRASHES_MAX:', "if False:"),
    Defect("what builds upon a refused mutation is done", INBOX, "if mutation.after is not None and not await", "if False and not await"),
    Defect("a refused effect stays", INBOX, "async with connection.transaction():", "if True:"),
    Defect("a scope is written to by whoever names it", INBOX, 'if not held["granted"]:', "if False:"),
    Defect(
        "an unknown name is called done",
        INBOX,
        '_outcome(mutation.n, "parked", Refusal("unknown"))',
        '_outcome(mutation.n, "ok", None)',
    ),
    Defect("effect and outcome are two transactions", ACTIONS, TAKE, TAKE.replace("DB.transaction(person=sender.principal), ", "")),
    Defect("acknowledged before the commit", ACTIONS, TAKE, TOO_SOON),
    Defect("a reset is not told", ACTIONS, "return None, str(unusable)", "return None, None"),
    Defect("a cursor of another epoch is honoured", CURSOR, "if cursor.epoch != epoch.bytes:", "if False:"),
    Defect("a database that moved keeps its epoch", EPOCH, 'if not row["same"]:\n        async', "if False:\n        async"),
    Defect("a cursor for other bodies is honoured", CURSOR, "if cursor.schema != schema:", "if False:"),
    Defect("a cursor lives for ever", CURSOR, "LIFE = timedelta(days=150)", "LIFE = timedelta(days=15000)"),
    Defect(
        "a snapshot is cut back at the wrong end",
        CURSOR,
        'xmin, _, rest = snapshot.split(":", 2)',
        '_, xmin, rest = snapshot.split(":", 2)',
    ),
    Defect("the manifest is told once", PULL, "if head.digest != asked.have or asked.snapshot is None:", "if asked.snapshot is None:"),
    Defect("a changed manifest is no news", OPENING, "self.news is False and self.digest == have", "self.news is False"),
    Defect("an epoch that ended is gone on with", ACTIONS, "if found.epoch != this.seal:", "if False:"),
    Defect("what does not fit is dropped without a word", PULL, "stale=head.stale", "stale=[]"),
    Defect("no lock of the device's row", SQL, ROW_LOCK, ROW_LOCK.split("\n", 1)[1]),
    Defect("a standby may answer a pull", PULL, "if head.standby or head.epoch != asked.epoch:", "if head.epoch != asked.epoch:"),
    Defect("the scrub compares what changed since", SQL, NOT_CHANGED, "]"),
    Defect("the scrub finds nothing", SCRUB, '!= told[r["scope"]]]', '!= told[r["scope"]] and False]'),
    Defect("a pass of the scrub ends with its first request", CLIENT, "sent[-1] if len(sent) == MOST_SUMS else None", "None"),
    Defect("the cursor is the newest stamp", SQL, "not cursor.sees(row.x) and", "row.x >= cursor.xmax and"),
    Defect("a delta forgets whom a row is for", SQL, "not cursor.sees(row.x) and key[1] & mask", "not cursor.sees(row.x)"),
    Defect("a load forgets whom a row is for", SQL, "if not row.gone and key[1] & mask", "if not row.gone"),
    Defect("tombstones are not sent", SQL, UNSEEN, UNSEEN.replace("if not", "if not row.gone and not")),
    Defect(
        "an answer has no limit", SQL, "        if total <= most:\n            fits += rows", "        if True:\n            fits += rows"
    ),
    Defect(
        "what fits in part is sent in part",
        SQL,
        "            stale.append(scope)\n",
        "            stale.append(scope)\n            fits += rows[:1]\n",
    ),
    Defect("a manifest's absence is ignored", CLIENT, ABSENT, "            kept.setdefault(scope, held)\n    work.holds = kept"),
    Defect("another mask drops nothing", CLIENT, 'held if held and held["mask"] == mask else', "held if held else"),
    Defect("a stale scope takes deltas and is fresh again", CLIENT, NOT_FRESH, TAKEN_STALE),
    Defect("stale is not heard", CLIENT, "        if scope not in loaded:\n            stale(work, scope)", "        pass"),
    Defect(
        "a load is added to what was there",
        CLIENT,
        LOADED,
        LOADED.replace("rows}", '[*work.boxes.get(scope, {"rows": []})["rows"], *rows]}'),
    ),
    Defect("a reset is not heard", CLIENT, "    if anew:\n", "    if False:\n"),
    Defect("a late answer is applied", PHONE, 'if cache.get("inflight") != rid:', "if False:"),
    Defect(
        "what is built upon is read before the request is noted",
        PHONE,
        BEGIN,
        BEGIN.replace("begin(rid)", "read()\n        await self.begin(rid)"),
    ),
    Defect("loads alone leave old boxes fresh", CLIENT, ' or standing["cursor"] is None', ""),
    Defect("the cursor is saved before the rows", PHONE, NOTED, NOTED + CURSOR_FIRST),
    Defect("an item leaves before its outcome", PHONE, "        # 2 send\n", LEFT_EARLY),
    Defect(
        "what was taken without a pull leaves as if it had been seen",
        PHONE,
        'await self.settle(taken["done"], seen_n)',
        'await self.settle(taken["done"], taken["last_n"])',
    ),
    Defect("a new id for every try", PHONE, TO_PUSH, f'[{{**i, "id": str(self.world.clockwork.uuid())}} for i in {TO_PUSH}]'),
    Defect(
        "a number is read in one transaction and used in another",
        PHONE,
        ALLOCATED,
        ALLOCATED.replace("self._device()", "dict(self._device())\n        await self._moment()"),
    ),
    Defect("a new device keeps its numbers", PHONE, '{**item, "n": n}', "item"),
)


class Found(NamedTuple):
    """Which seed met a defect, and as what."""

    seed: int | None
    seeds: int
    violation: str


def hunt(defect: Defect, seeds: Sequence[int], hours: float = HOURS) -> Found:
    """Seeds one after the other until one finds it."""
    for tried, seed in enumerate(seeds, start=1):
        violation = World(seed, defect).run(hours)
        if violation:
            return Found(seed, tried, violation)
    return Found(None, len(seeds), "")


def table(seeds: int) -> Iterator[str]:
    """Who caught what, line by line."""
    yield f"{'defect':<58} {'seeds':>5}  found by"
    for defect in DEFECTS:
        found = hunt(defect, range(seeds))
        words = found.violation.split(" in scope")[0][:80] if found.seed is not None else "NOT FOUND"
        yield f"{defect.name:<58} {found.seeds:>5}  {words}"
