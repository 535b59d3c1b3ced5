"""Who is told to ask, and who must not learn even that something happened."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest

from backend import wake
from backend.access import Actor, Role
from backend.db import DB, connection
from backend.devices.hub import Hub
from backend.journal import Entry, poke, record
from backend.messages.actions import send_message
from backend.messages.wire import SendMessage
from sync.poke import LocalWake
from tests.make import make_hearing
from tests.sync.world import make_family

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def hub() -> Iterator[Hub]:
    before = wake.current()
    wake.use(LocalWake())
    made = Hub()
    made.start()
    yield made
    made.stop()
    wake.use(before)


async def test_a_message_of_one_parent_does_not_even_stir_the_other_parents_screen(hub: Hub) -> None:
    family = await make_family()
    with (
        hub.screen(family.receiving.account) as mine,
        hub.screen(family.paying.account) as theirs,
        hub.screen(family.worker.account) as team,
    ):
        actor = Actor(family.receiving.account, Role.PARENT, person_id="RP", display_name="Ana")
        async with DB.transaction():
            await send_message(actor, family.case, SendMessage(id=uuid4(), thread=family.receiving_part, body="hello"), None)
        async with asyncio.timeout(5):
            await asyncio.gather(mine.wait(), team.wait())
        assert not theirs.is_set()


async def test_what_concerns_both_parents_stirs_both_and_nobody_else(hub: Hub) -> None:
    family, strangers = await make_family(), uuid4()
    with hub.screen(family.receiving.account) as one, hub.screen(family.paying.account) as other, hub.screen(strangers) as stranger:
        async with DB.transaction():
            await make_hearing(family.case)
            await record([Entry("hearing.set", case_id=family.case)])
        async with asyncio.timeout(5):
            await asyncio.gather(one.wait(), other.wait())
        assert not stranger.is_set()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE participant SET phone = '555-0199' WHERE person_id = 'PP'",
        "UPDATE participant SET family_violence = true WHERE person_id = 'PP'",
        "UPDATE ivd_case SET office_code = 'WEST'",
        "INSERT INTO key_event (event_id, case_id, code, happened_on, visible_to) SELECT 'E', id, 'served', now(), 'ncp' FROM ivd_case",
    ],
)
async def test_a_load_that_changed_nothing_that_one_parent_may_see_does_not_stir_that_parents_screen(hub: Hub, change: str) -> None:
    family = await make_family()
    with hub.screen(family.receiving.account) as one, hub.screen(family.worker.account) as team:
        async with DB.transaction(), connection() as held:
            await held.execute(change)
            await record([Entry("event.added", case_id=family.case)])
            await poke({family.case})
        async with asyncio.timeout(60):
            await team.wait()
        assert not one.is_set()


async def test_a_case_that_changes_hands_stirs_its_team_and_neither_parent(hub: Hub) -> None:
    family = await make_family()
    with hub.screen(family.receiving.account) as one, hub.screen(family.worker.account) as team:
        async with DB.transaction():
            await poke({family.case}, {family.case})
        async with asyncio.timeout(60):
            await team.wait()
        assert not one.is_set()
