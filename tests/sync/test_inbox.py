"""What a phone wrote: taken in order, exactly once, with an outcome that stays."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.db import DB, connection
from sync import inbox
from sync.declare import Grants, Intent, Mutator, Refusal, Registry
from sync.wire import Done, Mutation
from tests.make import make_account, make_device

pytestmark = pytest.mark.usefixtures("db")


class Write(msgspec.Struct, forbid_unknown_fields=True):
    word: str


async def _write(intent: Intent) -> None:
    """Leaves a journal row, then refuses or breaks if told so: what it left must go with it."""
    async with connection() as held:
        await held.execute("INSERT INTO journal (verb, subject_id) VALUES ($1, $2)", intent.args.word, intent.id)
    if intent.args.word == "refuse":
        raise Refusal("forbidden")
    if intent.args.word == "break":
        raise ZeroDivisionError


REGISTRY = Registry(1, (), Grants("", ()), (Mutator("write", 1, Write, _write),))


def mutation(n: int, word: str = "hello", **given: Any) -> Mutation:
    usual: dict[str, Any] = {"id": uuid4(), "at": datetime.now(UTC), "name": "write", "v": 1, "scope": None}
    return Mutation(n=n, args=msgspec.Raw(msgspec.json.encode({"word": word})), **usual | given)


async def take(device: UUID, sent: Mutation) -> Done:
    async with DB.transaction(), connection() as held:
        return await inbox.take(held, REGISTRY, device, sent)


async def effects() -> int:
    async with connection() as held:
        return int(await held.fetchval("SELECT count(*) FROM journal"))


@pytest.fixture
async def device(db: object) -> UUID:
    return await make_device(await make_account())


async def test_a_mutation_sent_again_has_one_effect_and_the_same_answer(device: UUID) -> None:
    sent = mutation(1)
    first, second = await take(device, sent), await take(device, sent)
    assert first == second
    assert first.outcome == "ok"
    assert await effects() == 1


async def test_a_gap_is_named_and_nothing_beyond_it_is_taken(device: UUID) -> None:
    await take(device, mutation(1))
    with pytest.raises(inbox.Expect) as gap:
        await take(device, mutation(3))
    assert gap.value.n == 2
    assert await effects() == 1


async def test_a_refused_mutation_leaves_nothing_behind_and_the_next_one_has_its_turn(device: UUID) -> None:
    refused, after = await take(device, mutation(1, "refuse")), await take(device, mutation(2))
    assert (refused.outcome, refused.code) == ("refused", "forbidden")
    assert after.outcome == "ok"
    assert await effects() == 1


async def test_what_builds_upon_a_refused_mutation_is_refused_with_it_and_upon_a_done_one_is_not(device: UUID) -> None:
    refused, fine = mutation(1, "refuse"), mutation(2)
    for sent in (refused, fine):
        await take(device, sent)
    outcomes = [await take(device, mutation(n, after=after)) for n, after in ((3, refused.id), (4, uuid4()), (5, fine.id))]
    assert [(done.outcome, done.code) for done in outcomes] == [("refused", "depends")] * 2 + [("ok", None)]


async def test_a_name_that_nobody_knows_is_kept_for_a_person_and_never_silent(device: UUID) -> None:
    done = await take(device, mutation(1, name="telepathy"))
    assert (done.outcome, done.code) == ("parked", "unknown")
    async with connection() as held:
        assert "hello" in await held.fetchval("SELECT args::text FROM sync_mutation WHERE device = $1", device)


async def test_arguments_that_do_not_fit_are_refused(device: UUID) -> None:
    done = await take(device, _bent(1))
    assert (done.outcome, done.code) == ("refused", "invalid")


def _bent(n: int) -> Mutation:
    return Mutation(
        n=n, id=uuid4(), at=datetime.now(UTC), name="write", v=1, scope=None, args=msgspec.Raw(b'{"wrod": "x"}')
    )


async def test_a_mutation_that_breaks_us_rolls_back_and_is_parked_after_five_tries(device: UUID) -> None:
    sent = mutation(1, "break")
    for _ in range(inbox.CRASHES_MAX):
        with pytest.raises(ZeroDivisionError):
            await take(device, sent)
        async with connection() as held:
            await inbox.crashed(held, device)
    assert (await take(device, sent)).outcome == "parked"
    assert (await take(device, mutation(2))).outcome == "ok"
    assert await effects() == 1


async def test_a_used_number_with_other_content_reveals_a_copied_phone(device: UUID) -> None:
    await take(device, mutation(1))
    with pytest.raises(inbox.Forked):
        await take(device, mutation(1))


async def test_what_a_copied_phone_sends_again_under_its_new_name_has_no_second_effect(device: UUID) -> None:
    sent = mutation(1)
    await take(device, sent)
    renamed = await make_device(await make_account())
    assert (await take(renamed, msgspec.structs.replace(sent, n=1))).outcome == "ok"
    assert await effects() == 1


async def test_a_scope_that_the_sender_does_not_hold_is_refused(device: UUID) -> None:
    done = await take(device, mutation(1, scope=uuid4()))
    assert (done.outcome, done.code) == ("refused", "forbidden")
