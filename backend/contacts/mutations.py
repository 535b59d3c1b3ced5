"""What a device may send about contact."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from backend.access import Actor
from backend.accounts.mutations import acting
from backend.contacts.actions import change_contact, take_up_contact
from backend.contacts.wire import ChangeContact, TakeUpContact
from sync.declare import Intent, Mutator, Refusal


def _of_case(action: Callable[[Actor, UUID, Any], Awaitable[None]]) -> Callable[[Intent], Awaitable[None]]:
    async def run(intent: Intent) -> None:
        if intent.scope is None:
            raise Refusal("invalid")
        async with acting(intent) as actor:
            await action(actor, intent.scope, intent.args)

    return run


MUTATORS = (
    Mutator("contact.change", 1, ChangeContact, _of_case(change_contact)),
    Mutator("contact.take_up", 1, TakeUpContact, _of_case(take_up_contact)),
)
