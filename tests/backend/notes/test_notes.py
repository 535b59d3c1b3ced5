"""What the case team writes down: nothing of it is lost, and no parent learns that it is there."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.db import connection
from sync.wire import Done
from tests.make import make_account, make_assignment
from tests.sync.world import Family, Phone, make_family, make_phone

pytestmark = pytest.mark.usefixtures("db")

NOTE = 140


async def add(phone: Phone, case: UUID, body: str = "secret-7731") -> UUID:
    made = uuid4()
    assert (await phone.send("note.add", case, id=made, body=body)).outcome == "ok"
    return made


async def edit(phone: Phone, case: UUID, note: UUID, base: UUID, body: str) -> tuple[UUID, Done]:
    made = uuid4()
    return made, await phone.send("note.edit", case, id=made, note=note, base=base, body=body)


async def notes(phone: Phone) -> list[Any]:
    await phone.pull()
    await phone.pull()
    return sorted(phone.bodies(NOTE), key=lambda body: str(body["received_at"]))


async def make_colleague(family: Family) -> Phone:
    await make_assignment(family.case, "omar", part="cover")
    return await make_phone(await make_account("caseworker", worker_login="omar", display_name="Omar Reyes"))


async def test_a_note_reaches_the_team_and_neither_parent_learns_that_there_is_one() -> None:
    family = await make_family()
    parents = (family.receiving, family.paying)
    for phone in parents:
        await phone.pull()
    note = await add(family.worker, family.case)
    await edit(family.worker, family.case, note, note, "secret-8842")
    for phone in parents:
        assert (await phone.pull()).snapshot is None
        assert "secret" not in str(phone.rows)
    assert [body["body"] for body in await notes(await make_colleague(family))] == ["secret-8842"]


async def test_a_parent_cannot_write_a_note() -> None:
    family = await make_family()
    done = await family.receiving.send("note.add", family.case, id=uuid4(), body="hello")
    assert (done.outcome, done.code) == ("refused", "forbidden")


async def test_where_two_change_one_note_both_texts_stand() -> None:
    family = await make_family()
    omar = await make_colleague(family)
    note = await add(family.worker, family.case, "first")
    await edit(family.worker, family.case, note, note, "Wendy's")
    later, done = await edit(omar, family.case, note, note, "Omar's")
    assert done.outcome == "ok"
    held = await notes(family.worker)
    assert [(body["body"], body["beside"], body["author_name"]) for body in held][1] == ("Omar's", str(note), "Omar Reyes")
    assert held[0]["body"] == "Wendy's"
    assert held[1]["version"] == str(later)


async def test_a_second_edit_made_offline_goes_to_ones_own_text_and_never_over_the_others() -> None:
    family = await make_family()
    omar = await make_colleague(family)
    note = await add(family.worker, family.case, "first")
    await edit(family.worker, family.case, note, note, "Wendy's")
    first, _ = await edit(omar, family.case, note, note, "Omar's")
    await edit(omar, family.case, note, first, "Omar's, again")
    assert [body["body"] for body in await notes(omar)] == ["Wendy's", "Omar's, again"]


async def test_a_note_of_another_case_cannot_be_changed_through_this_one() -> None:
    family = await make_family()
    _, done = await edit(family.worker, family.case, uuid4(), uuid4(), "x")
    assert (done.outcome, done.code) == ("refused", "forbidden")


async def test_the_journal_has_every_note_with_its_case() -> None:
    family = await make_family()
    note = await add(family.worker, family.case)
    async with connection() as held:
        rows = await held.fetch("SELECT verb, case_id, subject_id FROM journal WHERE verb LIKE 'note.%'")
    assert [(row["verb"], row["case_id"], row["subject_id"]) for row in rows] == [("note.added", family.case, note)]
