"""What somebody asked for and may not do is an act too: it goes on the record, with who and where, and nothing of what was asked."""

from litestar.types import Scope

from backend.access import Actor
from backend.errors import Refused
from backend.journal import Entry, record
from backend.policy import VERSION

DENIED = frozenset({"forbidden"})


async def note_denied(fault: Exception, scope: Scope) -> None:
    """Hook of the application: a refusal for want of rights to somebody who is signed in."""
    actor = scope.get("state", {}).get("actor")
    if isinstance(fault, Refused) and fault.code in DENIED and isinstance(actor, Actor):
        where = f"{scope.get('method')} {scope.get('path_template') or '-'}"
        detail = {"where": where, "role": actor.role.value, "policy": VERSION}
        await record([Entry("denied", actor.account_id, detail=detail)], quiet=True)
