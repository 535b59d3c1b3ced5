"""What can happen to messages."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.access import Actor, Role
from backend.cases.tables import Agency, Participant
from backend.errors import Refused
from backend.journal import Entry, record
from backend.messages.rules import answer_due_on, new_receipt
from backend.messages.tables import Message
from backend.messages.wire import SendMessage
from backend.policy import require

NO_SUCH_THREAD = "This conversation is not open to you any more. Call your child support office if you need help."


async def send_message(actor: Actor, case_id: UUID, args: SendMessage, written_at: datetime | None) -> None:
    """A party writes to its case team, or the team to a party. Refused: forbidden, conflict (the id was used)."""
    require(actor, "message.send")
    thread = await _thread(actor, case_id, args.thread)
    from_party = actor.role == Role.PARENT
    if await Message.exists().where(Message.id == args.id):
        raise Refused("conflict", "This message has already been received.")
    now = datetime.now(UTC)
    await Message.insert(
        Message(
            id=args.id,
            case_id=case_id,
            thread=args.thread,
            party_bit=thread["party_bit"],
            from_party=from_party,
            author_id=actor.account_id,
            author_name=actor.display_name,
            body=args.body,
            receipt=new_receipt(),
            written_at=written_at,
            received_at=now,
            answer_due_on=answer_due_on(now.astimezone(await _zone()).date()) if from_party else None,
        )
    )
    if not from_party:
        await _answered(args.thread, now)
    detail = {"thread": str(args.thread), "from_party": from_party}
    await record([Entry("message.sent", actor.account_id, case_id, args.id, detail=detail)])


async def _thread(actor: Actor, case_id: UUID, thread: UUID) -> dict[str, Any]:
    """The participant whose thread it is; for a parent only the person's own, current one."""
    found = (
        await Participant.select(Participant.party_bit, Participant.person_id)
        .where(Participant.id == thread, Participant.case_id == case_id, Participant.to_on.is_null())
        .where(Participant.role != "CH")
        .first()
    )
    if found is None or (actor.role == Role.PARENT and found["person_id"] != actor.person_id):
        raise Refused("forbidden", NO_SUCH_THREAD)
    return found


async def _answered(thread: UUID, now: datetime) -> None:
    """The team has spoken: every clock of this thread stops."""
    await Message.update({Message.answered_at: now}).where(
        Message.thread == thread, Message.from_party.eq(True), Message.answered_at.is_null()
    )


async def _zone() -> ZoneInfo:
    agency = await Agency.select(Agency.time_zone).first()
    return ZoneInfo(agency["time_zone"] if agency else "UTC")
