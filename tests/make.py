"""Makers of test data: make_account(), make_case() …, each with defaults for what a test does not care about.

All people are invented. Each maker writes one row on the current connection and answers its id.
"""

from __future__ import annotations

import itertools
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db import connection

_numbers = itertools.count(1)


async def insert(table: str, **columns: Any) -> UUID:
    """One row, as it is; answers its id."""
    names = ", ".join(columns)
    places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    async with connection() as held:
        made: UUID = await held.fetchval(
            f"INSERT INTO {table} ({names}) VALUES ({places}) RETURNING id",
            *columns.values(),
        )
    return made


async def make_agency(**given: Any) -> UUID:
    return await insert(
        "agency",
        **{"source": "test-sor", "name": "Test Agency", "phone": "555-0100", "time_zone": "America/New_York"} | given,
    )


async def make_account(role: str = "parent", **given: Any) -> UUID:
    """A parent has a `person_id`, a worker a `worker_login`, both made up when absent."""
    number = next(_numbers)
    own = {"person_id": f"P{number}"} if role == "parent" else {"worker_login": f"worker{number}"}
    return await insert("account", **{"role": role, "login": f"login{number}", "display_name": f"Person {number}"} | own | given)


async def make_case(**given: Any) -> UUID:
    usual = {"status": "open", "stage": "enforcement", "office_code": "EAST", "opened_on": date(2024, 1, 2)}
    return await insert("ivd_case", **{"case_number": f"C{next(_numbers)}"} | usual | given)


async def make_participant(case_id: UUID, role: str = "CP", **given: Any) -> UUID:
    """A party gets the next free number of its case; a child none."""
    async with connection() as held:
        party = await held.fetchval("SELECT coalesce(max(party), 0) + 1 FROM participant WHERE case_id = $1", case_id)
    usual = {
        "person_id": f"P{next(_numbers)}",
        "party": None if role == "CH" else party,
        "from_on": date(2024, 1, 2),
        "first_name": "Test",
        "last_name": "Person",
        "language": "en",
        "safe_to_contact": True,
        "family_violence": False,
    }
    return await insert("participant", case_id=case_id, role=role, **usual | given)


async def make_assignment(case_id: UUID, worker_login: str, **given: Any) -> UUID:
    return await insert(
        "assignment",
        **{"case_id": case_id, "worker_login": worker_login, "from_on": date(2024, 1, 2), "part": "primary"} | given,
    )


async def make_payment(case_id: UUID, **given: Any) -> UUID:
    usual = {"originator": "SDU", "settled_on": date.today(), "paid_on": date.today(), "posted_on": date.today()}
    return await insert(
        "payment",
        **{"case_id": case_id, "trace": f"T{next(_numbers)}", "amount_cents": 41200, "source": "self"} | usual | given,
    )


async def make_disbursement(case_id: UUID, **given: Any) -> UUID:
    usual = {"amount_cents": 41200, "method": "card", "status": "available", "status_on": date.today()}
    return await insert("disbursement", **{"case_id": case_id, "disbursement_id": f"D{next(_numbers)}"} | usual | given)


async def make_hearing(case_id: UUID, **given: Any) -> UUID:
    usual = {
        "hearing_id": f"H{next(_numbers)}",
        "docket_number": "FM-26-0001",
        "kind": "review",
        "starts_local": datetime(2099, 12, 1, 9, 30),
        "time_zone": "America/New_York",
        "minutes": 30,
        "court": "Family Court",
        "status": "set",
    }
    return await insert("hearing", case_id=case_id, **usual | given)


async def make_event(case_id: UUID, **given: Any) -> UUID:
    usual = {"code": "order_entered", "happened_on": date(2025, 6, 1), "visible_to": "both"}
    return await insert("key_event", **{"case_id": case_id, "event_id": f"E{next(_numbers)}"} | usual | given)


async def make_device(account: UUID) -> UUID:
    return await insert("sync_device", id=uuid4(), principal=account)


async def make_hours(agency_id: UUID, **given: Any) -> None:
    """The agency sees people on every day of the week, so that a test may run on any."""
    usual = {"from_local": "09:00", "to_local": "12:00", "minutes": 30, "channel": "phone"}
    for weekday in range(1, 8):
        await insert("bookable_hours", **{"agency_id": agency_id, "weekday": weekday} | usual | given)
