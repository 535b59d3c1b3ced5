"""A phone: its two databases, and rounds with the server as in pwa/src/sync/round.ts, killed at any step of storage."""

from __future__ import annotations

from copy import deepcopy
from operator import itemgetter
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from tests.simulation.clockwork import Pause, Task

if TYPE_CHECKING:
    from types import ModuleType

    from tests.simulation.world import World

Json = dict[str, Any]
MOST_FORKS = 2


class Reply(NamedTuple):
    """What arrived; status 0 when nothing did. `truth` is what the server knew, for the checks alone."""

    status: int
    body: bytes
    truth: Any = None


class Phone:
    """One person's phone. `disk` outlives everything; the rest dies with the app."""

    def __init__(self, world: World, name: str, principal: UUID, disk: Json | None = None) -> None:
        self.world, self.name, self.principal = world, name, principal
        self.client: ModuleType = world.client
        self.disk: Json = disk or {"outbox": {"device": None, "items": {}}, "cache": {}}
        self.clock_ahead = 0.0
        self.outdated = False  # an app so old that the server gives it nothing, and only takes
        self.session: Task | None = None
        self.writing: list[Task] = []
        self.written: list[str] = []  # ids in the order of writing, for the checks
        self.outcomes: Json = {}  # id → what this phone was told
        self.dead = False
        self.rotten: set[str] = set()  # scopes that lost a row by no rule of ours, until they are loaded anew

    # --- storage: each method is one transaction, with a moment before and after it in which the app can die

    def _moment(self) -> Pause:
        return Pause(self.world.clockwork.soon(0.004))

    def _device(self) -> Json:
        outbox = self.disk["outbox"]
        if outbox["device"] is None:
            outbox["device"] = {"id": str(self.world.clockwork.uuid()), "next_n": 1, "registered": False}
        found: Json = outbox["device"]
        return found

    def items(self) -> list[Json]:
        """The outbox, in order."""
        return sorted(self.disk["outbox"]["items"].values(), key=itemgetter("n"))

    async def device(self) -> Json:
        """This installation, made on first use."""
        await self._moment()
        return dict(self._device())

    async def add(self, item: Json) -> None:
        """The number is allocated in the transaction that stores the item."""
        await self._moment()
        device = self._device()
        stored = {"n": device["next_n"], **item}
        self.disk["outbox"]["items"][item["id"]] = stored
        device["next_n"] = stored["n"] + 1
        self.world.checks.wrote(self, device["id"], stored)

    async def settle(self, done: list[Json], seen_n: int) -> None:
        """What was done and is visible in the cache leaves."""
        await self._moment()
        answers = {one["n"]: one for one in done}
        for item in self.items():
            answer = item.get("done") or answers.get(item["n"])
            if answer is None or (answer["outcome"] != "ok" and "done" in item):  # an older refusal stays as it is
                continue
            self.world.checks.told(self, item, answer)
            if answer["outcome"] == "ok" and item["n"] <= seen_n:
                del self.disk["outbox"]["items"][item["id"]]
                self.world.checks.left(self, item)
            else:
                self.disk["outbox"]["items"][item["id"]] = {**item, "done": answer}

    async def registered(self) -> None:
        """The server knows this device."""
        await self._moment()
        self._device()["registered"] = True

    async def fork(self) -> None:
        """A new device: unanswered items keep their ids and order and get new numbers from 1."""
        await self._moment()
        n = 0
        for item in self.items():
            if "done" not in item:
                n += 1
                self.disk["outbox"]["items"][item["id"]] = {**item, "n": n}
            elif item["done"]["outcome"] == "ok":
                self.world.checks.told(self, item, item["done"])  # a copied phone may know it from the one it was copied from
                del self.disk["outbox"]["items"][item["id"]]
        self.disk["outbox"]["device"] = {"id": str(self.world.clockwork.uuid()), "next_n": n + 1, "registered": False}

    async def read(self) -> tuple[Json, Json]:
        """Where it stands and what it holds."""
        await self._moment()
        cache = self.disk["cache"]
        return cache.get("standing") or dict(self.client.NEW_STANDING), cache.get("holds") or {}

    async def begin(self, rid: str) -> tuple[Json, Json]:
        """Notes the request that is under way, and answers what it builds upon: one transaction."""
        read = await self.read()
        self.disk["cache"]["inflight"] = rid
        return read

    async def scopes(self, names: list[str]) -> Json:
        """Boxes by name, as far as held."""
        await self._moment()
        held = self.disk["cache"].get("scopes", {})
        return {name: held[name] for name in names if name in held}

    async def sums_due(self, due: list[str]) -> list[list[str]]:
        """Checksums of these scopes, in a transaction of their own."""
        if not due:
            return []
        boxes = await self.scopes(due)
        sums = [[scope, self.client.checksum(boxes[scope]["rows"] if scope in boxes else [])] for scope in due]
        self.world.checks.untrue |= {(scope, told) for scope, told in sums if scope in self.rotten}
        return sums

    async def commit(self, rid: str, changes: Any) -> bool:
        """The whole answer or nothing, and only for the request under way."""
        await self._moment()
        cache = self.disk["cache"]
        if cache.get("inflight") != rid:
            return False
        held = cache.setdefault("scopes", {})
        for scope in changes.drop:
            held.pop(scope, None)
        for box in changes.put:
            held[box["scope"]] = box
        if changes.holds is not None:
            cache["holds"] = changes.holds
        cache["standing"] = changes.standing
        cache.pop("inflight", None)
        return True

    async def renumbered(self) -> None:
        """The numbering starts anew: no earlier number is seen any more."""
        await self._moment()
        if standing := self.disk["cache"].get("standing"):
            self.disk["cache"]["standing"] = {**standing, "last_n": 0, "cursor": None}

    # --- rounds

    def now(self) -> float:
        """This phone's clock, in ms."""
        return (self.world.clockwork.wall().timestamp() + self.clock_ahead) * 1000

    async def introduce(self, device: Json) -> str | None:
        """Once for every device id."""
        reply = await self.world.network.put(self, device["id"])
        if reply.status != 204:
            return self._refusal(reply)
        await self.registered()
        return None

    async def round(self, most: int) -> tuple[str, bool]:
        """One round: what came of it, and whether there is more."""
        device = await self.device()
        await self._moment()
        items = self.items()
        # 1 ask
        rid = str(self.world.clockwork.uuid())
        standing, holds = await self.begin(rid)
        asked = int(self.now())
        sums = await self.sums_due(self.client.to_scrub(standing, holds, asked))
        request = self.client.ask(rid, asked, device, standing, holds, sums)
        request["push"] = self.client.to_push(items, most)
        # 2 send
        reply = await self.world.network.post(self, request)
        response = self.client.full(reply.body) if reply.status == 200 else None
        if response is None:
            return await self._declined(reply, standing["last_n"]), False
        # 3 apply
        boxes = await self.scopes(self.client.touched(response, standing, holds))
        changes = self.client.apply(standing, holds, boxes, response, asked)
        changes.standing["scrub"] = self.client.scrubbed(standing.get("scrub"), [scope for scope, _ in sums], asked)
        if response["rid"] != rid or not await self.commit(rid, changes):
            return "failed", False
        self.world.checks.applied(self, device["id"], response, reply.truth)
        self.world.record(self, request, response, standing, holds, boxes, changes)
        # 4 settle
        await self.settle(response["done"], changes.standing["last_n"])
        if response["lost"]:
            return "forked", False
        if response["expect"] is not None and not any(i["n"] == response["expect"] and "done" not in i for i in items):
            return "forked", False
        left = len(self.client.wanted(holds if changes.holds is None else changes.holds))
        more = response["more"] or (left > 0 and (not request["want"] or bool(response["load"])))
        return "applied", more or (most > 0 and await self._more_to_push(request, response))

    async def _more_to_push(self, request: Json, response: Json) -> bool:
        await self._moment()
        asked = {item["id"] for item in request["push"]}
        return any("done" not in item and (response["done"] or item["id"] not in asked) for item in self.items())

    async def _declined(self, reply: Reply, seen_n: int) -> str:
        """From too old an app, and in a crowd, changes are taken all the same: what became of them is written down."""
        taken = self.client.taken(reply.body) if reply.status in (426, 503) else None
        if taken is not None:
            await self.settle(taken["done"], seen_n)
        return self._refusal(reply)

    def _refusal(self, reply: Reply) -> str:
        if reply.status == 401:
            return "wiped" if b"true" in reply.body else "signed_out"
        return "forked" if reply.status in (404, 409) else "failed"

    async def rounds(self) -> None:
        """A session: until there is nothing left to say, or something is in the way."""
        forks = 0
        while True:
            device = await self.device()
            ending, more = None if device["registered"] else await self.introduce(device), False
            if ending is None:
                ending, more = await self.round(self.client.MOST_PUSHED)
            if ending == "wiped":
                self.erase()
            if ending == "forked" and forks < MOST_FORKS:
                forks += 1
                await self.fork()
                await self.renumbered()
            elif not (ending == "applied" and more):
                return

    # --- what happens to it

    def sync(self) -> None:
        """A session, unless one is under way: the lock `sync`."""
        if not self.dead and (self.session is None or not self.session.alive):
            self.session = self.world.clockwork.spawn(self.rounds(), fate=self.world.fate_of_phones, killed=self.kill)

    def write(self, item: Json) -> None:
        """Somebody writes something; any tab may."""
        self.writing = [task for task in self.writing if task.alive]
        self.writing.append(self.world.clockwork.spawn(self.add(item), fate=self.world.fate_of_phones, killed=self.kill))

    def kill(self) -> None:
        """The app ends wherever it is."""
        for task in (self.session, *self.writing):
            if task is not None:
                self.world.clockwork.kill(task)
        self.session, self.writing = None, []

    def lose_cache(self) -> None:
        """Deleting the cache is always a legal repair."""
        self.disk["cache"] = {}
        self.rotten = set()

    def rot(self, chance: Random) -> None:
        """A row is gone from a box, as after a fault of the disk or of an earlier version of the app."""
        cache = self.disk["cache"]
        fresh = {scope for scope, hold in (cache.get("holds") or {}).items() if hold["state"] == "fresh"}
        boxes = [(scope, box) for scope, box in sorted(cache.get("scopes", {}).items()) if scope in fresh and box["rows"]]
        if boxes:
            scope, box = chance.choice(boxes)
            cache["scopes"][scope] = {**box, "rows": box["rows"][1:]}
            self.rotten.add(scope)

    def a_day_passes(self) -> None:
        """The next pass of the scrub is due, as soon as the present one has ended."""
        if scrub := (self.disk["cache"].get("standing") or {}).get("scrub"):
            scrub["began_at"] -= self.client.DAY_MS

    def erase(self) -> None:
        """The server no longer trusts it: nothing stays."""
        self.disk = {"outbox": {"device": None, "items": {}}, "cache": {}}
        self.dead = True

    def copy(self, name: str) -> Phone:
        """Another phone with the same storage: a backup that was put on a new one."""
        made = Phone(self.world, name, self.principal, deepcopy(self.disk))
        made.written = [item["id"] for item in made.items()]
        made.outcomes = {item["id"]: item["done"]["outcome"] for item in made.items() if "done" in item}
        made.rotten = set(self.rotten)
        return made
