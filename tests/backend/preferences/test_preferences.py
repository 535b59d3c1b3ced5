"""A choice is the person's own, on every phone of theirs, and the last one received counts."""

import pytest

from tests.sync.world import Phone, make_family, make_phone

pytestmark = pytest.mark.usefixtures("db")

PREFERENCE = 170


async def chosen(phone: Phone) -> dict[str, str]:
    await phone.pull()
    await phone.pull()
    return {body["name"]: body["value"] for body in phone.bodies(PREFERENCE)}


async def choose(phone: Phone, name: str, value: str) -> str:
    done = await phone.send("preference.set", phone.account, name=name, value=value)
    return done.outcome


async def test_the_last_choice_received_counts_on_every_phone_of_the_person() -> None:
    family = await make_family()
    second = await make_phone(family.receiving.account)
    for phone, value in ((family.receiving, "es"), (second, "en"), (family.receiving, "es")):
        assert await choose(phone, "language", value) == "ok"
    await choose(second, "text", "largest")
    assert await chosen(second) == {"language": "es", "text": "largest"}


async def test_nobody_else_learns_of_a_choice() -> None:
    family = await make_family()
    others = (family.paying, family.worker)
    for phone in others:
        await phone.pull()
    await choose(family.receiving, "text", "larger")
    for phone in others:
        assert (await phone.pull()).snapshot is None


async def test_what_is_no_choice_is_refused() -> None:
    family = await make_family()
    assert await choose(family.receiving, "language", "largest") == "refused"
    assert await choose(family.receiving, "text", "huge") == "refused"
    assert await chosen(family.receiving) == {}
