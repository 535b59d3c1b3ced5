"""A case with its two parents and its worker, and a phone that pulls: what most tests of sync begin with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend.db import DB, connection
from backend.registry import REGISTRY
from sync import epoch, inbox
from sync import pull as pulling
from sync.opening import opening
from sync.pull import Asked, Pulled
from sync.wire import Done, Mutation, Row
from tests.make import make_account, make_agency, make_assignment, make_case, make_device, make_participant


@dataclass
class Phone:
    """Holds what the protocol says a device holds; `pull` is one exchange without the network."""

    account: UUID
    device: UUID
    snapshot: str | None = None
    digest: str | None = None
    n: int = 1
    mask: dict[UUID, int] = field(default_factory=dict)
    rows: dict[tuple[UUID, int, int, UUID], tuple[int, Any]] = field(default_factory=dict)

    async def pull(self, want: list[UUID] | None = None) -> Pulled:
        async with connection() as held:
            return await self.pull_by(held, want or [])

    async def pull_by(self, held: Any, want: list[UUID]) -> Pulled:
        """The same on a connection of the test's."""
        found = await opening(held, self.account, self.device, self.snapshot)
        if found.is_quiet(self.digest) and not want:
            return Pulled(last_n=found.device["last_n"])
        seal = found.epoch or await epoch.current(held)
        pulled = await pulling.pull(held, REGISTRY, Asked(self.account, self.device, seal.id, self.snapshot, self.digest, want))
        self.apply(pulled)
        return pulled

    async def send(self, name: str, scope: UUID, /, **args: Any) -> Done:
        """One change that its person made, as the server takes it."""
        sent = Mutation(
            n=self.n, id=uuid4(), at=datetime.now(UTC), name=name, v=1, scope=scope, args=msgspec.Raw(msgspec.json.encode(args))
        )
        self.n += 1
        own = None if DB.current_transaction.get() else self.account  # a test's own transaction is on a line of ours
        async with DB.transaction(person=own), connection() as held:
            return await inbox.take(held, REGISTRY, self.device, sent)

    async def settle(self) -> None:
        """Pulls until nothing is missing."""
        for _ in range(50):
            missing = [scope for scope in self.mask if not any(key[0] == scope for key in self.rows)]
            pulled = await self.pull(missing)
            if pulled.snapshot is None or not (pulled.more or pulled.stale):
                return
        raise AssertionError("the phone never settles")

    def apply(self, pulled: Pulled) -> None:
        if pulled.manifest is not None:
            mask = dict(pulled.manifest.scopes)
            kept = {scope for scope, bits in mask.items() if self.mask.get(scope) == bits}
            self.rows = {key: row for key, row in self.rows.items() if key[0] in kept}
            self.mask, self.digest = mask, pulled.manifest.digest
        for load in pulled.load:
            self.rows = {key: row for key, row in self.rows.items() if key[0] != load.scope}
            for aud, kind, id, rev, body in msgspec.json.decode(load.rows, type=list[Row]):
                self.rows[load.scope, aud, kind, id] = rev, msgspec.json.decode(body)
        held = {key[0] for key in self.rows}
        for scope, aud, kind, id, rev, changed in pulled.rows:
            if scope not in held:
                continue  # its load is asked for, and brings them all
            if changed is None:
                self.rows.pop((scope, aud, kind, id), None)
            else:
                self.rows[scope, aud, kind, id] = rev, msgspec.json.decode(changed)
        self.snapshot = pulled.snapshot or self.snapshot

    def bodies(self, kind: int) -> list[Any]:
        """What it holds of one kind."""
        return [body for key, (_, body) in self.rows.items() if key[2] == kind]


@dataclass
class Family:
    """One case: who is in it, and their phones."""

    case: UUID
    receiving: Phone
    paying: Phone
    worker: Phone
    receiving_part: UUID
    paying_part: UUID


async def make_phone(account: UUID) -> Phone:
    return Phone(account, await make_device(account))


async def make_family() -> Family:
    await make_agency()
    case = await make_case()
    receiving, paying = await make_account(person_id="RP"), await make_account(person_id="PP")
    worker = await make_account("caseworker", worker_login="wendy")
    parts = [
        await make_participant(case, role, person_id=person, phone=phone)
        for role, person, phone in (("CP", "RP", "555-0111"), ("NCP", "PP", "555-0122"))
    ]
    await make_assignment(case, "wendy")
    return Family(case, await make_phone(receiving), await make_phone(paying), await make_phone(worker), *parts)
