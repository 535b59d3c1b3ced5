"""One story for each thing that a device may send: what must be there before, who sends it, and with which arguments."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import asyncpg

from tests.backend.devices.phone import Phone
from tests.make import make_agency, make_assignment, make_case, make_hours, make_participant

Args = dict[str, Any]

AT = datetime.combine(datetime.now(ZoneInfo("America/New_York")) + timedelta(days=10), time(9, 0))
FIRST, SECOND, THIRD, FOURTH = (f"{AT + timedelta(minutes=minutes):%Y-%m-%dT%H:%M}" for minutes in (0, 30, 60, 90))


TOLD = """
INSERT INTO notice (account_id, event_key, kind, collapse_key, expires_at, state, told_at, told_on)
VALUES ($1, gen_random_uuid()::text, 'message', 'm', now() + interval '1 day', 'sent', now(), current_date) RETURNING id"""


@dataclass
class Stage:
    """A case with a parent and a worker, and a line to PostgreSQL that nobody cuts."""

    direct: asyncpg.Connection[asyncpg.Record]
    case: UUID
    thread: UUID
    ana: Phone
    wendy: Phone

    async def sends(self, phone: Phone, name: str, args: Args) -> None:
        """Something that was sent before, on a whole line."""
        answer = await phone.sync(self.said(phone, name, args))
        assert answer["done"][-1]["outcome"] == "ok", answer["done"]

    def said(self, phone: Phone, name: str, args: Args) -> Args:
        """The next mutation of a phone. Only what is about a case names one; the rest is the account's own."""
        scope = phone.account if name in ("visit.pin", "preference.set", "message.read", "notice.open") else self.case
        return phone.says(self.case, self.thread, "", name=name, scope=str(scope), args=args)

    async def empty(self, *tables: str) -> None:
        """Nothing of an earlier try is in the way."""
        for table in tables:
            await self.direct.execute(f"DELETE FROM {table}")


@dataclass(frozen=True)
class Story:
    """Who sends `name`; `before` prepares one try and answers its arguments."""

    name: str
    by_worker: bool
    before: Callable[[Stage], Awaitable[Args]]

    def sender(self, stage: Stage) -> Phone:
        return stage.wendy if self.by_worker else stage.ana


async def set_the_stage(direct: asyncpg.Connection[asyncpg.Record], ana: Phone, wendy: Phone) -> Stage:
    """`ana` is the person A."""
    agency = await make_agency()
    await make_hours(agency)
    case = await make_case()
    await make_assignment(case, "wendy")
    thread = await make_participant(case, "CP", person_id="A", phone="555-0111")
    for phone in (ana, wendy):
        await phone.sync()
    return Stage(direct, case, thread, ana, wendy)


async def _message(stage: Stage) -> Args:
    return {"id": str(uuid4()), "thread": str(stage.thread), "body": "I start on Monday."}


async def _read(stage: Stage) -> Args:
    return {"thread": str(stage.thread), "read_at": datetime.now(UTC).isoformat()}


async def _request(stage: Stage) -> Args:
    await stage.empty("appointment_slot", "appointment")
    return {"id": str(uuid4()), "thread": str(stage.thread), "starts_local": FIRST, "channel": "phone", "topic": "payments"}


async def _asked_for(stage: Stage) -> str:
    asked = await _request(stage)
    await stage.sends(stage.ana, "appointment.request", asked)
    return str(asked["id"])


async def _accept(stage: Stage) -> Args:
    return {"appointment": await _asked_for(stage), "starts_local": FIRST}


async def _move(stage: Stage) -> Args:
    return {"appointment": await _asked_for(stage), "seen_local": FIRST, "starts_local": SECOND}


async def _cancel(stage: Stage) -> Args:
    return {"appointment": await _asked_for(stage), "seen_local": FIRST}


async def _change(stage: Stage) -> Args:
    await stage.empty("contact_change")
    return {"id": str(uuid4()), "thread": str(stage.thread), "field": "phone", "was": "555-0111", "now": "555-0144"}


async def _take_up(stage: Stage) -> Args:
    change = await _change(stage)
    await stage.sends(stage.ana, "contact.change", change)
    return {"change": change["id"]}


async def _note(stage: Stage) -> Args:
    return {"id": str(uuid4()), "body": "Called, no answer."}


async def _edit(stage: Stage) -> Args:
    note = await _note(stage)
    await stage.sends(stage.wendy, "note.add", note)
    return {"id": str(uuid4()), "note": note["id"], "base": note["id"], "body": "Called, will ring back."}


async def _pin(stage: Stage) -> Args:
    await stage.empty("visit_pin")
    return {"case": str(stage.case), "pinned": True}


async def _prefer(stage: Stage) -> Args:
    await stage.empty("preference")
    return {"name": "language", "value": "es"}


async def _outcome(stage: Stage) -> Args:
    asked = await _asked_for(stage)
    await stage.direct.execute("UPDATE appointment SET state = 'confirmed', starts_local = starts_local - interval '30 days'")
    return {"appointment": asked, "seen_local": f"{AT - timedelta(days=30):%Y-%m-%dT%H:%M}", "outcome": "held"}


async def _offer(stage: Stage) -> Args:
    await stage.empty("document_file", "document")
    files = [{"sha256": "0" * 64, "bytes": 4, "media_type": "image/jpeg"}]
    return {"id": str(uuid4()), "thread": str(stage.thread), "kind": "pay", "files": files}


async def _offered(stage: Stage, state: str) -> str:
    offered = await _offer(stage)
    await stage.sends(stage.ana, "document.offer", offered)
    await stage.direct.execute("UPDATE document SET state = $1", state)
    return str(offered["id"])


async def _withdraw(stage: Stage) -> Args:
    return {"document": await _offered(stage, "offered")}


async def _accept_document(stage: Stage) -> Args:
    return {"document": await _offered(stage, "ready")}


async def _send_back(stage: Stage) -> Args:
    return {"document": await _offered(stage, "ready"), "reason": "unreadable"}


async def _ask_document(stage: Stage) -> Args:
    await stage.empty("document_file", "document", "document_request")
    return {"id": str(uuid4()), "thread": str(stage.thread), "kind": "pay", "by_on": f"{AT:%Y-%m-%d}", "why": "For the review."}


async def _cancel_ask(stage: Stage) -> Args:
    asked = await _ask_document(stage)
    await stage.sends(stage.wendy, "document.ask", asked)
    return {"request": asked["id"]}


async def _open_notice(stage: Stage) -> Args:
    """A notice that the parent was told."""
    return {"notices": [str(await stage.direct.fetchval(TOLD, stage.ana.account))]}


STORIES = (
    Story("message.send", False, _message),
    Story("message.read", True, _read),
    Story("appointment.request", False, _request),
    Story("appointment.offer", True, _request),
    Story("appointment.accept", True, _accept),
    Story("appointment.ask_move", False, _move),
    Story("appointment.cancel", True, _cancel),
    Story("contact.change", False, _change),
    Story("contact.take_up", True, _take_up),
    Story("note.add", True, _note),
    Story("note.edit", True, _edit),
    Story("visit.pin", True, _pin),
    Story("preference.set", False, _prefer),
    Story("appointment.outcome", True, _outcome),
    Story("document.offer", False, _offer),
    Story("document.withdraw", False, _withdraw),
    Story("document.accept", True, _accept_document),
    Story("document.send_back", True, _send_back),
    Story("document.ask", True, _ask_document),
    Story("document.cancel_ask", True, _cancel_ask),
    Story("notice.open", False, _open_notice),
)
