"""What a device may send about documents. A file never waits in this line: an offer says what will follow by itself."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from backend.access import Actor
from backend.accounts.mutations import acting
from backend.documents.actions import accept_document, offer_document, send_back_document, withdraw_document
from backend.documents.asking import ask_document, cancel_ask
from backend.documents.wire import AcceptDocument, AskDocument, CancelAsk, OfferDocument, SendBackDocument, WithdrawDocument
from sync.declare import Intent, Mutator, Refusal


async def _offer(intent: Intent) -> None:
    if intent.scope is None:
        raise Refusal("invalid")
    async with acting(intent) as actor:
        await offer_document(actor, intent.scope, intent.args, intent.at)


def _of_case(action: Callable[[Actor, UUID, Any], Awaitable[None]]) -> Callable[[Intent], Awaitable[None]]:
    async def run(intent: Intent) -> None:
        if intent.scope is None:
            raise Refusal("invalid")
        async with acting(intent) as actor:
            await action(actor, intent.scope, intent.args)

    return run


MUTATORS = (
    Mutator("document.offer", 1, OfferDocument, _offer),
    Mutator("document.withdraw", 1, WithdrawDocument, _of_case(withdraw_document)),
    Mutator("document.ask", 1, AskDocument, _of_case(ask_document)),
    Mutator("document.cancel_ask", 1, CancelAsk, _of_case(cancel_ask)),
    Mutator("document.accept", 1, AcceptDocument, _of_case(accept_document)),
    Mutator("document.send_back", 1, SendBackDocument, _of_case(send_back_document)),
)
