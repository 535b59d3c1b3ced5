"""What can happen to messages."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.access import Actor, Role
from backend.cases.parties import get_party
from backend.cases.tables import Agency
from backend.db import connection
from backend.errors import Refused
from backend.journal import Entry, poke, record
from backend.messages.rules import answer_due_on, new_receipt
from backend.messages.tables import Message
from backend.messages.wire import ReadMessages, SendMessage
from backend.policy import require

MARK = """
INSERT INTO read_mark AS m (account_id, thread, read_at)
SELECT $1, p.id, least($3::timestamptz, now()) FROM participant p WHERE p.id = $2 AND p.role <> 'CH'
    AND EXISTS (SELECT 1 FROM sync_grant g WHERE g.principal = $1 AND g.scope = p.case_id)
    AND ($4::text IS NULL OR p.person_id = $4)
ON CONFLICT (account_id, thread) DO UPDATE SET read_at = excluded.read_at WHERE m.read_at < excluded.read_at
RETURNING id"""


async def send_message(actor: Actor, case_id: UUID, args: SendMessage, written_at: datetime | None) -> None:
    """A party writes to its case team, or the team to a party. Refused: forbidden, conflict (the id was used)."""
    require(actor, "message.send")
    thread = await get_party(actor, case_id, args.thread)
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


async def read_messages(actor: Actor, args: ReadMessages) -> None:
    """The actor has read a conversation up to then; it never goes back. Of one that is not open to them, nothing is kept."""
    require(actor, "message.read")
    person = (actor.person_id or "") if actor.role == Role.PARENT else None
    async with connection() as held:
        mark = await held.fetchval(MARK, actor.account_id, args.thread, args.read_at, person)
    if mark is not None:  # without the case: who else holds it must not even be poked
        await record([Entry("message.read", actor.account_id, subject_id=mark)])
        await poke({actor.account_id})


async def _answered(thread: UUID, now: datetime) -> None:
    """The team has spoken: every clock of this thread stops."""
    await Message.update({Message.answered_at: now}).where(
        Message.thread == thread, Message.from_party.eq(True), Message.answered_at.is_null()
    )


async def _zone() -> ZoneInfo:
    agency = await Agency.select(Agency.time_zone).first()
    return ZoneInfo(agency["time_zone"] if agency else "UTC")
