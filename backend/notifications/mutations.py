"""What a device may send about notices."""

from backend.accounts.mutations import acting
from backend.notifications.actions import open_notices
from backend.notifications.wire import OpenNotices
from sync.declare import Intent, Mutator, Refusal


async def _open(intent: Intent) -> None:
    if intent.scope != intent.principal:
        raise Refusal("invalid")
    async with acting(intent) as actor:
        await open_notices(actor, intent.args)


MUTATORS = (Mutator("notice.open", 1, OpenNotices, _open),)
