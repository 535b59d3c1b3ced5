"""Defects planted into the engine, each a small change of its source, and the test that must notice it.

A test that still passes with its defect in place proves nothing; this is where that would show.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, NamedTuple

import asyncpg
import pytest

from sync import bodies, inbox, opening, pull
from tests.make import make_account, make_device
from tests.sync import test_inbox, test_pull

pytestmark = pytest.mark.usefixtures("db")


class Planted(NamedTuple):
    """What is wrong, where, and which test has to fail."""

    name: str
    module: ModuleType
    right: str
    wrong: str
    caught_by: Callable[..., Awaitable[None]]


MADE_OF = {pull: (opening,), bodies: (pull,)}  # whose statement is made of the other's

# A wrong answer, an error that did not come, or one that a phone would meet: never just a change that does not run.
NOTICED = (AssertionError, pytest.fail.Exception, asyncpg.UniqueViolationError, ZeroDivisionError)
NOT_SEEN = "r.x >= pg_snapshot_xmin(($2::text)::pg_snapshot)\n        AND NOT pg_visible_in_snapshot(r.x, ($2::text)::pg_snapshot)"

PLANTED = (
    Planted(
        "the cursor is the newest stamp",
        pull,
        NOT_SEEN,
        "r.x >= pg_snapshot_xmax(($2::text)::pg_snapshot)",
        test_pull.test_a_change_that_commits_after_a_later_one_is_not_lost,
    ),
    Planted(
        "a delta forgets whom a row is for",
        pull,
        "g.scope = r.scope AND (r.aud & g.mask) <> 0)",
        "g.scope = r.scope)",
        test_pull.test_when_the_other_parent_moves_house_nothing_at_all_arrives,
    ),
    Planted(
        "a load forgets whom a row is for",
        pull,
        "ON r.scope = w.scope AND (r.aud & w.mask) <> 0",
        "ON r.scope = w.scope",
        test_pull.test_the_two_parents_of_a_case_hold_the_shared_facts_and_only_their_own_contact,
    ),
    Planted(
        "a scope is given to whoever asks",
        pull,
        "FROM granted g\n    WHERE g.scope = ANY($5) OR",
        "FROM (SELECT DISTINCT scope, 15::int2 AS mask FROM sync_row) g\n    WHERE g.scope = ANY($5) OR",
        test_pull.test_a_phone_that_asks_for_a_scope_that_is_not_its_own_gets_nothing_of_it,
    ),
    Planted(
        "the manifest is not told again",
        pull,
        "if head.digest != asked.have or asked.snapshot is None:",
        "if asked.snapshot is None:",
        test_pull.test_a_worker_who_loses_a_case_is_told_by_its_absence_and_keeps_nothing_of_it,
    ),
    Planted(
        "what does not fit is dropped without a word",
        pull,
        "stale=head.stale",
        "stale=[]",
        test_pull.test_a_delta_that_does_not_fit_is_named_stale_and_nothing_of_it_is_half_applied,
    ),
    Planted(
        "tombstones are not sent",
        pull,
        "FROM answer WHERE gone",
        "FROM answer WHERE gone AND false",
        test_pull.test_a_deleted_row_leaves_the_phone,
    ),
    Planted(
        "a number that was taken is taken again",
        inbox,
        'if mutation.n <= held["last_n"]:',
        "if False:",
        test_inbox.test_a_mutation_sent_again_has_one_effect_and_the_same_answer,
    ),
    Planted(
        "a gap is stepped over",
        inbox,
        'if mutation.n > held["last_n"] + 1:',
        "if False:",
        test_inbox.test_a_gap_is_named_and_nothing_beyond_it_is_taken,
    ),
    Planted(
        "a copied phone is answered as if it were the first",
        inbox,
        'if row is None or row["id"] != mutation.id:',
        "if row is None:",
        test_inbox.test_a_used_number_with_other_content_reveals_a_copied_phone,
    ),
    Planted(
        "a refused effect stays",
        inbox,
        "async with connection.transaction():",
        "if True:",
        test_inbox.test_a_refused_mutation_leaves_nothing_behind_and_the_next_one_has_its_turn,
    ),
    Planted(
        "an unknown name is called done",
        inbox,
        '_outcome(mutation.n, "parked", Refusal("unknown"))',
        '_outcome(mutation.n, "ok", None)',
        test_inbox.test_a_name_that_nobody_knows_is_kept_for_a_person_and_never_silent,
    ),
    Planted(
        "a mutation that breaks us blocks for ever",
        inbox,
        'if held["crashes"] >= CRASHES_MAX:',
        "if False:",
        test_inbox.test_a_mutation_that_breaks_us_rolls_back_and_is_parked_after_five_tries,
    ),
    Planted(
        "what builds upon a refused change is done",
        inbox,
        "if mutation.after is not None and not await",
        "if False and not await",
        test_inbox.test_what_builds_upon_a_refused_mutation_is_refused_with_it_and_upon_a_done_one_is_not,
    ),
    Planted(
        "a scope is written to by whoever names it",
        inbox,
        'if not held["granted"]:',
        "if False:",
        test_inbox.test_a_scope_that_the_sender_does_not_hold_is_refused,
    ),
)


@contextmanager
def planted(module: ModuleType, right: str, wrong: str) -> Iterator[None]:
    """The module with this change in its source, for as long as the block lasts."""
    source = inspect.getsource(module)
    assert source.count(right) == 1, f"{right!r} stands {source.count(right)} times in {module.__name__}"
    sources = {module: source.replace(right, wrong)} | {other: inspect.getsource(other) for other in MADE_OF.get(module, ())}
    before = {changed: dict(vars(changed)) for changed in sources}
    try:
        for changed, text in sources.items():
            exec(compile(text, changed.__file__ or "", "exec"), vars(changed))  # noqa: S102
            for name in ("Asked", "Pulled", "Standby", "Forked", "Expect"):  # what tests hold must stay the same class
                if name in before[changed]:
                    vars(changed)[name] = before[changed][name]
        yield
    finally:
        for changed, names in before.items():
            vars(changed).clear()
            vars(changed).update(names)


@pytest.mark.parametrize("defect", PLANTED, ids=lambda defect: defect.name)
async def test_a_planted_defect_is_caught(defect: Planted, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    for name in inspect.signature(defect.caught_by).parameters:
        given[name] = monkeypatch if name == "monkeypatch" else await make_device(await make_account())
    with planted(defect.module, defect.right, defect.wrong), pytest.raises(NOTICED):
        await defect.caught_by(**given)
