"""Who is asking, and whether they may: the guards, asked without a server."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from backend import access
from backend.access import EVERYTHING, Actor, Role, actor_of, found_actor
from backend.errors import Refused
from backend.policy import ALLOWED, STEP_UP, agreement, allowed, may, page, require, require_proof
from backend.policy.classes import Channel, Class, Reader, Rule, _to, readers
from backend.policy.columns import CHILD, _of, class_of
from backend.policy.operations import ROUTES
from backend.registry import REGISTRY
from sync.declare import Registry, Shown

SOMEBODY = UUID(int=1)


class Connection:
    """What a guard reads of a connection."""

    def __init__(self, actor: object = None, **scope: Any) -> None:
        self.scope = scope or {"state": {"actor": actor}}


def actor(role: Role = Role.PARENT, proved: str | None = None) -> Actor:
    return Actor(SOMEBODY, role, proved=proved)


async def outcome(guard: Any, connection: Connection) -> tuple[str, str] | None:
    """Why a guard refuses, or nothing."""
    try:
        await guard(connection, None)
    except Refused as refused:
        return refused.code, refused.message
    return None


NOBODY = ("unauthorized", "Please sign in.")
CLOSED = ("forbidden", "Your account cannot open this.")


def test_only_an_actor_that_the_session_left_is_somebody() -> None:
    assert found_actor(Connection(actor())) == actor()  # type: ignore[arg-type]
    for stranger in (Connection(), Connection("ana"), Connection(state={}), Connection(path="/"), Connection(state={"ACTOR": actor()})):
        assert found_actor(stranger) is None  # type: ignore[arg-type]
        with pytest.raises(Refused) as refused:
            actor_of(stranger)  # type: ignore[arg-type]
        assert (refused.value.code, refused.value.message) == NOBODY


async def test_the_dependency_is_the_same_actor() -> None:
    assert await access.actor(Connection(actor())) == actor()  # type: ignore[arg-type]


@pytest.mark.parametrize("role", Role)
async def test_each_guard_lets_in_whom_it_names(role: Role) -> None:
    someone = Connection(actor(role))
    assert await outcome(access.public, Connection()) is None
    assert await outcome(access.signed_in, someone) is None
    assert await outcome(access.staff, someone) == (None if role in access.STAFF else CLOSED)
    assert await outcome(access.admin, someone) == (None if role is Role.ADMIN else CLOSED)


@pytest.mark.parametrize("guard", [access.signed_in, access.staff, access.admin, allowed("sync")])
async def test_nobody_is_asked_to_sign_in(guard: Any) -> None:
    assert await outcome(guard, Connection()) == NOBODY


async def test_a_route_asks_for_the_role_and_where_it_counts_for_a_fresh_proof() -> None:
    refused = ("forbidden", "Your account cannot do this.")
    for role, operation in product(Role, ALLOWED):
        guard, fits = allowed(operation), role in ALLOWED[operation]
        asks = ("forbidden", "Please show once more that it is you.") if operation in STEP_UP else None
        assert guard.operation == operation  # type: ignore[attr-defined]
        assert may(role, operation) == fits
        for proved in (None, "another"):
            assert await outcome(guard, Connection(actor(role, proved))) == (asks if fits else refused), (role, operation)
        for proved in (EVERYTHING, operation):
            assert await outcome(guard, Connection(actor(role, proved))) == (None if fits else refused), (role, operation)


def test_a_proof_that_is_missing_says_for_what_it_is_asked() -> None:
    for operation in STEP_UP:
        with pytest.raises(Refused) as refused:
            require_proof(actor(), operation)
        assert refused.value.detail == {"code": "step_up", "operation": operation}
    require_proof(actor(), "sync")


def test_what_no_row_names_is_nobodys() -> None:
    assert not any(may(role, "case.delete") for role in Role)
    with pytest.raises(Refused):
        require(actor(), "case.delete")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"^case\.delete$"):
        allowed("case.delete")  # type: ignore[arg-type]


def test_the_team_s_fields_are_on_a_permit_s_screen_and_a_helper_sees_only_what_is_helped() -> None:
    ways = {"devices": frozenset({Channel.OFFLINE}), "screen": frozenset({Channel.ONLINE})}
    assert _to(Reader.SELF) == {Reader.SELF: ways["devices"]}
    assert _to(Reader.TEAM) == {Reader.TEAM: ways["devices"], Reader.PERMIT: ways["screen"]}
    assert _to(Reader.TEAM, by=ways["screen"]) == {Reader.TEAM: ways["screen"]}
    assert _to(Reader.SELF, helped=True) == {Reader.SELF: ways["devices"], Reader.NAVIGATOR: ways["screen"]}
    assert readers(Class.SAFETY, Channel.OFFLINE) == {Reader.TEAM}
    assert readers(Class.SAFETY, Channel.ONLINE) == {Reader.PERMIT}


def test_a_child_s_columns_have_other_classes_and_only_a_participant_s() -> None:
    for column, of in CHILD.items():
        assert class_of("participant", column, child=True) is of
    assert class_of("participant", "first_name") is class_of("participant", "first_name", child=False) is Class.NAME
    assert class_of("participant", "role", child=True) is class_of("participant", "role")
    assert class_of("person", "first_name", child=True) is class_of("person", "first_name")
    with pytest.raises(KeyError):
        class_of("participant", "shoe_size")


def test_columns_are_listed_by_their_class() -> None:
    assert _of(contact="phone email", safety="safe") == {"phone": Class.CONTACT, "email": Class.CONTACT, "safe": Class.SAFETY}
    with pytest.raises(ValueError, match="rumour"):
        _of(rumour="x")


def _with(kind: int, **given: Any) -> Registry:
    """The registry with one projection changed."""
    nouns = (
        replace(noun, shown=tuple(replace(shown, **given) if shown.kind == kind else shown for shown in noun.shown))
        for noun in REGISTRY.synced
    )
    return replace(REGISTRY, synced=tuple(nouns))


def test_what_the_registry_says_differently_is_told_in_a_sentence_each() -> None:
    adults = agreement.differences(_with(32, audience=15))
    assert adults[0] == "participant.phone as anybody's reaches paying, receiving, team; the class contact is for self, team"
    assert adults[1] == "participant.phone as a child's reaches paying, receiving, team; the class child_place is for team"
    nobodys = agreement.differences(_with(140, columns=()))
    assert nobodys[0] == "note.beside as anybody's reaches nobody; the class note is for team"
    nowhere = replace(REGISTRY.synced[0], table="nowhere")
    assert agreement.differences(replace(REGISTRY, synced=(nowhere,))) == []
    unknown = replace(REGISTRY.mutators[0], name="case.delete")
    assert agreement.differences(replace(REGISTRY, mutators=(unknown,))) == ["the change case.delete has no operation"]


def test_a_projection_speaks_of_children_of_adults_or_of_both() -> None:
    said = {where: agreement.of_children(Shown(1, 8, (), where)) for where in ("t.role = 'CH'", "t.role <> 'CH'", "true")}
    assert said == {"t.role = 'CH'": (True,), "t.role <> 'CH'": (False,), "true": (False, True)}
    assert agreement.of_children(Shown(1, "party_bit", ())) == (False,)


def test_the_page_names_whom_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    some = {Class.NOTE: Rule("notes", _to(*(reader for reader in Reader if reader not in (Reader.UNIT, Reader.ADMIN))))}
    monkeypatch.setattr(page, "TABLE", some)
    assert "To unit and admin nothing is told yet.\n" in page.text()
    monkeypatch.setattr(page, "TABLE", {Class.NOTE: Rule("notes", _to(*Reader))})
    assert "is told yet" not in page.text()
    assert "## What is told to whom\n\n\n| class" in page.text()


def test_the_page_is_printed_or_written_where_it_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "page.md")
    assert page.main(Namespace(write=False)) == 0
    assert capsys.readouterr().out == page.text() + "\n"
    assert not page.PAGE.exists()
    assert page.main(Namespace(write=True)) == 0
    assert page.PAGE.read_text() == page.text()


def test_a_public_route_says_why() -> None:
    assert all(of.removeprefix("public: ") for of in ROUTES.values())
