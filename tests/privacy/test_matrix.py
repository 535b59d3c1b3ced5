"""The whole table, field by field and route by route, for everybody who can be somebody to a case.

What each of them should hold is worked out here a second time, from the table of classes and from who is what to each row.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest

from backend.access import Role
from backend.db import connection
from backend.policy.agreement import MADE
from backend.policy.classes import TABLE, Channel, Class, Reader, readers
from backend.policy.columns import COLUMNS, class_of
from backend.policy.operations import ALLOWED, ROUTES
from backend.registry import REGISTRY
from tests.backend.browsing import make_app
from tests.make import (
    insert,
    make_account,
    make_agency,
    make_assignment,
    make_case,
    make_disbursement,
    make_event,
    make_hearing,
    make_hours,
    make_participant,
    make_payment,
)
from tests.privacy.watched import ask, open_session
from tests.sync.world import Phone, make_phone

pytestmark = pytest.mark.usefixtures("db")

TABLES = {synced.table for synced in REGISTRY.synced}
OWN = {"account": "id", "read_mark": "account_id", "preference": "account_id", "visit_pin": "account_id", "notice": "account_id"}
AGENCYS = {"agency", "bookable_hours"}
NO_JSON = {"PATCH /v1/uploads/{document}/{place}"}  # pieces of files: refused by their kind before anybody is looked for
PLACEHOLDER = re.compile(r"\{(\w+)\}")
SIDES = {"CP": Reader.RECEIVING, "NCP": Reader.PAYING, "AP": Reader.PAYING}
EVENTS = {
    "both": {Reader.RECEIVING, Reader.PAYING, Reader.TEAM},
    "cp": {Reader.RECEIVING, Reader.TEAM},
    "ncp": {Reader.PAYING, Reader.TEAM},
    "staff": {Reader.TEAM},
}


class Somebody(NamedTuple):
    """An account, and what it is."""

    account: UUID
    role: Role
    person: str | None = None
    login: str | None = None


class Place(NamedTuple):
    """Everybody, by what they are to the first case."""

    case: UUID
    people: dict[str, Somebody]


async def make_place() -> Place:
    """Two cases that share a parent, a row of every noun in each, and twelve people."""
    agency = await make_agency()
    await make_hours(agency)
    people = {
        "receiving": await _parent("R"),
        "paying": await _parent("P"),
        "both": await _parent("B"),
        "stranger": await _parent("S"),
        "assigned": await _staff("caseworker", "wanda", "U"),
        "unit peer": await _staff("caseworker", "walt", "U"),
        "supervisor": await _staff("supervisor", "sue", "U"),
        "other supervisor": await _staff("supervisor", "olga", "V"),
        **{role.value: Somebody(await make_account(role), role) for role in (Role.ADMIN, Role.AUDITOR, Role.NAVIGATOR)},
    }
    first, second = await make_case(), await make_case()
    await _fill(first, {"CP": "R", "NCP": "P", "AP": "B"}, people["assigned"])
    await _fill(second, {"CP": "B", "NCP": "S"}, people["other supervisor"])
    for number, one in enumerate(people.values()):
        await insert("preference", account_id=one.account, name="text", value="large")
        told = {"event_key": "e", "kind": "message", "case_id": first, "collapse_key": "k", "state": "sent"}
        now = datetime.now(UTC)
        await insert("notice", account_id=one.account, **told, expires_at=now, told_at=now, told_on=now.date())
        if number < 2:
            await insert("visit_pin", account_id=one.account, case_id=first)
    return Place(first, people)


async def _parent(person: str) -> Somebody:
    return Somebody(await make_account(person_id=person), Role.PARENT, person)


async def _staff(role: str, login: str, unit: str) -> Somebody:
    await insert("worker", worker_login=login, name=login, role=role, unit_code=unit, office_code="EAST")
    return Somebody(await make_account(role, worker_login=login), Role(role), None, login)


async def _fill(case: UUID, parties: dict[str, str], worker: Somebody) -> None:
    """A row of every noun, and for every party those that are theirs alone."""
    await make_assignment(case, worker.login or "")
    await make_participant(case, "CH", child_resides_with="CP", phone="555-0150", born_on=date(2020, 1, 1))
    order = await insert(
        "support_order", order_id=f"O{case}", case_id=case, court="Court", docket_number="FM-1",
        entered_on=date(2024, 1, 1), effective_on=date(2024, 1, 1),
    )  # fmt: skip
    line = {"line": 1, "kind": "current", "amount_cents": 1, "frequency": "monthly", "from_on": date(2024, 1, 1), "withholding": True}
    await insert("obligation", order_id=order, case_id=case, **line)
    await insert("balance", case_id=case, kind="arrears", as_of_on=date(2026, 1, 1), amount_cents=5)
    await make_payment(case)
    await make_disbursement(case)
    await make_hearing(case, appearance="by video")
    for readers_of in EVENTS:
        await make_event(case, visible_to=readers_of)
    now = datetime.now(UTC)
    written = {"id": uuid4(), "version": uuid4(), "author_id": worker.account, "author_name": "W", "body": "note", "received_at": now}
    await insert("note", case_id=case, **written)
    for role, person in parties.items():
        part = await make_participant(case, role, person_id=person, phone="555-0151", born_on=date(1990, 1, 1))
        await _of_party(case, part, worker)


async def _of_party(case: UUID, part: UUID, worker: Somebody) -> None:
    async with connection() as held:
        ((bit, person),) = await held.fetch("SELECT party_bit, person_id FROM participant WHERE id = $1", part)
        account = await held.fetchval("SELECT id FROM account WHERE person_id = $1", person)
    now = datetime.now(UTC)
    of = {"id": uuid4(), "case_id": case, "thread": part, "party_bit": bit}
    await insert(
        "message", **of, from_party=True, author_id=account, author_name=person, body="hello", receipt=str(of["id"]), received_at=now
    )
    await insert(
        "document", **of | {"id": uuid4()}, account_id=account, kind="pay", files=1, bytes=1, pages=1, state="held", received_at=now
    )
    asked = {"id": uuid4(), "kind": "pay", "why": "For the review.", "by_on": date(2099, 1, 1), "asked_at": now, "asked_by": "W"}
    await insert("document_request", **of | asked)
    await insert("contact_change", **of, field="phone", was=None, now="555-0152", state="sent", sent_at=now)
    starts = {"starts_local": datetime(2099, 1, 1, 9), "time_zone": "UTC", "minutes": 30, "channel": "phone", "topic": "other"}
    await insert("appointment", **of, **starts, worker_login=worker.login, worker_name="W", state="requested", requested_at=now)
    await insert("read_mark", account_id=account, thread=part, read_at=now)


Field = tuple[str, UUID, str]


async def should_hold(one: Somebody) -> set[Field]:
    """Every field of every row that the table lets this person keep on a device."""
    if one.role not in ALLOWED["sync"]:
        return set()
    found: set[Field] = set()
    async with connection() as held:
        for table in TABLES:
            for row in await held.fetch(f"SELECT * FROM {table}"):
                somebody = await _is(held, one, table, row)
                child = table == "participant" and row["role"] == "CH"
                for column in (*COLUMNS[table], *(name for at, name in MADE if at == table and not child)):
                    of = MADE.get((table, column)) or class_of(table, column, child=child)
                    if somebody & _readers(of, row):
                        found.add((table, row["id"], column))
    return found


def _readers(of: Class, row: Any) -> set[Reader]:
    allowed = set(readers(of, Channel.OFFLINE))
    return allowed & EVENTS[row["visible_to"]] if TABLE[of].by_row else allowed


async def _is(held: Any, one: Somebody, table: str, row: Any) -> set[Reader]:
    """What somebody is to a row."""
    if table in AGENCYS:
        return {Reader.ANYBODY}
    if table in OWN:
        return {Reader.SELF} if row[OWN[table]] == one.account else set()
    case = row["id"] if table == "ivd_case" else row["case_id"]
    found: set[Reader] = set()
    if one.login:
        assigned = "SELECT EXISTS (SELECT 1 FROM assignment WHERE case_id = $1 AND worker_login = $2)"
        found |= {Reader.TEAM} if await held.fetchval(assigned, case, one.login) else set()
    if one.person:
        parts = await held.fetch("SELECT id, role FROM participant WHERE case_id = $1 AND person_id = $2", case, one.person)
        found |= {SIDES[part["role"]] for part in parts}
        mine = {part["id"] for part in parts}
        found |= {Reader.SELF} if {row.get("thread"), row["id"]} & mine else set()
    return found


async def does_hold(one: Somebody) -> set[Field]:
    """Every field that a new phone of this person holds."""
    phone: Phone = await make_phone(one.account)
    await phone.settle()
    tables = {shown.kind: synced.table for synced, shown in REGISTRY.shown()}
    return {(tables[kind], row, column) for (_, _, kind, row), (_, body) in phone.rows.items() for column in body}


async def test_everybody_holds_exactly_the_fields_that_the_table_says() -> None:
    place = await make_place()
    covered: set[tuple[str, str]] = set()
    for name, one in place.people.items():
        should = await should_hold(one)
        does = await does_hold(one) if one.role in ALLOWED["sync"] else set()
        assert (name, does - should, should - does) == (name, set(), set())
        covered |= {(table, column) for table, _, column in does}
    every = {(synced.table, column) for synced, shown in REGISTRY.shown() for column in shown.columns}
    assert covered == every  # each field that can leave did leave for somebody, so that nothing here holds for want of rows


async def test_every_route_is_open_to_exactly_the_roles_of_the_table_and_refuses_the_others_in_the_same_words() -> None:
    place = await make_place()
    app = make_app(demo=False)
    tokens = {name: await open_session(one.account) for name, one in place.people.items()}
    refusals: set[str] = set()
    for route, operation in ROUTES.items():
        method, path = route.split(" ")
        path = PLACEHOLDER.sub(lambda found: "1" if found[1] == "place" else str(uuid4()), path)
        body = _asked(route) if method != "GET" else None
        if operation.startswith("public: ") or route in NO_JSON:
            continue
        assert (await ask(app, method, path, body)).status == 401, route
        for name, one in place.people.items():
            if one.role in ALLOWED[operation]:  # type: ignore[index]
                if route not in ("GET /v1/poke", "POST /v1/sign-out"):  # a stream; the end of what this test needs
                    answer = await ask(app, method, path, body, tokens[name])
                    assert answer.status != 403 or b'"step_up"' in answer.body, (route, name)
                    assert b"Please sign in" not in answer.body, (route, name)
            else:
                answer = await ask(app, method, path, body, tokens[name])
                assert answer.status == 403, (route, name)
                refusals |= {_without_id(answer.body)} if method != "HEAD" else set()
    assert len(refusals) == 1


def _asked(route: str) -> dict[str, Any]:
    return (
        {"rid": "r", "device": str(uuid4()), "schema": 1, "clock": 0, "cursor": None, "have": None, "want": [], "next_n": 1, "push": []}
        if (route == "POST /v1/sync")
        else {}
    )


def _without_id(body: bytes) -> str:
    said = json.loads(body)
    assert len(said.pop("id")) == 32
    return json.dumps(said)


async def test_what_is_somebody_elses_answers_like_what_does_not_exist() -> None:
    place = await make_place()
    app = make_app(demo=False)
    theirs = (await make_phone(place.people["paying"].account)).device
    absent = uuid4()
    batch = await insert("batch", source="s", digest=b"d", state="loaded")
    mine = await open_session(place.people["receiving"].account)
    olga, sue = [await open_session(place.people[name].account) for name in ("other supervisor", "supervisor")]
    sync = _asked("POST /v1/sync")
    doors: list[tuple[str, str, str, dict[str, Any] | None, UUID]] = [
        (mine, "POST", "/v1/sync", sync, theirs),
        (mine, "PUT", "/v1/account/devices/{}/name", {"name": "x"}, theirs),
        (mine, "PUT", "/v1/account/devices/{}/revoked", {"wipe": True}, theirs),
        (mine, "GET", "/v1/push/subscription?device={}", None, theirs),
        (olga, "PUT", "/v1/devices/{}/revoked", {"wipe": True}, theirs),
        (sue, "PUT", "/v1/devices/{}/revoked", {"wipe": True}, theirs),
        (mine, "GET", "/v1/extracts/{}", None, batch),
    ]
    for token, method, path, body, there in doors:
        bodies = [body if body is not sync else sync | {"device": str(one)} for one in (there, absent)]
        asked = zip((there, absent), bodies, strict=True)
        answers = [await ask(app, method, path.format(one), said, token) for one, said in asked]
        told = [(each.status, each.headers, _without_id(each.body) if each.status >= 400 else each.body) for each in answers]
        assert told[0] == told[1], path
