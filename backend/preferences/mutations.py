"""What a device may send about preferences."""

from backend.accounts.mutations import acting
from backend.preferences.actions import set_preference
from backend.preferences.wire import SetPreference
from sync.declare import Intent, Mutator, Refusal


async def _set(intent: Intent) -> None:
    if intent.scope != intent.principal:
        raise Refusal("invalid")
    async with acting(intent) as actor:
        await set_preference(actor, intent.args)


MUTATORS = (Mutator("preference.set", 1, SetPreference, _set),)
