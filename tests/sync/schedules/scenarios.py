"""What the transactions of an order do: two writes each and an end, on the rows of one family."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from tests.make import make_case
from tests.sync.world import Family, Phone, make_family

A, B, NEW, SECOND_PART = (UUID(int=number) for number in (0xA, 0xB, 0xC, 0xD))
HEARING, FIRST_ASSIGNMENT, SECOND_ASSIGNMENT = (UUID(int=number) for number in (0xE, 0x1A, 0x2A))

PAYMENT = """INSERT INTO payment (id, case_id, originator, trace, amount_cents, source, settled_on, paid_on, posted_on)
    VALUES ('{id}', '{case}', 'SDU', 'T{id}', 41200, 'self', current_date, current_date, current_date)"""
HEARD = f"""INSERT INTO hearing
    (id, case_id, hearing_id, docket_number, kind, starts_local, time_zone, minutes, court, status)
    VALUES ('{HEARING}', '{{case}}', 'H1', 'FM-26-0001', 'review', '2099-12-01 09:30', 'America/New_York', 30, 'Court', 'set')"""
PART = f"""INSERT INTO participant (id, case_id, role, person_id, party, from_on, first_name, last_name, language,
    safe_to_contact, family_violence)
    VALUES ('{SECOND_PART}', '{{case}}', 'NCP', 'RP', 3, '2024-01-02', 'Test', 'Person', 'en', true, false)"""
ASSIGNED = """INSERT INTO assignment (id, case_id, worker_login, from_on, part)
    VALUES ('{id}', '{case}', 'wendy', '2024-01-02', 'primary')"""


@dataclass(frozen=True)
class World:
    """One family, and a second case that its worker may be given."""

    family: Family
    other: UUID

    def again(self) -> str:
        """SQL that brings every row that the transactions touch back to where it was."""
        case = self.family.case
        return f"""
        DELETE FROM payment; DELETE FROM hearing; DELETE FROM assignment; DELETE FROM participant WHERE id = '{SECOND_PART}';
        UPDATE account SET active = true WHERE NOT active;
        UPDATE participant SET to_on = NULL, phone = '555-0111' WHERE id = '{self.family.receiving_part}';
        {PAYMENT.format(id=A, case=case)}; {PAYMENT.format(id=B, case=case)}; {HEARD.format(case=case)};
        {ASSIGNED.format(id=FIRST_ASSIGNMENT, case=case)}"""


@dataclass(frozen=True)
class Scenario:
    """Three transactions, and whose phones look on."""

    name: str
    transactions: Callable[[World], tuple[tuple[str, ...], ...]]
    watcher: Callable[[Family], Phone]


async def make_world() -> World:
    return World(await make_family(), await make_case())


def _paid(id: UUID, cents: int) -> str:
    return f"UPDATE payment SET amount_cents = {cents} WHERE id = '{id}'"


def _money(world: World) -> tuple[tuple[str, ...], ...]:
    """The first two write the same rows in opposite order, the second within a savepoint; the third takes its writes back."""
    return (
        (_paid(A, 1), _paid(B, 1), "COMMIT"),
        (_paid(B, 2), f"SAVEPOINT inner; {_paid(A, 2)}; RELEASE inner", "COMMIT"),
        (PAYMENT.format(id=NEW, case=world.family.case), f"DELETE FROM hearing WHERE id = '{HEARING}'", "ROLLBACK"),
    )


def _rows_come_and_go(world: World) -> tuple[tuple[str, ...], ...]:
    """A row is deleted and comes again, another arrives, and a third changes its audience's own."""
    case, part = world.family.case, world.family.receiving_part
    return (
        (f"DELETE FROM payment WHERE id = '{A}'", PAYMENT.format(id=A, case=case), "COMMIT"),
        (PAYMENT.format(id=NEW, case=case), f"UPDATE participant SET phone = '555-0144' WHERE id = '{part}'", "COMMIT"),
        (_paid(A, 3), f"DELETE FROM payment WHERE id = '{B}'", "COMMIT"),
    )


def _a_worker(world: World) -> tuple[tuple[str, ...], ...]:
    """A worker loses one case and is given another, while the account is closed and one of the cases changes."""
    return (
        ("UPDATE assignment SET to_on = current_date", _paid(A, 1), "COMMIT"),
        (_paid(B, 2), ASSIGNED.format(id=SECOND_ASSIGNMENT, case=world.other), "COMMIT"),
        (f"DELETE FROM hearing WHERE id = '{HEARING}'", "UPDATE account SET active = false WHERE worker_login = 'wendy'", "COMMIT"),
    )


def _two_parts(world: World) -> tuple[tuple[str, ...], ...]:
    """One part of a person in a case ends while another begins: together they make one grant's mask."""
    ended = f"UPDATE participant SET to_on = current_date WHERE id = '{world.family.receiving_part}'"
    return (
        (ended, _paid(A, 1), "COMMIT"),
        (PART.format(case=world.family.case), _paid(B, 2), "COMMIT"),
        (f"UPDATE hearing SET status = 'moved' WHERE id = '{HEARING}'", _paid(A, 3), "COMMIT"),
    )


SCENARIOS = (
    Scenario("money", _money, lambda family: family.receiving),
    Scenario("rows that come and go", _rows_come_and_go, lambda family: family.receiving),
    Scenario("a worker's cases", _a_worker, lambda family: family.worker),
    Scenario("two parts of one person", _two_parts, lambda family: family.receiving),
)
