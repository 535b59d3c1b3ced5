"""After the fact, one can tell what of a person was ever visible to whom, when, and on which device: no more and no less."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from backend.access import Actor, Role
from backend.custody import OPERATOR
from backend.db import connection
from backend.devices.exposure import exposure_of, note_sent
from backend.permits.views import view_of, visible
from backend.registry import REGISTRY
from sync.declare import Registry, Synced
from sync.wire import Load, Manifest, SyncResponse
from tests.backend.browsing import browser, make_app, make_person
from tests.backend.devices.keyed import KeyedPhone, enter, keyed_phone
from tests.backend.devices.phone import Phone
from tests.make import insert, make_agency, make_assignment, make_case, make_participant

pytestmark = pytest.mark.usefixtures("db")


class House(NamedTuple):
    """Ana's and Bo's case, the phones of both, Wendy's tablet, and supervisors of her unit and of another."""

    case: UUID
    ana_part: UUID
    ana: Phone
    bo: Phone
    wendy: KeyedPhone
    sue: httpx.AsyncClient
    zoe: httpx.AsyncClient


@pytest.fixture
async def house(db: object) -> AsyncIterator[House]:
    await make_agency()
    for login, unit in (("w", "U1"), ("s", "U1"), ("z", "U2")):
        await insert("worker", worker_login=login, name=login, role="caseworker", unit_code=unit, office_code="EAST")
    case = await make_case()
    parts = [await make_participant(case, role, person_id=person) for role, person in (("CP", "A"), ("NCP", "B"))]
    await make_assignment(case, "w")
    async with AsyncExitStack() as open_things:
        opened = open_things.enter_async_context
        ana, bo = await opened(keyed_phone("ana", person_id="A")), await opened(keyed_phone("bo", person_id="B"))
        wendy = await opened(keyed_phone("wendy", "caseworker", worker_login="w"))
        clients = []
        for login, worker in (("sue", "s"), ("zoe", "z")):
            clients.append(await opened(browser(make_app())))
            await enter(clients[-1], await make_person(login, "supervisor", worker_login=worker))
        sue, zoe = clients
        yield House(case, parts[0], ana, bo, wendy, sue, zoe)


async def scalar(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def told(client: httpx.AsyncClient, person: str) -> list[dict[str, Any]]:
    answer = await client.post("/v1/exposure", json={"person": person})
    assert answer.status_code == 200, answer.text
    assert answer.json()["complete"] is True
    found: list[dict[str, Any]] = answer.json()["exposed"]
    return found


async def entries(verb: str) -> int:
    return int(await scalar("SELECT count(*) FROM journal WHERE verb = $1", verb))


async def test_what_was_never_sent_was_never_visible(house: House) -> None:
    assert (await house.sue.post("/v1/exposure", json={"person": "A"})).status_code == 404
    await house.bo.sync()
    (one,) = await told(house.sue, "A")
    assert (one["device"], one["role"], one["until_at"]) == (str(house.bo.device), "parent", None)
    assert one["what"]["participant"] == ["first_name", "last_name", "role"]
    assert "message" not in one["what"]


async def test_the_person_the_other_parent_and_the_worker_saw_different_things(house: House) -> None:
    for each in (house.ana, house.bo, house.wendy):
        await each.sync()
    seen = {one["device"]: one["what"] for one in await told(house.sue, "A")}
    assert set(seen) == {str(each.device) for each in (house.ana, house.bo, house.wendy)}
    assert "address_1" in seen[str(house.ana.device)]["participant"]
    assert "address_1" not in seen[str(house.bo.device)]["participant"]
    assert {"address_1", "family_violence"} <= set(seen[str(house.wendy.device)]["participant"])
    assert "family_violence" not in seen[str(house.ana.device)]["participant"]


async def test_what_a_tablet_loses_it_held_from_then_until_then(house: House) -> None:
    began = datetime.now(UTC)
    await house.wendy.sync()
    await scalar("UPDATE assignment SET to_on = current_date RETURNING id")
    (still,) = await told_by_operator("A")
    assert still["until_at"] is None
    await house.wendy.sync()
    (one,) = await told_by_operator("A")
    assert began <= datetime.fromisoformat(one["from_at"]) <= datetime.fromisoformat(one["until_at"]) <= datetime.now(UTC)
    assert (await entries("held.begun"), await entries("held.ended")) == (1, 1)


async def told_by_operator(person: str) -> list[dict[str, Any]]:
    """As `./porchlight exposure` does, which answers for all units."""
    found = await exposure_of(OPERATOR, REGISTRY, person)
    return [msgspec.json.decode(msgspec.json.encode(one)) for one in found.exposed]


async def test_nothing_new_notes_nothing_and_a_lost_answer_is_noted_once(house: House) -> None:
    for _ in range(3):
        await house.bo.post()  # the phone forgets the answers
    await house.bo.sync()
    count = await scalar("SELECT count(*) FROM exposure"), await scalar("SELECT max(id) FROM journal")
    for _ in range(3):
        await house.bo.sync()
    assert (await scalar("SELECT count(*) FROM exposure"), await scalar("SELECT max(id) FROM journal")) == count
    assert count[0] == 1
    assert await entries("held.begun") == 1


async def test_what_cannot_be_noted_is_not_sent(house: House) -> None:
    async with connection() as held:
        await held.execute("ALTER TABLE exposure ADD CONSTRAINT never CHECK (false) NOT VALID")
    try:
        assert (await house.bo.post()).status_code == 500
    finally:
        async with connection() as held:
            await held.execute("ALTER TABLE exposure DROP CONSTRAINT never")
    assert (await house.bo.post()).status_code == 200


async def test_a_wiped_tablet_holds_nothing_from_its_word_on(house: House) -> None:
    await house.wendy.sync()
    assert (await house.sue.put(f"/v1/devices/{house.wendy.device}/revoked", json={"wipe": True})).status_code == 204
    (one,) = await told(house.sue, "A")
    assert (one["until_at"], one["revoked_at"] is not None) == (None, True)
    assert (await house.wendy.send("POST", f"/v1/devices/{house.wendy.device}/wiped", {})).status_code == 204
    (one,) = await told(house.sue, "A")
    assert one["until_at"] is not None


async def test_only_the_unit_that_works_a_case_of_the_person_is_told_and_it_is_recorded(house: House) -> None:
    await house.bo.sync()
    assert (await house.zoe.post("/v1/exposure", json={"person": "A"})).status_code == 404
    assert (await house.sue.post("/v1/exposure", json={"person": "nobody"})).status_code == 404
    for client in (house.ana.client, house.wendy.client):
        assert (await client.post("/v1/exposure", json={"person": "A"})).status_code == 403
    assert await entries("exposure.read") == 0
    await told(house.sue, "A")
    assert await entries("exposure.read") == 1


async def test_in_a_random_history_the_report_says_what_the_phones_themselves_received(house: House) -> None:
    chance = random.Random(20261121)
    devices = (house.bo.device, house.wendy.device)
    holds: dict[UUID, set[str]] = {device: set() for device in devices}
    ever: dict[UUID, set[str]] = {device: set() for device in devices}
    begun = dict.fromkeys(devices, 0)
    for step in range(160):
        if chance.random() < 0.5:
            async with connection() as held:
                await held.execute(chance.choice(CHANGES))
            continue
        each = chance.choice((house.bo, house.wendy))
        held_before = bool(holds[each.device])
        columns = await _received(house, each)
        holds[each.device] = set() if columns is None else holds[each.device] | columns
        ever[each.device] |= columns or set()
        begun[each.device] += not held_before and bool(holds[each.device])
        if step % 10 == 0 and any(ever.values()):
            report = await told_by_operator("A")
            for device in devices:
                mine = [one for one in report if one["device"] == str(device)]
                assert [one["until_at"] is None for one in mine].count(True) == int(bool(holds[device]))
                assert len(mine) == begun[device]
                assert ever[device] <= {column for one in mine for column in one["what"]["participant"]}
    assert min(begun.values()) > 3


CHANGES = (
    "UPDATE assignment SET to_on = current_date",
    "UPDATE assignment SET to_on = NULL",
    "UPDATE participant SET to_on = current_date WHERE person_id = 'B'",
    "UPDATE participant SET to_on = NULL WHERE person_id = 'B'",
    "UPDATE participant SET phone = '555-01' || (random() * 89 + 10)::int WHERE person_id = 'A'",
)


async def _received(house: House, each: Phone) -> set[str] | None:
    """The columns of Ana that one round of sync brought, by the protocol alone; None when her case has to go."""
    answer = await each.sync()
    if "manifest" in answer:
        if str(house.case) not in {scope for scope, _ in answer["manifest"]["scopes"]}:
            return None
        each.cursor = each.have = None  # as a phone that asks for all of it anew
        answer = await each.sync()
    loaded = [row for load in answer.get("load", ()) for row in load["rows"]]
    changed = [row[1:] for row in answer.get("rows", ()) if row[5]]
    return {column for _, _, id, _, body in [*loaded, *changed] if id == str(house.ana_part) for column in body}


def test_what_is_visible_follows_from_the_audiences() -> None:
    ana, bo, now = 16, 32, view_of(REGISTRY).projections
    assert "body" in visible(now, 1 | 2 | ana, ana)["message"]
    assert "message" not in visible(now, 1 | 4 | bo, ana)
    assert "note" not in visible(now, 1 | 2 | ana, ana)
    assert "body" in visible(now, 8, ana)["note"]


HISTORIES = 100  # of which one report tells
MASKS = (1 | 2 | 16, 1 | 4 | 32, 8)


def registries() -> list[Registry]:
    """As it is; as it would be if a parent's name or a note were never shown, or a message were shown to all."""

    def but(noun: str, **changes: Any) -> Registry:
        def changed(one: Synced) -> Synced:
            return replace(one, shown=tuple(replace(each, **changes) for each in one.shown)) if one.noun == noun else one

        return replace(REGISTRY, synced=tuple(map(changed, REGISTRY.synced)))

    return [REGISTRY, but("participant", columns=("role",)), but("note", audience=16), but("message", audience=1)]


async def test_in_random_histories_the_report_says_what_could_be_seen_by_what_held_at_the_time(house: House, histories: int) -> None:
    """S-36. Cases come, go and change hands, and between versions of the app the registry says something else.

    `./porchlight test tests/backend/devices/test_exposure.py --histories 1000` plays more of them.
    """
    chance, kinds = random.Random(20261122), registries()
    saw: set[str] = set()
    for begin in range(0, histories, HISTORIES):
        expected = {}
        for _ in range(min(HISTORIES, histories - begin)):
            device = await insert("sync_device", id=uuid4(), principal=house.bo.account)
            expected[str(device)] = await _history(chance, house, kinds, device)
        report: dict[str, list[tuple[Any, bool]]] = {device: [] for device in expected}
        for one in await told_by_operator("A") if any(expected.values()) else ():
            report[one["device"]].append((one["what"], one["until_at"] is None))
        assert report == expected
        saw |= {str(what) for told in expected.values() for what, _ in told}
        async with connection() as held:
            await held.execute("DELETE FROM exposure")
    assert len(saw) > 6


async def _history(chance: random.Random, house: House, kinds: list[Registry], device: UUID) -> list[tuple[Any, bool]]:
    """What happens to one device of Bo's; answers what of Ana could be seen on it, interval by interval, and whether it still can."""
    bo = Actor(house.bo.account, Role.PARENT)
    told: list[tuple[Any, bool]] = []
    held: tuple[int, int, bool] | None = None  # mask, registry, sent
    now = 0
    for _ in range(7):
        what = chance.random()
        if what < 0.25:
            now = chance.randrange(len(kinds))
        elif what < 0.55:
            mask = chance.choice((*MASKS, None))
            await note_sent(bo, kinds[now], device, answer(house, mask))
            if held and held[0] != mask:
                told[-1:] = [(told[-1][0], False)] if held[2] else told[-1:]
                held = None
            if mask is not None and held is None:
                held = (mask, now, False)
        elif held:
            await note_sent(bo, kinds[now], device, answer(house, None, load=True))
            if held[2] and held[1] != now:
                told[-1] = (told[-1][0], False)
            if not held[2] or held[1] != now:
                told.append((visible(view_of(kinds[now]).projections, held[0], 16), True))
            held = (held[0], now, True)
    return told


def answer(house: House, mask: int | None, *, load: bool = False) -> SyncResponse:
    """What a round of sync brings: a manifest that holds the case with this mask or not, or all of the case."""
    scopes = [] if mask is None else [(house.case, mask)]
    return SyncResponse(
        rid="r", now=0, last_n=0, lease_until=0, poll_s=60,
        manifest=None if load else Manifest(digest="d", scopes=scopes),
        load=[Load(scope=house.case, rows=msgspec.Raw(b"[]"), sum="0")] if load else [],
    )  # fmt: skip
