"""What can happen to notes. A text is never lost: where two change one note, both stand beside each other."""

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from backend.access import Actor
from backend.db import connection
from backend.errors import Refused
from backend.journal import Entry, record
from backend.notes.tables import Note
from backend.notes.wire import AddNote, EditNote
from backend.policy import require

# The note as it was seen, or what this person wrote beside it before.
EDIT: Final = """
UPDATE note SET body = $4, version = $5, edited_by = $6, edited_at = $7
WHERE id = (SELECT id FROM note WHERE case_id = $1 AND (id = $2 OR beside = $2) AND version = $3 FOR UPDATE)
RETURNING id"""


async def add_note(actor: Actor, case_id: UUID, args: AddNote, written_at: datetime | None) -> None:
    """The case team writes something down. Refused: forbidden, conflict (the id was used)."""
    require(actor, "note.write")
    if await Note.exists().where(Note.id == args.id):
        raise Refused("conflict", "This note has already been received.")
    await _insert(actor, args, case_id, None, written_at)
    await _record("note.added", actor, case_id, args.id)


async def edit_note(actor: Actor, case_id: UUID, args: EditNote, written_at: datetime | None) -> None:
    """The text is replaced if it is still the one that was changed; else the new one stands beside it.

    Refused: forbidden, conflict (the id was used).
    """
    require(actor, "note.write")
    if not await Note.exists().where(Note.id == args.note, Note.case_id == case_id):
        raise Refused("forbidden", "There is no such note.")
    now = datetime.now(UTC)
    async with connection() as held:
        found = await held.fetchval(EDIT, case_id, args.note, args.base, args.body, args.id, actor.display_name, now)
    if found is None:
        if await Note.exists().where(Note.id == args.id):
            raise Refused("conflict", "This text has already been received.")
        await _insert(actor, args, case_id, args.note, written_at)
    await _record("note.edited", actor, case_id, found or args.id)


async def _insert(actor: Actor, args: AddNote | EditNote, case_id: UUID, beside: UUID | None, written_at: datetime | None) -> None:
    await Note.insert(
        Note(
            id=args.id,
            case_id=case_id,
            beside=beside,
            version=args.id,
            author_id=actor.account_id,
            author_name=actor.display_name,
            body=args.body,
            written_at=written_at,
            received_at=datetime.now(UTC),
        )
    )


async def _record(verb: str, actor: Actor, case_id: UUID, note: UUID) -> None:
    """For the case team alone: no parent may learn even that there is a note."""
    await record([Entry(verb, actor.account_id, case_id, note)])
