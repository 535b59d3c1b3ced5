"""What a device may send about appointments."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from backend.access import Actor
from backend.accounts.mutations import acting
from backend.appointments.actions import (
    accept_appointment,
    ask_move,
    cancel_appointment,
    note_outcome,
    offer_appointment,
    request_appointment,
)
from backend.appointments.wire import (
    AcceptAppointment,
    AskMove,
    CancelAppointment,
    NoteOutcome,
    OfferAppointment,
    RequestAppointment,
)
from sync.declare import Intent, Mutator, Refusal


def _of_case(action: Callable[[Actor, UUID, Any], Awaitable[None]]) -> Callable[[Intent], Awaitable[None]]:
    async def run(intent: Intent) -> None:
        if intent.scope is None:
            raise Refusal("invalid")
        async with acting(intent) as actor:
            await action(actor, intent.scope, intent.args)

    return run


MUTATORS = (
    Mutator("appointment.request", 1, RequestAppointment, _of_case(request_appointment)),
    Mutator("appointment.offer", 1, OfferAppointment, _of_case(offer_appointment)),
    Mutator("appointment.accept", 1, AcceptAppointment, _of_case(accept_appointment)),
    Mutator("appointment.ask_move", 1, AskMove, _of_case(ask_move)),
    Mutator("appointment.cancel", 1, CancelAppointment, _of_case(cancel_appointment)),
    Mutator("appointment.outcome", 1, NoteOutcome, _of_case(note_outcome)),
)
