"""A house of one noun, small enough to think about, that has everything the protocol has to deal with.

A thing has a word for its audience and a note for staff; two projections, so that a change of the note alone is hidden
from everybody else. What the real house declares in backend/registry.py, this one declares here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from sync.declare import Grants, GrantSource, Intent, Mutator, Refusal, Registry, Shown, Synced

BOTH, RECEIVING, PAYING, STAFF = 1, 2, 4, 8
AUDIENCES = (BOTH, RECEIVING, PAYING, STAFF, BOTH | STAFF)
MASKS = (BOTH | RECEIVING, BOTH | PAYING, BOTH | STAFF)
PLAIN, NOTED = 100, 101  # kinds that the app knows, so that traces can be replayed there

TABLES = """
CREATE TABLE thing (id uuid PRIMARY KEY, scope uuid NOT NULL, aud smallint NOT NULL, word text NOT NULL, note text NOT NULL);
CREATE TABLE part (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), principal uuid NOT NULL, scope uuid NOT NULL, mask smallint NOT NULL,
    UNIQUE (principal, scope));"""


class Thing(NamedTuple):
    """A row of the domain."""

    scope: UUID
    aud: int
    word: str
    note: str


class Body(msgspec.Struct):
    """What travels of it."""

    word: str
    note: str = ""


class Write(msgspec.Struct, forbid_unknown_fields=True):
    """Arguments of the one mutation: what to write, and how it is to end."""

    word: str


SYNCED = Synced(
    "thing", "thing", Body, (Shown(PLAIN, "aud", ("word",)), Shown(NOTED, STAFF, ("word", "note"), where="t.note <> ''")), scope="scope"
)
GRANTS = Grants(
    "SELECT principal, scope, mask FROM part",
    (GrantSource("part", "SELECT DISTINCT principal FROM changed", ("principal", "scope", "mask")),),
)


def shown(thing: Thing) -> list[tuple[int, int, dict[str, str]]]:
    """What leaves of a thing: (audience, kind, body). Written a second time, without the declaration."""
    rows: list[tuple[int, int, dict[str, str]]] = [(thing.aud, PLAIN, {"word": thing.word})] if thing.aud else []
    if thing.note:
        rows.append((STAFF, NOTED, {"word": thing.word, "note": thing.note}))
    return rows


class Broken(Exception):
    """A mistake of ours in a mutator."""


def registry(schema: int, current: Callable[[], Any]) -> Registry:
    """The declaration; `current` answers the connection of the transaction under way."""

    async def write(intent: Intent) -> None:
        connection = current()
        connection.begins(intent)
        await connection.write_thing(intent.id, Thing(intent.scope or intent.principal, BOTH, intent.args.word, ""))
        await connection.count_effect(intent)
        if intent.args.word == "refuse":
            raise Refusal("changed")
        if intent.args.word == "poison":
            raise Broken

    return Registry(schema, (SYNCED,), GRANTS, (Mutator("thing.write", 1, Write, write),))
