"""What a phone is given: its own rows, what changed since, nothing twice and nothing of the other side."""

import asyncpg
import pytest

from backend.db import DB, connection, database_url
from tests.make import (
    make_account,
    make_assignment,
    make_case,
    make_disbursement,
    make_event,
    make_hearing,
    make_participant,
    make_payment,
)
from tests.sync.world import make_family, make_phone

pytestmark = pytest.mark.usefixtures("db")

SHARED = {10, 11, 20, 30, 70, 90, 100}


async def run(sql: str, *args: object) -> None:
    async with connection() as held:
        await held.execute(sql, *args)


async def test_the_two_parents_of_a_case_hold_the_shared_facts_and_only_their_own_contact() -> None:
    family = await make_family()
    await make_payment(family.case)
    await make_hearing(family.case)
    for phone, own, other in ((family.receiving, "555-0111", "555-0122"), (family.paying, "555-0122", "555-0111")):
        await phone.pull()
        assert {key[2] for key in phone.rows} <= SHARED | {32}
        assert own in str(phone.rows)
        assert other not in str(phone.rows)


async def test_only_the_receiving_side_and_staff_hold_disbursements_and_staff_not_the_method() -> None:
    family = await make_family()
    await make_disbursement(family.case, method="direct_deposit")
    for phone in (family.receiving, family.paying, family.worker):
        await phone.pull()
    assert family.receiving.bodies(80)[0]["method"] == "direct_deposit"
    assert not family.paying.bodies(80)
    assert not family.paying.bodies(81)
    assert "method" not in family.worker.bodies(81)[0]


async def test_events_travel_to_the_side_that_they_are_for() -> None:
    family = await make_family()
    for visible_to in ("both", "cp", "ncp", "staff"):
        await make_event(family.case, visible_to=visible_to, code=f"for_{visible_to}")
    for phone, codes in (
        (family.receiving, {"for_both", "for_cp"}),
        (family.paying, {"for_both", "for_ncp"}),
        (family.worker, {"for_both", "for_cp", "for_ncp", "for_staff"}),
    ):
        await phone.pull()
        assert {body["code"] for body in phone.bodies(100)} == codes


async def test_a_second_pull_finds_nothing_new_and_moves_no_cursor() -> None:
    family = await make_family()
    await family.receiving.pull()
    again = await family.receiving.pull()
    assert again.snapshot is None
    assert not again.rows
    assert not again.load
    assert again.manifest is None


async def test_a_change_arrives_once_and_a_change_of_a_hidden_column_not_at_all() -> None:
    family = await make_family()
    payment = await make_payment(family.case)
    await family.receiving.pull()
    await run("UPDATE payment SET source = 'employer' WHERE id = $1", payment)
    assert (await family.receiving.pull()).snapshot is None
    await run("UPDATE payment SET amount_cents = 99 WHERE id = $1", payment)
    assert [row[4] for row in (await family.receiving.pull()).rows] == [2]
    assert family.receiving.bodies(70)[0]["amount_cents"] == 99
    assert (await family.receiving.pull()).snapshot is None


async def test_a_hearing_whose_hour_alone_changes_arrives() -> None:
    family = await make_family()
    hearing = await make_hearing(family.case)
    await family.receiving.pull()
    await run("UPDATE hearing SET starts_local = '2099-12-02 10:00' WHERE id = $1", hearing)
    await family.receiving.pull()
    assert [body["starts_local"] for body in family.receiving.bodies(90)] == ["2099-12-02T10:00"]


async def test_when_the_other_parent_moves_house_nothing_at_all_arrives() -> None:
    family = await make_family()
    await family.paying.pull()
    await run("UPDATE participant SET phone = '555-0144' WHERE id = $1", family.receiving_part)
    assert (await family.paying.pull()).snapshot is None
    await family.receiving.pull()
    await family.receiving.pull()
    assert "555-0144" in str(family.receiving.rows)


async def test_a_deleted_row_leaves_the_phone() -> None:
    family = await make_family()
    hearing = await make_hearing(family.case)
    await family.paying.pull()
    await run("DELETE FROM hearing WHERE id = $1", hearing)
    await family.paying.pull()
    assert not family.paying.bodies(90)


async def test_a_change_that_commits_after_a_later_one_is_not_lost() -> None:
    family = await make_family()
    first, second = await make_payment(family.case), await make_payment(family.case)
    await family.receiving.pull()
    slow = await asyncpg.connect(database_url())
    try:
        opened = slow.transaction()
        await opened.start()
        await slow.execute("UPDATE payment SET amount_cents = 1 WHERE id = $1", first)
        await run("UPDATE payment SET amount_cents = 2 WHERE id = $1", second)
        await family.receiving.pull()
        assert sorted(body["amount_cents"] for body in family.receiving.bodies(70)) == [2, 41200]
        await opened.commit()
        await family.receiving.pull()
        assert sorted(body["amount_cents"] for body in family.receiving.bodies(70)) == [1, 2]
    finally:
        await slow.close()


async def test_a_rolled_back_change_never_arrives() -> None:
    family = await make_family()
    payment = await make_payment(family.case)
    await family.receiving.pull()
    with pytest.raises(LookupError):
        async with DB.transaction():
            await run("UPDATE payment SET amount_cents = 1 WHERE id = $1", payment)
            raise LookupError
    assert (await family.receiving.pull()).snapshot is None


async def test_a_worker_who_loses_a_case_is_told_by_its_absence_and_keeps_nothing_of_it() -> None:
    family = await make_family()
    await family.worker.pull()
    assert family.worker.bodies(20)
    await run("UPDATE assignment SET to_on = current_date WHERE case_id = $1", family.case)
    pulled = await family.worker.pull()
    assert pulled.manifest is not None
    assert family.case not in family.worker.mask
    assert not [key for key in family.worker.rows if key[0] == family.case]


async def test_a_person_whose_part_ends_keeps_nothing_and_a_successor_sees_none_of_the_predecessors_own_rows() -> None:
    family = await make_family()
    await family.receiving.pull()
    await run("UPDATE participant SET to_on = current_date WHERE id = $1", family.receiving_part)
    grandmother = await make_phone(await make_account(person_id="GM"))
    await make_participant(family.case, "CP", person_id="GM", phone="555-0133")
    await family.receiving.pull()
    await grandmother.pull()
    assert family.case not in family.receiving.mask
    assert "555-0133" in str(grandmother.rows)
    assert "555-0111" not in str(grandmother.rows)
    assert family.receiving.mask != grandmother.mask


async def test_an_account_that_is_closed_may_hold_nothing() -> None:
    family = await make_family()
    await run("UPDATE account SET active = false WHERE id = $1", family.receiving.account)
    await family.receiving.pull()
    assert family.receiving.mask == {}


async def test_a_phone_that_asks_for_a_scope_that_is_not_its_own_gets_nothing_of_it() -> None:
    family = await make_family()
    other = await make_case()
    await family.receiving.pull()
    pulled = await family.receiving.pull([other])
    assert not pulled.load
    assert not pulled.rows


async def test_a_caseload_larger_than_one_answer_arrives_in_batches_with_the_nearest_hearing_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    family = await make_family()
    for _ in range(40):
        case = await make_case()
        await make_assignment(case, "wendy")
    soon = await make_case()
    await make_assignment(soon, "wendy")
    await make_hearing(soon)
    monkeypatch.setattr("sync.pull.ROWS_MAX", 20)
    first = await family.worker.pull()
    assert first.more
    assert [load.scope for load in first.load][2] == soon
    await family.worker.settle()
    assert len(family.worker.bodies(20)) == 42
    fresh = await make_phone(family.worker.account)
    await fresh.pull()
    await fresh.settle()
    assert fresh.rows == family.worker.rows


async def test_a_delta_that_does_not_fit_is_named_stale_and_nothing_of_it_is_half_applied(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    family = await make_family()
    await family.receiving.pull()
    for _ in range(30):
        await make_payment(family.case)
    monkeypatch.setattr("sync.pull.ROWS_MAX", 10)
    pulled = await family.receiving.pull()
    assert pulled.stale == [family.case]
    assert not pulled.rows
    await family.receiving.pull([family.case])
    assert len(family.receiving.bodies(70)) == 30


async def test_money_older_than_half_a_year_is_on_the_parents_phone_and_not_on_the_tablet() -> None:
    family = await make_family()
    async with connection() as held:
        old = await held.fetchval("SELECT current_date - 400")
    await make_payment(family.case, paid_on=old)
    await make_payment(family.case)
    for phone in (family.receiving, family.worker):
        await phone.pull()
    assert len(family.receiving.bodies(70)) == 2
    assert len(family.worker.bodies(71)) == 1
