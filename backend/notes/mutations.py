"""What a device may send about notes."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.access import Actor
from backend.accounts.mutations import acting
from backend.notes.actions import add_note, edit_note
from backend.notes.wire import AddNote, EditNote
from sync.declare import Intent, Mutator, Refusal

Action = Callable[[Actor, UUID, Any, datetime | None], Awaitable[None]]


def _of_case(action: Action) -> Callable[[Intent], Awaitable[None]]:
    async def run(intent: Intent) -> None:
        if intent.scope is None:
            raise Refusal("invalid")
        async with acting(intent) as actor:
            await action(actor, intent.scope, intent.args, intent.at)

    return run


MUTATORS = (
    Mutator("note.add", 1, AddNote, _of_case(add_note)),
    Mutator("note.edit", 1, EditNote, _of_case(edit_note)),
)
