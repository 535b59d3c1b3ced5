"""What can happen to messages."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.access import Actor, Role
from backend.cases.parties import NOT_OPEN
from backend.db import connection
from backend.errors import Refused
from backend.journal import Entry, poke, record
from backend.messages.rules import answer_due_on, new_receipt
from backend.messages.wire import ReadMessages, SendMessage
from backend.policy import require

# The party that may be spoken to ($3 for a parent's own, $4 for any of the case), and all else that a message depends on.
OPEN_TO = """
SELECT p.party_bit, (SELECT time_zone FROM agency LIMIT 1) AS zone, EXISTS (SELECT FROM message WHERE id = $5) AS known
FROM participant p WHERE p.id = $2 AND p.case_id = $1 AND p.to_on IS NULL AND p.role <> 'CH' AND ($4 OR p.person_id = $3::text)"""

SEND = """
INSERT INTO message (id, case_id, thread, party_bit, from_party, author_id, author_name, body, receipt, written_at, received_at,
    answer_due_on)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"""

# The team has spoken: every clock of this thread stops.
ANSWERED = "UPDATE message SET answered_at = $2 WHERE thread = $1 AND from_party AND answered_at IS NULL"

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
    from_party = actor.role == Role.PARENT
    async with connection() as held:
        open_to = await held.fetchrow(OPEN_TO, case_id, args.thread, actor.person_id if from_party else None, not from_party, args.id)
        if open_to is None:
            raise Refused("forbidden", NOT_OPEN)
        if open_to["known"]:
            raise Refused("conflict", "This message has already been received.")
        now = datetime.now(UTC)
        due_on = answer_due_on(now.astimezone(ZoneInfo(open_to["zone"] or "UTC")).date()) if from_party else None
        who = (open_to["party_bit"], from_party, actor.account_id, actor.display_name)
        await held.execute(SEND, args.id, case_id, args.thread, *who, args.body, new_receipt(), written_at, now, due_on)
        if not from_party:
            await held.execute(ANSWERED, args.thread, now)
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
