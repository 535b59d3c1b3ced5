"""What sync lets go of with time, and what it never does. Time passes by shifting the rows' dates."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.db import DB, connection
from backend.devices.jobs import tidy
from sync import cursor, inbox, retention
from tests.make import make_account, make_device, make_payment
from tests.sync.test_inbox import mutation, take
from tests.sync.world import make_family

pytestmark = pytest.mark.usefixtures("db")


async def scalar(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def passes(days: int) -> None:
    """Everything happened so many days earlier."""
    ago = timedelta(days=days)
    async with DB.transaction(), connection() as held:
        await held.execute("UPDATE sync_row SET gone_at = gone_at - $1::interval", ago)
        await held.execute("UPDATE sync_mutation SET received_at = received_at - $1::interval", ago)
        await held.execute("UPDATE sync_device SET seen_at = seen_at - $1::interval", ago)


async def tidied() -> dict[str, int]:
    return await tidy(datetime.now(UTC))


@pytest.fixture
async def device(db: object) -> UUID:
    return await make_device(await make_account())


def test_a_tombstone_outlives_every_cursor_that_could_need_it() -> None:
    assert cursor.LIFE < retention.TOMBSTONES


async def test_tombstones_go_after_half_a_year_and_living_rows_never() -> None:
    family = await make_family()
    await make_payment(family.case)
    await scalar("DELETE FROM payment RETURNING id")
    living = await scalar("SELECT count(*) FROM sync_row WHERE NOT gone")
    assert await scalar("SELECT count(*) FROM sync_row WHERE gone") == 2
    await passes(179)
    assert (await tidied())["tombstones"] == 0
    await passes(2)
    assert (await tidied())["tombstones"] == 2
    assert await scalar("SELECT count(*) FROM sync_row") == living


async def test_what_a_person_wrote_is_kept_a_month_and_longer_where_a_person_still_has_to_look(device: UUID) -> None:
    for n, sent in enumerate((mutation(1), mutation(2, "refuse"), mutation(3, name="telepathy")), 1):
        assert (await take(device, sent)).n == n
    await passes(29)
    assert (await tidied())["args"] == 0
    await passes(2)
    assert (await tidied())["args"] == 2
    assert await scalar("SELECT array_agg(n) FROM sync_mutation WHERE args IS NOT NULL") == [3]


async def test_an_outbox_that_comes_back_after_years_still_has_its_effects_once(device: UUID) -> None:
    sent, refused = mutation(1), mutation(2, "refuse")
    await take(device, sent)
    await take(device, refused)
    await passes(401)
    assert (await tidied())["outcomes"] == 2
    assert await scalar("SELECT count(*) FROM sync_mutation WHERE name = '' AND code IS NULL AND at_claimed IS NULL") == 2
    assert [(await take(device, again)).outcome for again in (sent, refused)] == ["ok", "refused"]
    assert await scalar("SELECT count(*) FROM journal") == 1
    with pytest.raises(inbox.Forked):
        await take(device, mutation(1))


async def test_a_device_not_seen_for_a_year_is_closed_and_how_far_it_came_is_kept(device: UUID) -> None:
    await take(device, mutation(1))
    await passes(399)
    assert (await tidied())["devices"] == 0
    await passes(2)
    assert (await tidied())["devices"] == 1
    assert await scalar("SELECT last_n FROM sync_device WHERE closed_at IS NOT NULL") == 1


async def test_many_old_rows_go_in_small_batches_and_a_second_night_finds_nothing() -> None:
    family = await make_family()
    for _ in range(5):
        await make_payment(family.case)
    async with connection() as held:
        await held.execute("DELETE FROM payment")
    await passes(181)
    assert (await tidy(datetime.now(UTC), batch=3))["tombstones"] == 10
    assert set((await tidied()).values()) == {0}
