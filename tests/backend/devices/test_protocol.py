"""What the server says to devices that are old, late, forgetful, or too many at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.db import connection
from backend.devices.actions import FEW
from backend.devices.admission import Admission, Full, Places
from backend.devices.rules import BUSY_S, POLL_S, POLL_SPREAD_S, clock_ahead_ms, lost, poll_s
from backend.registry import REGISTRY
from sync.declare import Registry
from tests.backend.browsing import browser, make_app, make_person, sign_in
from tests.backend.devices.phone import Phone
from tests.make import make_agency, make_case, make_participant

pytestmark = pytest.mark.usefixtures("db")

NO_LOADS = Places(Admission(0, 0), Admission())


class Ana(Phone):
    """Ana's phone, her case and her part in it."""

    case: UUID
    part: UUID


@asynccontextmanager
async def ana_at(**state: Any) -> AsyncIterator[Ana]:
    """Ana's phone, at an application with this in its state."""
    await make_agency()
    case = await make_case()
    account = await make_person("ana", person_id="A")
    app = make_app()
    app.state.update(state)
    async with browser(app) as client:
        await sign_in(client, "ana")
        made = Ana(client, account)
        made.case, made.part = case, await make_participant(case, person_id="A")
        assert (await client.put(f"/v1/devices/{made.device}", json={"kind": "phone"})).status_code == 204
        yield made


@pytest.fixture
async def ana(db: object) -> AsyncIterator[Ana]:
    async with ana_at() as made:
        yield made


async def scalar(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


def at_schema(schema: int) -> Registry:
    return Registry(schema, REGISTRY.synced, REGISTRY.grants, REGISTRY.mutators, REGISTRY.urgency)


@pytest.mark.parametrize(
    ("device", "served"), [(5, 5), (4, 4), (3, 3), (6, 5), (99, 5), (2, None), (1, None), (0, None), (-1, None)]
)
def test_this_schema_and_two_before_it_are_served_and_a_newer_app_as_if_it_were_ours(device: int, served: int | None) -> None:
    assert at_schema(5).serves(device) == served


def test_the_first_schema_has_none_before_it() -> None:
    assert [at_schema(1).serves(schema) for schema in (0, 1, 2)] == [None, 1, 1]


async def test_an_app_too_old_to_be_answered_still_has_its_changes_taken(db: object) -> None:
    async with ana_at(registry=at_schema(5)) as ana:
        answer = await ana.post(ana.says(ana.case, ana.part, "I lost my job."), schema=2)
        assert answer.status_code == 426
        assert (answer.json()["last_n"], [one["outcome"] for one in answer.json()["done"]]) == (1, ["ok"])
        assert set(answer.json()) == {"done", "last_n"}
    assert await scalar("SELECT count(*) FROM message") == 1
    assert await scalar("SELECT schema FROM sync_device") == 2


async def test_an_update_of_the_app_loads_anew_and_a_newer_app_keeps_its_cursor_at_an_older_server(db: object) -> None:
    async with ana_at(registry=at_schema(2)) as ana:
        await ana.sync(schema=1)
        assert "reset" not in await ana.sync(schema=1)
        assert (await ana.sync(schema=2))["reset"] == "schema"
        assert "reset" not in await ana.sync(schema=3)


async def test_what_builds_upon_a_refused_change_is_refused_with_it(ana: Ana) -> None:
    refused = ana.says(ana.case, uuid4(), "to a thread that is not there")
    parked = ana.says(ana.case, ana.part, "x", name="telepathy.send")
    fine = ana.says(ana.case, ana.part, "first")
    follow = [ana.says(ana.case, ana.part, "then", after=after) for after in (refused["id"], parked["id"], fine["id"], str(uuid4()))]
    done = (await ana.sync(refused, parked, fine, *follow))["done"]
    assert [one["outcome"] for one in done] == ["refused", "parked", "ok", "refused", "refused", "ok", "refused"]
    assert [one.get("code") for one in done[3:]] == ["depends", "depends", None, "depends"]


async def test_nobody_can_build_upon_what_somebody_else_did(ana: Ana) -> None:
    await ana.sync(first := ana.says(ana.case, ana.part, "mine"))
    bo = await make_person("bo", person_id="B")
    await scalar("UPDATE sync_device SET principal = $1 RETURNING id", bo)
    ana.device = uuid4()
    await ana.client.put(f"/v1/devices/{ana.device}", json={})
    ana.n = 1
    done = (await ana.sync(ana.says(ana.case, ana.part, "then", after=first["id"])))["done"]
    assert (done[0]["outcome"], done[0]["code"]) == ("refused", "depends")


async def test_an_id_that_is_already_somebody_elses_is_refused_for_good_and_holds_nothing_up(ana: Ana) -> None:
    await ana.sync(theirs := ana.says(ana.case, ana.part, "mine"))
    bo, case = await make_person("bo", person_id="B"), await make_case()
    await scalar("UPDATE message SET case_id = $1, thread = $2 RETURNING id", case, await make_participant(case, person_id="B"))
    await scalar("UPDATE sync_device SET principal = $1 RETURNING id", bo)
    ana.device, ana.n = uuid4(), 1
    await ana.client.put(f"/v1/devices/{ana.device}", json={})
    row, mutation = ana.says(ana.case, ana.part, "a row's id"), ana.says(ana.case, ana.part, "a mutation's id", id=theirs["id"])
    row["args"]["id"] = theirs["args"]["id"]
    sent = row, mutation, ana.says(ana.case, ana.part, "my own")
    first, again = await ana.sync(*sent), await ana.sync(*sent)
    assert [(one["outcome"], one.get("code")) for one in first["done"]] == [("refused", "conflict"), ("refused", "conflict"), ("ok", None)]
    assert (again["done"], again["last_n"]) == (first["done"], 3)
    assert await scalar("SELECT array_agg(body ORDER BY body) FROM message") == ["mine", "my own"]


async def test_a_device_that_forgot_what_it_wrote_is_told_how_much_never_came(ana: Ana) -> None:
    await ana.sync(ana.says(ana.case, ana.part, "came"))
    await ana.sync(next_n=5)
    written_by = await scalar("SELECT next_n_at FROM sync_device")
    for _ in range(2):  # until it goes by another name: an answer may be lost
        lost = (await ana.sync(next_n=3))["lost"]
        assert (lost["from"], lost["to"]) == (3, 4)
        assert datetime.fromisoformat(lost["since"]) == written_by
    assert "lost" not in await ana.sync(next_n=5)


@pytest.mark.parametrize(
    ("next_n", "seen", "last_n", "told"),
    [(5, 5, 4, None), (6, 5, 2, None), (1, 1, 0, None), (3, 6, 5, None), (1, 6, 5, None), (1, 6, 3, (4, 5)), (5, 6, 3, (5, 5))],
)
def test_only_what_never_reached_us_is_lost(
    now: datetime, next_n: int, seen: int, last_n: int, told: tuple[int, int] | None
) -> None:
    found = lost(next_n, seen, last_n, now)
    assert (None if found is None else (found.from_, found.to)) == told


async def test_a_sum_that_is_right_costs_nothing_and_one_that_is_wrong_brings_the_case_anew(ana: Ana) -> None:
    first = await ana.sync()
    right = [[load["scope"], load["sum"]] for load in first["load"]]
    assert set(await ana.sync(sums=right)) == {"rid", "now", "last_n", "lease_until", "poll_s"}
    answer = await ana.sync(sums=[[scope, "00000000"] for scope, _ in right if scope == str(ana.case)])
    assert [(load["scope"], load["sum"]) for load in answer["load"]] == [(s, c) for s, c in right if s == str(ana.case)]


async def test_a_sum_of_before_a_change_is_no_reason_for_alarm(ana: Ana) -> None:
    first = await ana.sync()
    await scalar("UPDATE ivd_case SET stage = 'locate' RETURNING id")
    answer = await ana.sync(sums=[[load["scope"], load["sum"]] for load in first["load"]])
    assert "load" not in answer
    assert len(answer["rows"]) == 1


async def test_a_sum_of_a_case_that_one_may_not_hold_is_not_looked_at(ana: Ana) -> None:
    await ana.sync()
    other = await make_case()
    assert set(await ana.sync(sums=[[str(other), "00000000"]])) == {"rid", "now", "last_n", "lease_until", "poll_s"}


async def test_wrong_sums_that_do_not_fit_into_an_answer_are_named_stale(
    ana: Ana, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await ana.sync()
    monkeypatch.setattr("sync.pull.ROWS_MAX", 1)
    answer = await ana.sync(sums=[[load["scope"], "00000000"] for load in first["load"]])
    loaded = {load["scope"] for load in answer["load"]}
    assert loaded | set(answer["stale"]) == {load["scope"] for load in first["load"]}
    assert not loaded & set(answer["stale"])


async def test_nothing_new_is_a_hundred_and_sixty_bytes_at_most_and_writes_nothing(ana: Ana) -> None:
    await ana.sync(clock=int(datetime.now(UTC).timestamp() * 1000))
    await ana.sync(clock=int(datetime.now(UTC).timestamp() * 1000))
    before = await scalar("SELECT xmin::text FROM sync_device")
    answer = await ana.post(rid=str(uuid4()), clock=int(datetime.now(UTC).timestamp() * 1000))
    assert len(answer.content) <= 160
    assert await scalar("SELECT xmin::text FROM sync_device") == before


async def test_a_clock_that_jumped_is_noted_and_decides_nothing(ana: Ana) -> None:
    for clock in (0, 2**62, -(2**62)):
        answer = await ana.sync(clock=clock)
        assert abs(answer["now"] - datetime.now(UTC).timestamp() * 1000) < 60_000
        noted = await scalar("SELECT clock_ms FROM sync_device")
        assert (noted > 0) == (clock > 0)


async def test_what_app_it_is_is_kept_for_operators(ana: Ana) -> None:
    await ana.sync(app="0.1.0")
    assert await scalar("SELECT app_version FROM sync_device") == "0.1.0"
    assert (await ana.post(app="x" * 41)).status_code == 400


async def test_when_too_many_load_at_once_one_is_sent_away_but_what_it_wrote_is_taken(db: object) -> None:
    async with ana_at(places=NO_LOADS) as ana:
        answer = await ana.post(ana.says(ana.case, ana.part, "I lost my job."))
        assert answer.status_code == 503
        assert BUSY_S <= int(answer.headers["retry-after"]) <= BUSY_S * 3 // 2
        assert [one["outcome"] for one in answer.json()["done"]] == ["ok"]
    assert await scalar("SELECT count(*) FROM message") == 1


async def test_changes_of_what_one_holds_are_never_sent_away(db: object) -> None:
    async with ana_at() as ana:
        await ana.sync()
        ana.client._transport.app.state.places = NO_LOADS  # type: ignore[attr-defined]
        await scalar("UPDATE ivd_case SET stage = 'locate' RETURNING id")
        assert len((await ana.sync())["rows"]) == 1


async def test_a_crowd_that_loads_at_once_is_let_in_by_turns_and_everybody_has_everything_in_the_end(db: object) -> None:
    async with ana_at(places=Places(Admission(at_once=1, in_line=2), Admission())) as ana:
        sent_away, waiting = 0, 12
        while waiting:
            answers = await asyncio.gather(*(ana.post() for _ in range(waiting)))
            served = [answer for answer in answers if answer.status_code == 200]
            assert {answer.status_code for answer in answers} <= {200, 503}
            assert all(answer.json()["load"] for answer in served)
            assert len(served) >= min(waiting, 3)
            sent_away, waiting = sent_away + waiting - len(served), waiting - len(served)
        assert sent_away


async def test_who_comes_back_with_a_week_of_changes_waits_for_a_turn_and_who_writes_one_now_does_not(db: object) -> None:
    async with ana_at(places=Places(Admission(), Admission(0, 0))) as ana:
        before = ana.n
        week = [ana.says(ana.case, ana.part, f"day {day}") for day in range(FEW + 1)]
        answer = await ana.post(*week)
        assert answer.status_code == 503
        assert BUSY_S <= int(answer.headers["retry-after"]) <= BUSY_S * 3 // 2
        assert answer.json() == {"done": [], "last_n": before - 1}
        answered = [one["outcome"] for at in range(0, len(week), FEW) for one in (await ana.sync(*week[at : at + FEW]))["done"]]
        assert answered == ["ok"] * len(week)
    assert await scalar("SELECT count(*) FROM message") == len(week)


async def test_a_place_that_is_free_is_used_and_a_line_that_is_full_says_so() -> None:
    admission = Admission(at_once=1, in_line=1)
    async with admission.turn():
        waiting = admission.turn()
        second = asyncio.create_task(waiting.__aenter__())
        await asyncio.sleep(0)
        with pytest.raises(Full):
            await admission.turn().__aenter__()
        assert not second.done()
    await second
    await waiting.__aexit__(None, None, None)
    async with admission.turn():
        pass


def test_phones_that_asked_together_ask_again_apart() -> None:
    pauses = {poll_s(str(n)) for n in range(300)}
    assert (min(pauses), max(pauses)) == (POLL_S - POLL_SPREAD_S, POLL_S + POLL_SPREAD_S)


def test_a_clock_centuries_off_still_fits_into_a_number(now: datetime) -> None:
    assert clock_ahead_ms(int((now + timedelta(seconds=5)).timestamp() * 1000), now) == 5000
    assert abs(clock_ahead_ms(2**62, now)) < 2**62
