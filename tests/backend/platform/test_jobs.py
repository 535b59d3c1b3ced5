"""Jobs: they exist exactly when their cause committed, run at least once, and survive whoever runs them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import pytest

from backend import jobs, wake
from backend.db import DB, connection
from backend.dispatch import Dispatcher
from backend.jobs import Payload
from sync.poke import LocalWake

KIND = "test.work"


@pytest.fixture(autouse=True)
def own_handlers() -> Iterator[None]:
    """Only this test's handlers, and a carrier of its own."""
    usual, carrier = dict(jobs.HANDLERS), wake.current()
    jobs.HANDLERS.clear()
    wake.use(LocalWake())
    yield
    jobs.HANDLERS.clear()
    jobs.HANDLERS.update(usual)
    wake.use(carrier)


@pytest.fixture
async def dispatcher(db: object) -> AsyncIterator[Dispatcher]:
    made = Dispatcher()
    await made.start()
    yield made
    await made.stop()


async def row(kind: str = KIND) -> Any:
    async with connection() as held:
        return await held.fetchrow("SELECT * FROM job WHERE kind = $1", kind)


async def make_due() -> None:
    async with connection() as held:
        await held.execute("UPDATE job SET run_at = now() - interval '1 s', lease_until = NULL WHERE done_at IS NULL")


async def claim_one() -> jobs.Claim:
    (claimed,) = await jobs.claim(1)
    return claimed


class Work:
    """A handler that counts, and fails or waits as it is told."""

    def __init__(self, kind: str = KIND, fail: bool = False) -> None:
        self.payloads: list[Payload] = []
        self.fail = fail
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.go.set()
        jobs.handler(kind)(self)

    async def __call__(self, payload: Payload) -> None:
        self.begun.set()
        await self.go.wait()
        self.payloads.append(payload)
        if self.fail:
            raise ValueError("this went wrong")


async def until(condition: Any, within_s: float = 5) -> None:
    async with asyncio.timeout(within_s):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_committed_job_runs_within_a_moment(dispatcher: Dispatcher) -> None:
    work = Work()
    async with DB.transaction():
        await jobs.enqueue(KIND, {"id": 7})
    await asyncio.wait_for(work.begun.wait(), 0.5)

    async def done() -> bool:
        return (await row())["done_at"] is not None

    await until(done)
    assert work.payloads == [{"id": 7}]


async def test_a_rolled_back_job_never_existed(db: object) -> None:
    with pytest.raises(ZeroDivisionError):
        async with DB.transaction():
            await jobs.enqueue(KIND)
            raise ZeroDivisionError
    assert await row() is None


async def test_a_lost_hint_costs_a_second_at_most(dispatcher: Dispatcher) -> None:
    work = Work()
    async with connection() as held:
        await held.execute("INSERT INTO job (kind) VALUES ($1)", KIND)
    await asyncio.wait_for(work.begun.wait(), 2)


async def test_a_job_for_later_waits(db: object) -> None:
    Work()
    async with connection() as held:
        later = await held.fetchval("SELECT now() + interval '1 hour'")
    await jobs.enqueue(KIND, run_at=later)
    assert await jobs.claim(1) == []


async def test_a_failed_job_is_tried_again_later_and_says_why(db: object) -> None:
    work = Work(fail=True)
    await jobs.enqueue(KIND)
    await jobs.execute(await claim_one())
    after = await row()
    assert (after["done_at"], after["attempts"], after["last_error"]) == (None, 1, "ValueError: this went wrong")
    assert await jobs.claim(1) == []
    work.fail = False
    await make_due()
    await jobs.execute(await claim_one())
    assert (await row())["done_at"] is not None
    assert len(work.payloads) == 2


async def test_after_its_last_attempt_a_job_is_kept_as_failed(db: object) -> None:
    Work(fail=True)
    await jobs.enqueue(KIND)
    for _ in range(jobs.MAX_ATTEMPTS):
        await make_due()
        await jobs.execute(await claim_one())
    after = await row()
    assert after["failed"]
    assert after["done_at"] is not None


async def test_a_job_that_takes_too_long_fails(db: object) -> None:
    @jobs.handler(KIND, timeout_s=0.05)
    async def slow(payload: Payload) -> None:
        await asyncio.sleep(5)

    await jobs.enqueue(KIND)
    await jobs.execute(await claim_one())
    assert (await row())["last_error"].startswith("TimeoutError")


async def test_a_dead_processes_job_is_taken_over_when_its_lease_ends(db: object) -> None:
    work = Work()
    await jobs.enqueue(KIND)
    dead = await claim_one()
    assert await jobs.claim(1) == []
    async with connection() as held:
        await held.execute("UPDATE job SET lease_until = now() - interval '1 s'")
    await jobs.execute(await claim_one())
    assert await jobs.retake(dead.id, dead.attempt) is None
    assert len(work.payloads) == 1


async def test_a_lease_is_renewed_while_the_work_goes_on(db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "LEASE_S", 0.3)
    work = Work()
    work.go.clear()
    await jobs.enqueue(KIND)
    running = asyncio.create_task(jobs.execute(await claim_one()))
    await asyncio.sleep(0.8)
    assert await jobs.claim(1) == []
    work.go.set()
    await running
    assert (await row())["done_at"] is not None


async def test_a_job_cut_off_by_a_shutdown_can_be_taken_at_once(db: object) -> None:
    work = Work()
    work.go.clear()
    await jobs.enqueue(KIND)
    running = asyncio.create_task(jobs.execute(await claim_one()))
    await work.begun.wait()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await claim_one()).attempt == 2


async def test_with_a_key_there_is_one_open_job(db: object) -> None:
    Work()
    for _ in range(3):
        await jobs.enqueue(KIND, key="same")
    await jobs.enqueue(KIND, key="another")
    assert len(await jobs.claim(10)) == 2


async def test_a_keyed_job_asked_for_during_its_run_runs_again(db: object) -> None:
    work = Work()
    work.go.clear()
    await jobs.enqueue(KIND, key="same")
    running = asyncio.create_task(jobs.execute(await claim_one()))
    await work.begun.wait()
    await jobs.enqueue(KIND, key="same")
    work.go.set()
    await running
    await jobs.execute(await claim_one())
    assert len(work.payloads) == 2
    assert (await row())["done_at"] is not None


async def test_a_keyed_job_is_not_taken_before_a_later_cause_commits(db: object) -> None:
    Work()
    await jobs.enqueue(KIND, key="same")
    async with DB.transaction():
        await jobs.enqueue(KIND, key="same")
        assert await asyncio.create_task(in_own_context(jobs.claim(1))) == []
    assert len(await jobs.claim(1)) == 1


async def in_own_context(awaitable: Any) -> Any:
    import contextvars

    return await asyncio.get_running_loop().create_task(awaitable, context=contextvars.Context())


async def test_a_kind_that_this_process_does_not_know_waits_for_one_that_does(db: object) -> None:
    await jobs.enqueue(KIND)
    assert await jobs.claim(1) == []
    Work()
    assert len(await jobs.claim(1)) == 1


async def test_a_periodic_job_is_one_row_that_comes_round(db: object) -> None:
    runs: list[Payload] = []

    @jobs.every(60, KIND)
    async def periodic(payload: Payload) -> None:
        runs.append(payload)

    await jobs.ensure_periodic()
    await jobs.ensure_periodic()
    await jobs.execute(await claim_one())
    after = await row()
    assert (runs, after["done_at"], after["attempts"]) == ([{}], None, 0)
    async with connection() as held:
        now = await held.fetchval("SELECT now()")
    assert timedelta(seconds=55) < after["run_at"] - now <= timedelta(seconds=60)
    await make_due()
    await jobs.execute(await claim_one())
    assert len(runs) == 2


async def test_many_jobs_run_once_each_with_two_dispatchers(db: object) -> None:
    work = Work()
    async with connection() as held:
        many = "INSERT INTO job (kind, payload) SELECT $1, jsonb_build_object('n', g) FROM generate_series(1, 300) g"
        await held.execute(many, KIND)
    dispatchers = [Dispatcher(), Dispatcher()]
    for one in dispatchers:
        await one.start()

    async def all_done() -> bool:
        return len(work.payloads) == 300

    await until(all_done, 10)
    for one in dispatchers:
        await one.stop()
    assert sorted(payload["n"] for payload in work.payloads) == list(range(1, 301))


async def test_done_jobs_are_forgotten_after_days(db: object) -> None:
    async with connection() as held:
        await held.execute("""INSERT INTO job (kind, done_at, failed) VALUES
            ('fresh', now(), false), ('old', now() - interval '3 days', false), ('failed', now() - interval '3 days', true)""")
        await jobs.tidy({})
        assert {found["kind"] for found in await held.fetch("SELECT kind FROM job")} == {"fresh", "failed"}


async def test_what_a_short_lived_process_publishes_is_told_on_by_the_server(db: object) -> None:
    jobs.handler("wake.relay")(jobs.relay)
    await jobs.RelayWake().publish("poke", "[]")
    heard: asyncio.Queue[str] = asyncio.Queue()
    wake.current().subscribe("poke", heard.put)
    await jobs.execute(await claim_one())
    assert await asyncio.wait_for(heard.get(), 1) == "[]"
