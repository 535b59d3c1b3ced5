"""Whether the registry says what the table says: every field that leaves reaches exactly the readers of its class.

The registry is written by hand, since it also orders, numbers and narrows what travels; here it is held to the table.
"""

from collections.abc import Iterator
from typing import Final

from backend.policy.classes import Channel, Class, Reader, readers
from backend.policy.columns import COLUMNS, class_of
from backend.policy.operations import MUTATIONS
from sync.declare import Registry, Shown, Synced

BITS: Final = {1: (Reader.RECEIVING, Reader.PAYING), 2: (Reader.RECEIVING,), 4: (Reader.PAYING,), 8: (Reader.TEAM,)}
OWN: Final = ("id", "account_id")  # scopes that are one person's own account
MADE: Final = {("participant", "mine"): Class.OWN_HABIT}  # fields that no column is behind


def differences(registry: Registry) -> list[str]:
    """What the registry and the table say differently, a sentence each."""
    found = [
        f"{table}.{column} as {'a child' if child else 'anybody'}'s reaches {_names(shown)}; "
        f"the class {of} is for {_names(readers(of, Channel.OFFLINE))}"
        for table, column, child, of, shown in _fields(registry)
        if shown != readers(of, Channel.OFFLINE)
    ]
    found += [f"the change {m.name} has no operation" for m in registry.mutators if m.name not in MUTATIONS]
    return found


def reached(synced: Synced, shown: Shown) -> frozenset[Reader]:
    """Whom a projection reaches."""
    if synced.table in ("agency", "bookable_hours"):
        return frozenset({Reader.ANYBODY})
    if synced.scope in OWN and synced.table != "ivd_case":
        return frozenset({Reader.SELF})
    if shown.audience == "party_bit":
        return frozenset({Reader.SELF})
    if isinstance(shown.audience, str):
        return frozenset().union(*(readers(class_of(synced.table, column), Channel.OFFLINE) for column in shown.columns))
    return frozenset(reader for bit, found in BITS.items() if shown.audience & bit for reader in found)


def of_children(shown: Shown) -> tuple[bool, ...]:
    """Whether a projection speaks of children, of adults or of both."""
    if "t.role = 'CH'" in shown.where:
        return (True,)
    return (False,) if "t.role <> 'CH'" in shown.where or shown.audience == "party_bit" else (False, True)


def _fields(registry: Registry) -> Iterator[tuple[str, str, bool, Class, frozenset[Reader]]]:
    """Every column of every noun that travels, with its class and whom it reaches by all projections together."""
    for synced in registry.synced:
        made = [column for table, column in MADE if table == synced.table]
        for column in (*COLUMNS.get(synced.table, {}), *made):
            for child in (False, True) if synced.table == "participant" else (False,):
                of = MADE.get((synced.table, column)) or class_of(synced.table, column, child=child)
                if column in made and child:
                    continue
                shown = frozenset(
                    reader
                    for each in synced.shown
                    if column in each.columns and child in of_children(each)
                    for reader in reached(synced, each)
                )
                yield synced.table, column, child, of, shown


def _names(found: frozenset[Reader]) -> str:
    return ", ".join(sorted(found)) or "nobody"
