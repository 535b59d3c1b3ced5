"""A person's own contact: compared field by field with what stands, and handed to the case team."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from backend.access import Actor
from backend.cases.parties import get_party
from backend.cases.tables import Participant
from backend.contacts.tables import ContactChange
from backend.contacts.wire import ChangeContact, TakeUpContact
from backend.db import connection
from backend.errors import Refused
from backend.journal import Entry, record
from backend.policy import require

STANDS: Final = "SELECT now FROM contact_change WHERE thread = $1 AND field = $2 AND state = 'sent' FOR UPDATE"
SEND: Final = """
INSERT INTO contact_change (id, case_id, thread, party_bit, field, was, now, state, sent_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'sent', $8)
ON CONFLICT (thread, field) WHERE state = 'sent' DO UPDATE SET now = excluded.now, sent_at = excluded.sent_at
RETURNING id"""
TAKE_UP: Final = """
UPDATE contact_change SET state = 'taken_up', taken_by = $3, taken_at = $4
WHERE id = $1 AND case_id = $2 AND state = 'sent' RETURNING id"""


async def change_contact(actor: Actor, case_id: UUID, args: ChangeContact) -> None:
    """A parent says what a field of their own contact is now. Refused: forbidden, contact_changed (with both values)."""
    require(actor, "contact.change")
    party = await get_party(actor, case_id, args.thread)
    stands = await _stands(args)
    if stands == args.now:
        return
    if stands != args.was:
        told = {"code": "contact_changed", "field": args.field, "stands": stands, "wanted": args.now}
        raise Refused("conflict", "This was changed in the meantime.", told)
    sent = (args.id, case_id, args.thread, party["party_bit"], args.field, args.was, args.now, datetime.now(UTC))
    async with connection() as held:
        change = await held.fetchval(SEND, *sent)
    await _record("contact.changed", actor, case_id, change)


async def take_up_contact(actor: Actor, case_id: UUID, args: TakeUpContact) -> None:
    """The case team has given it to the system of record. Refused: forbidden."""
    require(actor, "contact.take_up")
    async with connection() as held:
        taken = await held.fetchval(TAKE_UP, args.change, case_id, actor.display_name, datetime.now(UTC))
    if taken is not None:
        await _record("contact.taken_up", actor, case_id, args.change)
    elif not await ContactChange.exists().where(ContactChange.id == args.change, ContactChange.case_id == case_id):
        raise Refused("forbidden", "There is no such change.")


async def _stands(args: ChangeContact) -> str | None:
    """What the person last said and nobody has taken up yet; else what the state says."""
    async with connection() as held:
        said = await held.fetchrow(STANDS, args.thread, args.field)
    if said is not None:
        return None if said["now"] is None else str(said["now"])
    row = await Participant.select().where(Participant.id == args.thread).first()
    value = row[args.field] if row else None
    return str(value) if value else None


async def _record(verb: str, actor: Actor, case_id: UUID, change: UUID) -> None:
    await record([Entry(verb, actor.account_id, case_id, change)])
