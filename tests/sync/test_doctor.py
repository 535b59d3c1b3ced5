"""The doctor finds what was tampered with, and puts it right."""

from uuid import uuid4

import pytest

from backend.db import DB, connection
from backend.registry import REGISTRY
from sync import doctor
from sync.rows import NO_GRANTS
from tests.make import make_payment
from tests.sync.world import make_family, make_phone

pytestmark = pytest.mark.usefixtures("db")


async def repair() -> doctor.Drift:
    async with DB.transaction(), connection() as held:
        return await doctor.repair(held, REGISTRY)


async def damage(sql: str) -> None:
    async with DB.transaction(), connection() as held:
        await held.execute("SET LOCAL session_replication_role = replica")
        await held.execute(sql)


async def test_a_healthy_database_needs_nothing() -> None:
    await make_family()
    assert await repair() == doctor.Drift(0, 0, 0)


async def test_a_row_that_was_written_past_the_triggers_reaches_the_phone_after_the_doctor() -> None:
    family = await make_family()
    await family.receiving.pull()
    await damage("ALTER TABLE payment DISABLE TRIGGER USER")
    await make_payment(family.case)
    await damage("ALTER TABLE payment ENABLE TRIGGER USER")
    await family.receiving.pull()
    assert not family.receiving.bodies(70)
    assert (await repair()).missing == 2
    await family.receiving.pull()
    assert family.receiving.bodies(70)


async def test_a_row_that_should_not_travel_leaves_the_phone_after_the_doctor() -> None:
    family = await make_family()
    await make_payment(family.case)
    await family.receiving.pull()
    await damage("DELETE FROM payment")
    assert (await repair()).extra == 2
    await family.receiving.pull()
    assert not family.receiving.bodies(70)


async def test_money_that_grew_old_leaves_the_tablet_at_night() -> None:
    family = await make_family()
    await make_payment(family.case)
    await family.worker.pull()
    assert family.worker.bodies(71)
    await damage("UPDATE payment SET paid_on = current_date - 300")
    assert await repair() == doctor.Drift(0, 0, 0, aged=1)
    await family.worker.pull()
    assert not family.worker.bodies(71)


async def test_a_grant_that_nobody_has_a_right_to_is_taken_away() -> None:
    family = await make_family()
    await damage(
        f"UPDATE sync_grant SET mask = 15 WHERE scope = '{family.case}' AND principal = '{family.paying.account}'"
    )
    assert (await repair()).grants == 1
    await family.paying.pull()
    assert family.paying.mask[family.case] == 1 | 4 | 32


async def test_a_digest_that_is_not_that_of_the_grants_is_found_and_the_phone_is_told_its_cases_again() -> None:
    family = await make_family()
    await family.paying.pull()
    right = family.paying.digest
    await damage(f"UPDATE sync_manifest SET digest = 'mistaken' WHERE principal = '{family.paying.account}'")
    assert (await repair()).grants == 1
    assert (await repair()).grants == 0
    family.paying.digest = None
    await family.paying.pull()
    assert family.paying.digest == right


async def test_a_digest_of_somebody_who_may_hold_nothing_any_more_is_that_of_an_empty_phone() -> None:
    family = await make_family()
    async with connection() as held:
        await held.execute("UPDATE account SET active = false WHERE id = $1", family.worker.account)
        assert await held.fetchval("SELECT digest FROM sync_manifest WHERE principal = $1", family.worker.account) == NO_GRANTS
    nobody = await make_phone(uuid4())
    await nobody.pull()
    assert nobody.digest == NO_GRANTS
