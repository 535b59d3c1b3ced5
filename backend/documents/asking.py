"""What the case team asks one party for: a paper, by a day, for a reason in plain words. The other party learns nothing of it."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.access import Actor
from backend.cases.parties import get_party
from backend.cases.tables import Agency
from backend.db import connection
from backend.documents import rules
from backend.documents.tables import DocumentRequest
from backend.documents.wire import AskDocument, CancelAsk
from backend.errors import Refused
from backend.journal import Entry, record
from backend.policy import require

FIND: Final = "SELECT id, thread, state FROM document_request WHERE id = $1 AND case_id = $2 FOR UPDATE"
CANCEL: Final = "UPDATE document_request SET state = 'cancelled' WHERE id = $1"

NOT_THERE: Final = "There is no such request."
DAY_OVER: Final = "This day cannot be asked for any more."


async def ask_document(actor: Actor, case_id: UUID, args: AskDocument) -> None:
    """The team asks one party for a paper. Refused: forbidden, conflict, invalid when the day is over by now."""
    require(actor, "document.ask")
    party = await get_party(actor, case_id, args.thread)
    if await DocumentRequest.exists().where(DocumentRequest.id == args.id):
        raise Refused("conflict", "This request has already been received.")
    zone = await _zone()
    if not rules.askable(args.by_on, datetime.now(zone).date()):
        raise Refused("invalid", DAY_OVER, {"code": "document_day"})
    row: dict[str, Any] = {"id": args.id, "case_id": case_id, "thread": args.thread, "party_bit": party["party_bit"]}
    row |= {"kind": args.kind, "why": args.why, "by_on": args.by_on, "asked_by": actor.display_name}
    await DocumentRequest.insert(DocumentRequest(**row, asked_at=datetime.now(UTC)))
    over = datetime.combine(args.by_on + timedelta(days=1), time(), zone)
    await _tell("asked", row, actor, until=over.isoformat())


async def cancel_ask(actor: Actor, case_id: UUID, args: CancelAsk) -> None:
    """The team does not need it any more; what was sent for it stays. Refused: forbidden."""
    require(actor, "document.ask")
    async with connection() as held:
        row = await held.fetchrow(FIND, args.request, case_id)
    if row is None:
        raise Refused("forbidden", NOT_THERE)
    await get_party(actor, case_id, row["thread"])
    if row["state"] == "cancelled":
        return
    async with connection() as held:
        await held.execute(CANCEL, row["id"])
    await _tell("ask_cancelled", {**row, "case_id": case_id}, actor)


async def _tell(verb: str, row: Mapping[str, Any], actor: Actor, **more: str) -> None:
    """To that party alone: an entry that named no party would be told to nobody."""
    detail = {"thread": str(row["thread"]), "from_party": False, **more}
    await record([Entry(f"document.{verb}", actor.account_id, row["case_id"], row["id"], detail=detail)])


async def _zone() -> ZoneInfo:
    agency = await Agency.select(Agency.time_zone).first()
    return ZoneInfo(agency["time_zone"] if agency else "UTC")
