"""A pin is the worker's own: the last word counts, and nobody else learns of it."""

from uuid import uuid4

import pytest

from tests.make import make_account, make_assignment
from tests.sync.world import Phone, make_family, make_phone

pytestmark = pytest.mark.usefixtures("db")

PIN = 150


async def pinned(phone: Phone) -> list[str]:
    await phone.pull()
    await phone.pull()
    return [body["case_id"] for body in phone.bodies(PIN)]


async def test_a_case_is_pinned_once_and_let_go_again() -> None:
    family = await make_family()
    for value, expected in ((True, [str(family.case)]), (True, [str(family.case)]), (False, []), (False, [])):
        done = await family.worker.send("visit.pin", family.worker.account, case=family.case, pinned=value)
        assert done.outcome == "ok"
        assert await pinned(family.worker) == expected


async def test_nobody_else_learns_of_a_pin() -> None:
    family = await make_family()
    await make_assignment(family.case, "omar", part="cover")
    omar = await make_phone(await make_account("caseworker", worker_login="omar"))
    for phone in (family.receiving, family.paying, omar):
        await phone.pull()
    await family.worker.send("visit.pin", family.worker.account, case=family.case, pinned=True)
    for phone in (family.receiving, family.paying, omar):
        assert (await phone.pull()).snapshot is None


async def test_a_case_that_is_not_theirs_is_not_kept_and_looks_no_different() -> None:
    family = await make_family()
    done = await family.worker.send("visit.pin", family.worker.account, case=uuid4(), pinned=True)
    assert done.outcome == "ok"
    assert await pinned(family.worker) == []


async def test_a_parent_has_no_pins() -> None:
    family = await make_family()
    done = await family.receiving.send("visit.pin", family.receiving.account, case=family.case, pinned=True)
    assert (done.outcome, done.code) == ("refused", "forbidden")
