"""The second lock alone: with the application's own checks taken out, PostgreSQL still gives nobody a row of somebody else's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from unittest.mock import patch
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from backend import rights
from backend.access import Actor
from backend.accounts.actions import actor_of_account
from backend.appointments import actions as appointments
from backend.contacts import actions as contacts
from backend.db import DB, connection, line_of, pool
from backend.documents import actions as documents
from backend.documents import asking, downloads, uploads
from backend.errors import Refused
from backend.messages import actions as messages
from backend.notes import actions as notes
from backend.registry import REGISTRY
from sync import epoch, inbox, pull
from sync.declare import Refusal
from sync.pull import Asked
from tests.backend.platform.stories import FIRST, FOURTH, SECOND, THIRD, TOLD
from tests.locks import changed, first_lock_alone
from tests.make import (
    insert,
    make_account,
    make_assignment,
    make_case,
    make_disbursement,
    make_event,
    make_hearing,
    make_hours,
    make_participant,
    make_payment,
)
from tests.sync.world import Family, Phone, make_family, make_phone

pytestmark = pytest.mark.usefixtures("db")

Place = tuple[UUID, int, int, UUID]
Row = tuple[int, int, UUID, int, msgspec.Raw]

OF_ME = "'FROM (SELECT scope, mask FROM sync_grant WHERE principal = $1) g'"
OF_ALL = "'FROM (SELECT DISTINCT scope, 32767::int2 AS mask FROM sync_row WHERE $1::uuid IS NOT NULL) g'"
HELD_BY = """
SELECT r.scope, r.aud, r.kind, r.id FROM sync_row r JOIN sync_grant g ON g.scope = r.scope AND (g.mask & r.aud) <> 0
WHERE g.principal = $1 AND NOT r.gone"""
OWN_PARTY = "p.case_id = $1 AND p.to_on IS NULL AND p.role <> 'CH' AND ($4 OR p.person_id = $3::text)"
GRANTED = "JOIN sync_grant g ON g.scope = d.case_id AND g.principal = $1 AND "
SOON = (date.today() + timedelta(days=9)).isoformat()
ANYBODY = "JOIN (SELECT $1::uuid) g ON "


class House(NamedTuple):
    """A case with both parents and its worker, full of things; a stranger with a case, and what is theirs in the first one."""

    family: Family
    stranger: Phone
    made: dict[str, UUID]


async def make_house() -> House:
    family = await make_family()
    async with connection() as held:
        await make_hours(await held.fetchval("SELECT id FROM agency"))
    other = await make_case(case_number="S-1")
    await make_participant(other, person_id="SP")
    await make_assignment(other, "sam")
    stranger = await make_phone(await make_account(person_id="SP"))
    await make_payment(family.case)
    await make_disbursement(family.case)
    await make_hearing(family.case)
    await make_event(family.case)
    made = {name: uuid4() for name in ("message", "appointment", "contact_change", "document", "note", "document_request", "offer")}
    for name, sender, args in _first_acts(family, made):
        assert (await sender.send(name, family.case, **args)).outcome == "ok", name
    async with connection() as held:
        made["notice"] = await held.fetchval(TOLD, family.receiving.account)
    return House(family, stranger, made)


def _first_acts(family: Family, made: dict[str, UUID]) -> Iterator[tuple[str, Phone, dict[str, Any]]]:
    """What the receiving parent and the worker did."""
    thread, mine, team = str(family.receiving_part), family.receiving, family.worker
    files = [{"sha256": "0" * 64, "bytes": 4, "media_type": "image/jpeg"}]
    yield "message.send", mine, {"id": str(made["message"]), "thread": thread, "body": "I moved."}
    asked = {"thread": thread, "starts_local": FIRST, "channel": "phone", "topic": "payments"}
    yield "appointment.request", mine, {"id": str(made["appointment"]), **asked}
    was = {"thread": thread, "field": "phone", "was": "555-0111", "now": "555-0144"}
    yield "contact.change", mine, {"id": str(made["contact_change"]), **was}
    yield "document.offer", mine, {"id": str(made["document"]), "thread": thread, "kind": "pay", "files": files}
    yield "note.add", team, {"id": str(made["note"]), "body": "Called, no answer."}
    wanted = {"thread": thread, "kind": "pay", "by_on": SOON, "why": "For the review."}
    yield "document.ask", team, {"id": str(made["document_request"]), **wanted}
    yield "appointment.offer", team, {"id": str(made["offer"]), **asked, "starts_local": THIRD}


async def brought(phone: Phone, snapshot: str | None) -> set[Place]:
    """What one answer brings on the person's own line: a load of everything, or what changed since."""
    async with connection() as held:
        now = await epoch.current(held)
        scopes = [row["scope"] for row in await held.fetch("SELECT DISTINCT scope FROM sync_row")]
    asked = Asked(phone.account, phone.device, now.id, snapshot, None, scopes if snapshot is None else [])
    async with line_of(phone.account) as held:
        found = await pull.pull(held, REGISTRY, asked)
    loads = {load.scope: msgspec.json.decode(load.rows, type=list[Row]) for load in found.load}
    loaded = {(scope, row[0], row[1], row[2]) for scope, rows in loads.items() for row in rows}
    return loaded | {row[:4] for row in found.rows if row[5] is not None}


async def truth(phone: Phone) -> set[Place]:
    async with connection() as held:
        return {tuple(row) for row in await held.fetch(HELD_BY, phone.account)}


async def test_with_every_grant_forgotten_an_answer_still_holds_exactly_what_its_person_may_hold() -> None:
    async with connection() as held:
        before = await held.fetchval("SELECT pg_current_snapshot()::text")
    house = await make_house()
    family = house.family
    with changed(pull, (OF_ME, OF_ALL)):
        for phone in (family.receiving, family.paying, family.worker, house.stranger):
            theirs = await truth(phone)
            assert len(theirs) >= 4
            for snapshot in (None, before):
                assert await brought(phone, snapshot) == theirs
        async with first_lock_alone():  # the check really is gone
            for snapshot in (None, before):
                assert await brought(house.stranger, snapshot) > await truth(house.stranger) | await truth(family.worker)


@contextmanager
def no_checks() -> Iterator[None]:
    """Everybody may do everything with everything, as far as the actions are concerned."""

    async def anybodys(actor: Actor, case_id: UUID, thread: UUID) -> Any:
        async with pool().acquire() as ours:
            return await ours.fetchrow("SELECT party_bit, person_id FROM participant WHERE id = $1", thread)

    with ExitStack() as stack:
        stack.enter_context(changed(inbox, ('if not held["granted"]:', "if False:")))
        stack.enter_context(changed(messages, (OWN_PARTY, "$1::uuid IS NOT NULL AND ($4 OR $3::text <> '')")))
        for room in (appointments, asking, contacts, documents, messages, notes):
            stack.enter_context(patch.object(room, "require", lambda actor, operation: None))
            if hasattr(room, "get_party"):
                stack.enter_context(patch.object(room, "get_party", anybodys))
        yield


def _attempts(house: House) -> Iterator[tuple[str, dict[str, Any]]]:
    """What somebody else sends about the receiving parent's things."""
    thread, made = str(house.family.receiving_part), {name: str(id) for name, id in house.made.items()}
    files = [{"sha256": "0" * 64, "bytes": 4, "media_type": "image/jpeg"}]
    yield "message.send", {"id": str(uuid4()), "thread": thread, "body": "Not hers."}
    asked = {"thread": thread, "starts_local": SECOND, "channel": "phone", "topic": "payments"}
    yield "appointment.request", {"id": str(uuid4()), **asked}
    yield "appointment.cancel", {"appointment": made["appointment"], "seen_local": FIRST}
    was = {"thread": thread, "field": "email", "was": None, "now": "x@example.com"}
    yield "contact.change", {"id": str(uuid4()), **was}
    yield "contact.take_up", {"change": made["contact_change"]}
    yield "document.offer", {"id": str(uuid4()), "thread": thread, "kind": "pay", "files": files}
    yield "document.accept", {"document": made["document"]}
    wanted = {"thread": thread, "kind": "pay", "by_on": SOON, "why": "Not the team's."}
    yield "document.ask", {"id": str(uuid4()), **wanted}
    yield "document.cancel_ask", {"request": made["document_request"]}
    yield "appointment.offer", {"id": str(uuid4()), **asked, "starts_local": FOURTH}
    yield "appointment.accept", {"appointment": made["offer"], "starts_local": THIRD}
    yield "note.add", {"id": str(uuid4()), "body": "Not the team's."}
    yield "note.edit", {"id": str(uuid4()), "note": made["note"], "base": made["note"], "body": "Not the team's."}


WRITTEN = "message appointment contact_change document document_file document_request note".split()


async def _written() -> list[Any]:
    """Everything that stands in the tables which such acts write."""
    async with connection() as held:
        return [sorted(map(str, await held.fetch(f"SELECT * FROM {table}"))) for table in WRITTEN]


async def _try(phone: Phone, case: UUID, name: str, args: dict[str, Any]) -> None:
    with suppress(asyncpg.InsufficientPrivilegeError, Refusal, Refused):
        await phone.send(name, case, **args)
    phone.n = 1 + await _last_n(phone)


async def _last_n(phone: Phone) -> int:
    async with connection() as held:
        last: int = await held.fetchval("SELECT last_n FROM sync_device WHERE id = $1", phone.device)
    return last


async def test_with_every_check_taken_out_nobody_writes_into_what_is_somebody_elses() -> None:
    house = await make_house()
    async with connection() as held:
        await held.execute("UPDATE document SET state = 'ready'")
    before = await _written()
    with no_checks():
        for phone in (house.family.paying, house.stranger):
            for name, args in _attempts(house):
                await _try(phone, house.family.case, name, args)
                assert await _written() == before, name
        async with first_lock_alone():  # the checks really are gone: each of these would have gone through
            for name, args in _attempts(house):
                await _try(house.family.paying, house.family.case, name, args)
                after = await _written()
                assert after != before, name
                before = after


async def _is_answered(ask: Callable[[], Awaitable[object]]) -> bool:
    try:
        await ask()
    except Refused:
        return False
    return True


async def test_with_every_check_taken_out_nobody_fetches_or_sends_a_file_of_somebody_elses() -> None:
    house = await make_house()
    document = house.made["document"]
    async with connection() as held:
        await held.execute("UPDATE document SET state = 'ready'")
        await held.execute("UPDATE document_file SET state = 'clean', clean_sha256 = sha256, clean_bytes = bytes")
    people = [await actor_of_account(phone.account) for phone in (house.family.receiving, house.family.paying, house.stranger)]
    fetch = (f"{GRANTED}(g.mask & (d.party_bit | 8)) <> 0", f"{ANYBODY}true")
    own = (f"{GRANTED}(g.mask & d.party_bit) <> 0", f"{ANYBODY}true"), (" AND d.account_id = $1 AND", " AND")

    async def answered(actor: Actor) -> list[bool]:
        asks = (lambda: downloads.give_ticket(actor, document, 1), lambda: uploads.find_upload(actor, document, 1))
        return [await _is_answered(ask) for ask in asks]

    with changed(downloads, fetch), changed(uploads, *own):
        assert [await answered(actor) for actor in people] == [[True, True], [False, False], [False, False]]
        async with first_lock_alone():
            assert [await answered(actor) for actor in people] == [[True, True]] * 3


async def test_on_a_line_that_nobody_was_named_on_nothing_is_shown_and_what_holds_something_says_so() -> None:
    await make_house()
    spoke = set()
    async with line_of(uuid4()) as held:
        for table, each in rights.guards().items():
            if each.reads and each.mine != "true":
                try:
                    assert await held.fetchval(f"SELECT count(*) FROM {table}") == 0, table
                except (asyncpg.UndefinedObjectError, asyncpg.InvalidTextRepresentationError):
                    spoke.add(table)
    assert len(spoke) > 15


TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') ORDER BY 1"
COLUMNS = "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped"
OWNED = {"sync_device": 1}  # of the rows of the house, those that are this person's own
UNGUARDED = ("migration",)  # neither of people nor ever empty


async def _furnish(house: House) -> None:
    """Rows also in what such people choose, pin and are given."""
    mine, worker = house.family.receiving, house.family.worker
    await make_participant(house.family.case, "CH")
    chosen: dict[str, dict[str, Any]] = {
        "read_mark": {"account_id": mine.account, "thread": house.family.receiving_part, "read_at": datetime.now(UTC)},
        "preference": {"account_id": mine.account, "name": "text", "value": "large"},
        "visit_pin": {"account_id": worker.account, "case_id": house.family.case},
    }
    for table, columns in chosen.items():
        await insert(table, **columns)
    async with connection() as held:
        file = await held.fetchval("SELECT id FROM document_file")
        await held.execute("INSERT INTO document_ticket VALUES ($1, $2, $3, now() + interval '1 day')", b"t", file, mine.account)


async def _done(held: Any, sql: str, *values: Any) -> int:
    """How many rows a statement wrote; none where it was not allowed to, or nobody is. Nothing of it stays."""
    count = 0
    with suppress(asyncpg.InsufficientPrivilegeError, asyncpg.GeneratedAlwaysError, _TakenBack):
        async with held.transaction():
            count = int((await held.execute(sql, *values)).rpartition(" ")[2])
            raise _TakenBack
    return count


class _TakenBack(Exception):
    """Undoes what was done."""


async def test_in_no_table_does_a_persons_role_write_change_or_delete_a_row_of_somebody_elses() -> None:
    """Every table, every column, every row that is there: what a statement without any check of ours would come to."""
    house = await make_house()
    await _furnish(house)
    async with connection() as ours:
        tables = [row["relname"] for row in await ours.fetch(TABLES) if row["relname"] not in UNGUARDED]
        columns = {table: [row["attname"] for row in await ours.fetch(COLUMNS, table)] for table in tables}
        rows = {table: [row[0] for row in await ours.fetch(f"SELECT to_jsonb(t)::text FROM {table} t")] for table in tables}
    assert {table for table, each in rights.guards().items() if each.also and not rows[table]} == set()
    for phone in (house.family.paying, house.stranger):
        async with DB.transaction(person=phone.account), connection() as held:
            for table in tables:
                counts = [await _done(held, f'UPDATE {table} SET "{column}" = "{column}"') for column in columns[table]]
                assert max(counts) <= OWNED.get(table, 0), table
                assert await _done(held, f"DELETE FROM {table}") == 0, table
                for row in rows[table]:
                    copied = f"INSERT INTO {table} OVERRIDING SYSTEM VALUE SELECT * FROM jsonb_populate_record(NULL::{table}, $1::jsonb)"
                    assert await _done(held, copied, row) == 0, (table, row)
    mine = house.family.receiving.account  # their own would come as far as the row that is there already
    async with DB.transaction(person=mine), connection() as held:
        with pytest.raises(asyncpg.UniqueViolationError):
            await held.execute("INSERT INTO message SELECT * FROM jsonb_populate_record(NULL::message, $1::jsonb)", rows["message"][0])
