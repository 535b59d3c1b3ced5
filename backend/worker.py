"""One process of the production shape that does the jobs: arq carries row ids, the table stays the truth.

Redis is disposable: what it loses is claimed again when the lease runs out, and while it is away this process does its
jobs by itself. The only file that knows where every room keeps its jobs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib import import_module
from typing import Any, ClassVar

import msgspec
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.worker import Worker, create_worker
from redis.exceptions import RedisError

from backend import jobs, wake
from backend.db import close_pool, connection, open_pool
from backend.dispatch import Dispatcher
from backend.environment import ROOT
from backend.jobs import Claim
from backend.settings import SETTINGS
from sync.poke import RedisWake

try:  # as the API processes have it; a notice costs a tenth less to carry on it
    from uvloop import new_event_loop as new_event_loop
except ImportError:  # Windows has no such loop
    from asyncio import new_event_loop as new_event_loop  # type: ignore[assignment]

MAX_JOBS = 20
IN_FLIGHT = 2 * MAX_JOBS  # of this process's claims: what waits in the queue must start before its lease ends
OPEN = "SELECT id FROM job WHERE id = ANY($1) AND done_at IS NULL AND lease_until > now()"

log = logging.getLogger(__name__)


def load_handlers() -> None:
    """Import every room's jobs.py, which registers what it can do and whom the journal tells."""
    for path in sorted(ROOT.glob("backend/*/jobs.py")):
        import_module(f"backend.{path.parent.name}.jobs")
    import_module("backend.nightly")
    import_module("backend.nightly")


async def run_row(context: dict[str, Any], row_id: int, attempt: int) -> None:
    """Do one row's work, if that claim still holds."""
    claimed = await jobs.retake(row_id, attempt)
    if claimed is not None:
        await jobs.execute(claimed)


class WorkerSettings:
    """arq's settings, read from this class alone: it ignores what is inherited. Retries belong to the row."""

    functions: ClassVar = [run_row]
    redis_settings = RedisSettings.from_dsn(SETTINGS.redis_url or "redis://")
    queue_name = "porchlight:jobs"
    max_jobs = MAX_JOBS
    max_tries = 1
    retry_jobs = False
    job_timeout = 6 * 3600  # a handler's own time limit is what counts
    keep_result = 0
    poll_delay = 0.1
    job_completion_wait = 20
    health_check_interval = 10
    handle_signals = False
    job_serializer: ClassVar[Any] = staticmethod(msgspec.msgpack.encode)  # never pickle: it would run what Redis holds
    job_deserializer: ClassVar[Any] = staticmethod(msgspec.msgpack.decode)


class Courier:
    """Carries claims to the queue, and does them itself while there is no queue."""

    def __init__(self) -> None:
        self._redis: ArqRedis | None = None
        self._carried: set[int] = set()

    async def deliver(self, claimed: Claim) -> None:
        """Hand one claim on."""
        try:
            redis = await self._connected()
            number = f"{claimed.id}:{claimed.attempt}:{claimed.run_at.timestamp():.6f}"
            await redis.enqueue_job("run_row", claimed.id, claimed.attempt, _job_id=number)
            self._carried.add(claimed.id)
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("job %d stays here: %s", claimed.id, type(error).__name__)
            mine = await jobs.retake(claimed.id, claimed.attempt, again=True)  # what Redis may still hold is now stale
            if mine is not None:
                await jobs.execute(mine)

    async def room(self) -> int:
        """How many more claims may wait in the queue."""
        if self._carried:
            async with connection() as held:
                self._carried = {row["id"] for row in await held.fetch(OPEN, list(self._carried))}
        return IN_FLIGHT - len(self._carried)

    async def close(self) -> None:
        """Let go of Redis."""
        if self._redis is not None:
            await self._redis.aclose()

    async def _connected(self) -> ArqRedis:
        if self._redis is None:
            settings = WorkerSettings
            self._redis = await create_pool(
                _impatient(settings.redis_settings),
                job_serializer=settings.job_serializer,
                job_deserializer=settings.job_deserializer,
                default_queue_name=settings.queue_name,
            )
        return self._redis


def main(arguments: object = None) -> None:
    """`./porchlight worker`: until SIGTERM or Ctrl-C; what runs then is given time to finish."""
    if not SETTINGS.redis_url:
        raise SystemExit("A worker needs REDIS_URL. Without Redis, ./porchlight run and ./porchlight api do the jobs.")
    logging.basicConfig(level=SETTINGS.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("arq").setLevel("WARNING")
    load_handlers()
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(_serve(while_stdin=getattr(arguments, "while_stdin", False)))


async def _serve(*, while_stdin: bool) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if while_stdin:  # nothing is ever written there: it is readable when the other end closes, however that happens
        loop.add_reader(0, stop.set)
    async with _working():
        log.info("working")
        stopped = asyncio.create_task(stop.wait())
        while not stop.is_set():
            await _one_worker(stopped)


@contextlib.asynccontextmanager
async def _working() -> AsyncIterator[None]:
    """The pool, the Wake and the dispatcher, in order and back."""
    await open_pool(size=max(SETTINGS.pool_size, MAX_JOBS))
    carrier = RedisWake(SETTINGS.redis_url)
    wake.use(carrier)
    await carrier.start()
    courier = Courier()
    dispatcher = Dispatcher(courier.deliver, IN_FLIGHT, courier.room)
    await dispatcher.start()
    try:
        yield
    finally:
        await dispatcher.stop()
        await courier.close()
        await carrier.stop()
        await close_pool()


async def _one_worker(stopped: asyncio.Task[bool]) -> None:
    """Let arq work until we are told to stop, or until Redis goes away, which ends its loop."""
    worker: Worker = create_worker(WorkerSettings)  # type: ignore[arg-type]
    running = asyncio.create_task(worker.async_run())
    await asyncio.wait({running, stopped}, return_when=asyncio.FIRST_COMPLETED)
    if stopped.done():
        await _finish(worker)
    running.cancel()
    (ended,) = await asyncio.gather(running, return_exceptions=True)
    if not stopped.done():
        log.warning("the queue is away (%s); trying again", type(ended).__name__)
        await asyncio.wait({stopped}, timeout=1)
    with contextlib.suppress(Exception):
        await worker.close()


async def _finish(worker: Worker) -> None:
    """Take no more; let what runs, and what arq is just about to start, come to its end."""
    worker.allow_pick_jobs = False
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(WorkerSettings.job_completion_wait):
            await asyncio.sleep(2 * WorkerSettings.poll_delay)
            while running := [task for task in worker.tasks.values() if not task.done()]:
                await asyncio.wait(running)


def _impatient(settings: RedisSettings) -> RedisSettings:
    """Without arq's own five tries: the job is done here instead."""
    return replace(settings, conn_retries=0, conn_timeout=1)
