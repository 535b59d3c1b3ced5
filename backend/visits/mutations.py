"""What a device may send about visits."""

from backend.accounts.mutations import acting
from backend.visits.actions import pin_visit
from backend.visits.wire import PinVisit
from sync.declare import Intent, Mutator, Refusal


async def _pin(intent: Intent) -> None:
    if intent.scope != intent.principal:
        raise Refusal("invalid")
    async with acting(intent) as actor:
        await pin_visit(actor, intent.args)


MUTATORS = (Mutator("visit.pin", 1, PinVisit, _pin),)
