"""Who may do what: one table of operations and roles. What does not stand in it is refused.

Which columns a role may see is declared in the registry, by audience; which case, by the grants. This table answers
the question that comes before both: is this a thing that such an account does at all?
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final, Literal, get_args

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from backend.access import Actor, Role, actor_of
from backend.errors import Refused

Operation = Literal[
    "session.end",  # sign out
    "account.read",  # one's own account, and the agency's name
    "device.register",
    "sync",  # what a device may hold, and what it sends
    "poke",  # the hint that there is something to fetch
    "push.subscribe",
    "push.test",  # a notification to one's own devices
    "notice.open",  # one's own
    "reach.manage",  # one's own number and address
    "message.send",
    "devices.read",  # which devices there are, and how they fare
    "device.revoke",
    "message.read",  # one's own mark of how far one has read
    "appointment.request",
    "appointment.answer",  # accept, ask for another time, call off
    "note.write",  # for the case team alone
    "visit.pin",
    "contact.change",  # one's own
    "contact.take_up",
    "preference.set",  # one's own
    "batch.read",  # how a load of the system of record went
]

EVERYBODY: Final = frozenset(Role)
CASE_STAFF: Final = frozenset({Role.CASEWORKER, Role.SUPERVISOR})
CASE_PEOPLE: Final = frozenset({Role.PARENT, Role.CASEWORKER, Role.SUPERVISOR})
OPERATORS: Final = frozenset({Role.ADMIN, Role.SUPERVISOR})

ALLOWED: Final[dict[Operation, frozenset[Role]]] = {
    "session.end": EVERYBODY,
    "account.read": EVERYBODY,
    "device.register": CASE_PEOPLE,
    "sync": CASE_PEOPLE,
    "poke": CASE_PEOPLE,
    "push.subscribe": CASE_PEOPLE,
    "push.test": CASE_PEOPLE,
    "notice.open": CASE_PEOPLE,
    "reach.manage": CASE_PEOPLE,
    "message.send": CASE_PEOPLE,
    "devices.read": OPERATORS,
    "device.revoke": OPERATORS,
    "message.read": CASE_PEOPLE,
    "appointment.request": frozenset({Role.PARENT}),
    "appointment.answer": CASE_PEOPLE,
    "note.write": CASE_STAFF,
    "visit.pin": CASE_STAFF,
    "contact.change": frozenset({Role.PARENT}),
    "contact.take_up": CASE_STAFF,
    "preference.set": CASE_PEOPLE,
    "batch.read": frozenset({Role.ADMIN}),
}

OPERATIONS: Final = frozenset(get_args(Operation))


def may(role: Role, operation: str) -> bool:
    """Whether the table allows it; an operation that it does not name is allowed to nobody."""
    return role in ALLOWED.get(operation, frozenset())  # type: ignore[call-overload]


def require(actor: Actor, operation: Operation) -> None:
    """Refuse what the actor's role may not do."""
    if not may(actor.role, operation):
        raise Refused("forbidden", "Your account cannot do this.")


def allowed(operation: Operation) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]:
    """Guard of a route: somebody is signed in whose role may do this."""
    if operation not in OPERATIONS:
        raise ValueError(operation)

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        require(actor_of(connection), operation)

    return guard
