"""What the registry says at a time, written down once: by it one can tell later what somebody was able to see then."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID, uuid5

import msgspec

from backend.permits.rules import label_of
from sync.declare import Registry

if TYPE_CHECKING:
    from backend.db import Connection

NAMES: Final = UUID("2f1d7a53-5b1e-4a3e-9a0e-3c8f0d1b7a11")
OF_NO_CASE: Final = frozenset({"agency", "account", "read_mark", "bookable_hours", "preference", "visit_pin", "notice"})
KEEP: Final = "INSERT INTO exposure_view (id, says) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING"


class Projection(msgspec.Struct, frozen=True, array_like=True):
    """One projection of a case's noun. `audience`: a mask, or the name of the row's own column that holds one."""

    noun: str
    label: str
    audience: int | str
    columns: tuple[str, ...]


class View(NamedTuple):
    """Everything that a registry lets out of a case, and the name of exactly this."""

    id: UUID
    says: str

    @property
    def projections(self) -> Sequence[Projection]:
        """As it was written down."""
        return read_view(self.says)


@lru_cache(maxsize=64)
def read_view(says: str) -> Sequence[Projection]:
    """The projections of a view, from JSON."""
    return msgspec.json.decode(says, type=list[Projection])


def view_of(registry: Registry) -> View:
    """What this registry says, in one spelling: the same registry has the same name for ever."""
    if registry.fingerprint not in _views:
        _views[registry.fingerprint] = _said(registry)
    return _views[registry.fingerprint]


_views: dict[str, View] = {}


def _said(registry: Registry) -> View:
    said = [
        Projection(synced.noun, label_of(synced, shown), shown.audience, tuple(sorted(shown.columns)))
        for synced, shown in registry.shown()
        if synced.noun not in OF_NO_CASE
    ]
    says = msgspec.json.encode(sorted(said, key=repr)).decode()
    return View(uuid5(NAMES, says), says)


async def keep_view(held: Connection, registry: Registry) -> UUID:
    """Writes down what the registry says now, if that was never written down; answers its name."""
    view = view_of(registry)
    await held.execute(KEEP, *view)
    return view.id


def visible(view: Sequence[Projection], mask: int, party_bit: int, labels: Collection[str] | None = None) -> dict[str, list[str]]:
    """Noun → columns that somebody with this mask could hold of the party with that bit, and of what the case has in common.

    `labels` are the only projections that a permit opened, none for all. Rows that name their audience themselves are taken to
    reach everybody, but for those of one party.
    """
    seen: dict[str, set[str]] = {}
    for each in view:
        if (labels is None or each.label in labels) and _reaches(each.audience, mask, party_bit):
            seen.setdefault(each.noun, set()).update(each.columns)
    return {noun: sorted(columns) for noun, columns in sorted(seen.items())}


def _reaches(audience: int | str, mask: int, party_bit: int) -> bool:
    if isinstance(audience, int):
        return bool(audience & mask)
    return audience != "party_bit" or bool(party_bit & mask)
