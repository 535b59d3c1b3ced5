"""What a device may send about messages."""

from backend.accounts.mutations import acting
from backend.messages.actions import read_messages, send_message
from backend.messages.wire import ReadMessages, SendMessage
from sync.declare import Intent, Mutator, Refusal


async def _send(intent: Intent) -> None:
    if intent.scope is None:
        raise Refusal("invalid")
    async with acting(intent) as actor:
        await send_message(actor, intent.scope, intent.args, intent.at)


async def _read(intent: Intent) -> None:
    if intent.scope != intent.principal:
        raise Refusal("invalid")
    async with acting(intent) as actor:
        await read_messages(actor, intent.args)


MUTATORS = (
    Mutator("message.send", 1, SendMessage, _send),
    Mutator("message.read", 1, ReadMessages, _read),
)
