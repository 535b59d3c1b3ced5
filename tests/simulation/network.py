"""The network between phones and the server: it loses, delays, doubles and cuts."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

import msgspec

from tests.simulation.checks import Truth
from tests.simulation.clockwork import Pause, Signal, Task, quick_id
from tests.simulation.engine import Answer
from tests.simulation.phone import Phone, Reply

if TYPE_CHECKING:
    from tests.simulation.world import World

LIMIT_S = 30.0
NOTHING = Reply(0, b"")


class Wire:
    """One call: what came back, or nothing in time."""

    def __init__(self) -> None:
        self.reply: Reply | None = None
        self.ended = Signal()


class Network:
    """Carries calls, with this seed's rates of trouble."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.serving: list[Task] = []

    async def put(self, phone: Phone, device: str) -> Reply:
        """PUT /v1/devices/{device}."""
        engine = self.world.engine

        async def work(task: Task) -> Reply:
            answer = await engine.register(phone.principal, quick_id(device))
            return Reply(answer.status, answer.body)

        return await self._call(f"{phone.name} registers {device}", work)

    async def post(self, phone: Phone, request: Any) -> Reply:
        """POST /v1/sync."""
        schema = self.world.schema
        body = msgspec.json.encode({**request, "schema": 0 if phone.outdated else schema})

        async def work(task: Task) -> Reply:
            task.truth = truth = Truth(self.world.checks.known)
            stood = self.world.stood(schema)
            answer: Answer = await self.world.engine.sync(phone.principal, self.world.registry, body)
            self.world.clockwork.trace(f"{phone.name} is answered {answer.status}", answer.body)
            if answer.status == 200 and stood != self.world.stood(schema):
                self.world.checks.cursors[msgspec.json.decode(answer.body).get("cursor")] = ()
            elif answer.status == 200:
                about = {**stood, "rows_max": self.world.engine.rows_max, "wall": self.world.clockwork.wall().timestamp()}
                self.world.checks.answered((str(phone.principal), request["device"]), request, answer.body, truth, about)
            return Reply(answer.status, answer.body, truth)

        return await self._call(f"{phone.name} asks {body.decode()}", work)

    async def _call(self, words: str, work: Callable[[Task], Coroutine[Any, Any, Reply]]) -> Reply:
        world, wire = self.world, Wire()
        world.clockwork.trace(words)
        if world.happens("lose_request"):
            await Pause(world.clockwork.soon(LIMIT_S / 3))
            return NOTHING
        self._serve(work, wire, world.delay())
        if world.happens("double"):
            self._serve(work, Wire(), world.clockwork.soon(world.rates["late_s"]))
        limit = LIMIT_S if not world.happens("freeze") else LIMIT_S * 40
        world.clockwork.at(limit, lambda: self._end(wire, NOTHING))
        if limit > LIMIT_S:
            self._freeze()
        while wire.reply is None:
            await wire.ended
        return wire.reply

    def _freeze(self) -> None:
        """The app is put to sleep in the middle of a call, and another one takes its lock; what arrives, arrives late."""
        for phone in self.world.phones:
            if phone.session is self.world.clockwork.running:
                phone.session = None

    def _serve(self, work: Callable[[Task], Coroutine[Any, Any, Reply]], wire: Wire, after: float) -> None:
        clockwork = self.world.clockwork

        async def serve() -> None:
            task = clockwork.running
            assert task is not None
            reply = await work(task)
            if self.world.happens("lose_response"):
                return
            if reply.body and self.world.happens("truncate"):
                reply = reply._replace(body=reply.body[: clockwork.chance.randrange(len(reply.body))])
            late = self.world.delay()
            clockwork.at(late, lambda: self._end(wire, reply))

        self.serving = [task for task in self.serving if task.alive]
        self.serving.append(clockwork.spawn(serve(), after=after, fate=self.world.fate_of_server, killed=self.crash))

    def _end(self, wire: Wire, reply: Reply) -> None:
        if wire.reply is None:
            wire.reply = reply
            self.world.clockwork.fire(wire.ended)

    def crash(self) -> None:
        """The server process is gone, with everything that it was doing."""
        self.world.clockwork.trace("the server crashes")
        for task in self.serving:
            self.world.clockwork.kill(task)
        self.serving = []
