"""What a device may send about messages."""

from backend.accounts.actions import actor_of_account
from backend.errors import Refused
from backend.messages.actions import send_message
from backend.messages.wire import SendMessage
from sync.declare import Intent, Mutator, Refusal


async def _send(intent: Intent) -> None:
    if intent.scope is None:
        raise Refusal("invalid")
    actor = await actor_of_account(intent.principal)
    try:
        await send_message(actor, intent.scope, intent.args, intent.at)
    except Refused as refused:
        raise Refusal(refused.code) from refused


MUTATORS = (Mutator("message.send", 1, SendMessage, _send),)
