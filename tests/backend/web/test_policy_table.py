"""The table of classes covers every column, every route and every change, and the registry does what it says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.db import connection
from backend.policy import agreement, page
from backend.policy.classes import TABLE, Channel, Class, Reader, readers
from backend.policy.columns import COLUMNS
from backend.policy.operations import MUTATIONS, OPERATIONS, ROUTES
from backend.registry import BOTH, EVERYONE, REGISTRY, STAFF
from sync.declare import Registry, Shown
from tests.backend.browsing import make_app

COLUMNS_THERE_ARE = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
ASKED_INSIDE = {"POST /v1/sync"}  # a device that was signed out hears here that it must forget; the role is asked for after that
VIEWS = {"sync_grant_truth", "coming_date", "guarded_person", "late_answer"}


@pytest.mark.usefixtures("db")
async def test_every_column_of_the_database_has_exactly_one_class() -> None:
    async with connection() as held:
        rows = await held.fetch(COLUMNS_THERE_ARE)
    there = {(row["table_name"], row["column_name"]) for row in rows if row["table_name"] not in VIEWS}
    named = {(table, column) for table, columns in COLUMNS.items() for column in columns}
    assert (there - named, named - there) == (set(), set())


def test_every_class_has_a_rule_and_is_somebodys() -> None:
    assert set(TABLE) == set(Class)
    used = {of for columns in COLUMNS.values() for of in columns.values()}
    assert set(Class) - used <= {Class.CHILD_NAME}


def test_what_leaves_reaches_exactly_whom_the_table_names() -> None:
    assert agreement.differences(REGISTRY) == []


def _but(kind: int, **given: Any) -> Registry:
    """The registry with one projection changed."""
    synced = tuple(
        replace(noun, shown=tuple(replace(shown, **given) if shown.kind == kind else shown for shown in noun.shown))
        for noun in REGISTRY.synced
    )
    return replace(REGISTRY, synced=synced)


def _shown(kind: int) -> Shown:
    return next(shown for _, shown in REGISTRY.shown() if shown.kind == kind)


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        (32, {"audience": EVERYONE}, "participant.phone"),
        (33, {"audience": BOTH | STAFF}, "participant.family_violence"),
        (110, {"audience": EVERYONE}, "message.body"),
        (80, {"audience": BOTH}, "disbursement.method"),
        (30, {"columns": ("role", "first_name", "last_name", "born_on")}, "participant.born_on"),
        (31, {"columns": ("role", "first_name", "last_name")}, "participant.last_name"),
        (70, {"columns": ("paid_on", "posted_on", "amount_cents", "reversed_by", "source")}, "payment.source"),
        (51, {"audience": BOTH}, "obligation.withholding"),
        (140, {"audience": EVERYONE}, "note.body"),
    ],
)
def test_a_registry_that_tells_more_than_the_table_allows_is_named(kind: int, given: dict[str, Any], field: str) -> None:
    assert any(said.startswith(field) for said in agreement.differences(_but(kind, **given))), agreement.differences(_but(kind, **given))


def test_a_field_that_the_table_allows_and_the_registry_forgot_is_named() -> None:
    told = agreement.differences(_but(90, columns=_shown(90).columns[1:]))
    assert [said.split(" ")[0] for said in told] == ["hearing.docket_number"]


def test_every_route_and_every_change_has_its_operation() -> None:
    routes = {
        f"{method} {route.path_format}": handler
        for route in make_app().routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
        if method != "OPTIONS"
    }
    assert set(routes) == set(ROUTES)
    for name, handler in routes.items():
        guards = [getattr(guard, "operation", None) for guard in handler.resolve_guards()]
        operation = ROUTES[name]
        open_door = operation.startswith("public: ") or name in ASKED_INSIDE
        assert guards == ([None] if open_door else [operation]), name
    assert {mutator.name for mutator in REGISTRY.mutators} == set(MUTATIONS)
    assert {of for of in ROUTES.values() if not of.startswith("public: ")} | set(MUTATIONS.values()) == OPERATIONS


def test_nothing_of_a_person_is_in_a_notification_or_a_file() -> None:
    assert {of for of in Class if readers(of, Channel.NOTICE) | readers(of, Channel.EXPORT)} == set()


def test_no_parent_reads_what_keeps_somebody_safe() -> None:
    for of in (Class.SAFETY, Class.CHILD_PLACE, Class.NOTE, Class.IDENTITY, Class.OFFICE_OF_CASE, Class.COLLEAGUE):
        assert not {Reader.SELF, Reader.RECEIVING, Reader.PAYING} & set(TABLE[of].reads), of


def test_the_page_that_people_read_is_the_table() -> None:
    assert page.PAGE.read_text() == page.text()  # else: ./porchlight policy --write
