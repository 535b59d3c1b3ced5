"""What an application declares: the rows that may leave for a device, who may hold them, and what a device may send.

Triggers, the pull's SQL, the TypeScript types and the doctor are all made from these few values.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from sync.wire import Say

SCHEMAS_BACK = 2


@dataclass(frozen=True, slots=True)
class Shown:
    """One projection of a noun: these columns travel to these audiences under this number.

    `audience` is a constant mask, or the name of the row's own smallint column. `where` speaks of the row `t` alone.
    `recent` is (date column, days): older rows leave when the doctor passes, and never arrive.
    """

    kind: int
    audience: int | str
    columns: tuple[str, ...]
    where: str = "true"
    recent: tuple[str, int] | None = None

    def mask(self, row: str) -> str:
        """SQL of the audience mask of the row with this alias."""
        return f"{self.audience}::int2" if isinstance(self.audience, int) else f"{row}.{self.audience}"

    def holds(self, row: str) -> str:
        """SQL that is true when the row with this alias travels at all."""
        terms = [f"({self.where.replace('t.', row + '.')})", f"{self.mask(row)} <> 0"]
        if self.recent:
            column, days = self.recent
            terms.append(f"{row}.{column} > current_date - {days}")
        return " AND ".join(terms)


@dataclass(frozen=True, slots=True)
class Synced:
    """A noun that may leave: its table, the column that says the scope, its body's type, its projections.

    A body is built from its own row only; `sql` replaces a field's plain column where the wire form differs.
    """

    noun: str
    table: str
    body: type[msgspec.Struct]
    shown: tuple[Shown, ...]
    scope: str = "case_id"
    sql: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GrantSource:
    """A table whose changes can change grants; `principals` selects them from the changed rows, called `changed`.

    An update of a row counts only if it changes one of `columns`.
    """

    table: str
    principals: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grants:
    """Who may hold what: `truth` selects (principal, scope, mask), possibly several rows a pair, from the domain."""

    truth: str
    sources: tuple[GrantSource, ...]


class Refusal(Exception):
    """A mutation is not accepted. Devices have a sentence for each code; `say` is for what needs one of its own."""

    def __init__(self, code: str, say: Say | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.say = say


@dataclass(frozen=True, slots=True)
class Intent:
    """A mutation as its action sees it: who sent it, about which scope, with which arguments, claimed when."""

    principal: UUID
    device: UUID
    id: UUID
    scope: UUID | None
    args: Any
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Mutator:
    """One kind of change that a device may send. Its action runs in the transaction that stores the outcome."""

    name: str
    v: int
    args: type[msgspec.Struct]
    action: Callable[[Intent], Awaitable[None]]


@dataclass(frozen=True, eq=False)
class Registry:
    """Everything declared. `schema` is the number that clients know this shape of the bodies by.

    Devices up to SCHEMAS_BACK behind are still served. `urgency` is SQL over `g.scope`: what sorts first is loaded first on
    an empty device.
    """

    schema: int
    synced: tuple[Synced, ...]
    grants: Grants
    mutators: tuple[Mutator, ...]
    urgency: str = "NULL::timestamp"

    def serves(self, schema: int) -> int | None:
        """The shape that a device of this schema is answered in; none when it is too old. A newer one is served as ours."""
        return min(schema, self.schema) if schema >= max(1, self.schema - SCHEMAS_BACK) else None

    def mutator(self, name: str, v: int) -> Mutator | None:
        """The mutator of this name and version, if there is one."""
        return next((m for m in self.mutators if (m.name, m.v) == (name, v)), None)

    def shown(self) -> list[tuple[Synced, Shown]]:
        """Every projection with its noun."""
        return [(noun, shown) for noun in self.synced for shown in noun.shown]

    @cached_property
    def fingerprint(self) -> str:
        """Changes when any body, audience or condition does."""
        text = repr([(s.noun, s.table, s.scope, sorted(s.sql.items()), s.shown) for s in self.synced])
        return sha256(f"{self.schema}{text}{self.grants}".encode()).hexdigest()
