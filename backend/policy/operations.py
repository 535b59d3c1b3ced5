"""Who may do what: one table of operations and roles. What does not stand in it is refused.

Whom a field may be told to is the other half of the table (`classes.py`), which case the grants say. This half answers
the question that comes before both: is this a thing that such an account does at all?
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, Literal, get_args

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from backend.access import EVERYTHING, Actor, Role, actor_of
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
    "own_device.read",  # one's own devices, their names, and taking a lost one's access away
    "own_device.change",
    "own_device.revoke",
    "vault.share",  # the server's half of a PIN
    "quarantine.read",  # what came from devices that are no longer trusted
    "quarantine.decide",
    "exposure.read",  # what of a person was ever visible to whom
    "case.break_glass",  # read a colleague's case: a reason, an hour, on the record
    "case.read_by_permit",
    "permit.consent",  # have a helper see parts of one's own case
    "permit.audit",  # have an auditor read a case of one's unit
    "permit.list",
    "permit.end",
    "message.read",  # one's own mark of how far one has read
    "appointment.request",
    "appointment.answer",  # accept, ask for another time, call off
    "note.write",  # for the case team alone
    "visit.pin",
    "contact.change",  # one's own
    "contact.take_up",
    "preference.set",  # one's own
    "document.offer",  # and send its files, and take it back
    "document.read",  # fetch a checked file
    "document.decide",  # accept, send back
    "document.ask",  # one party for a paper, and take that back
    "appointment.offer",  # to one party
    "appointment.outcome",  # whether it was held
    "batch.read",  # how a load of the system of record went
    "security.read",  # one's own ways to sign in, and where one is signed in
    "session.end_others",
    "factor.change",  # add or remove a passkey, set a password, make recovery codes
    "phone_line.manage",  # a caller number and a PIN of one's own
    "recovery.cancel",
    "identity.prove",  # a fresh proof of who one is
    "enrolment.offer",  # a code by which a person of one's case comes to an account
    "identity.check",  # what the case team has to look into
    "safety.read",  # how the people of a case are protected, and what waits about it
    "safety.mark",  # a person of one's case is in danger
    "safety.ask_clearing",  # and is not any more: a first person
    "safety.decide",  # the second person
]

VERSION: Final = 4  # of this table, for leases and the record of acts; one more with each change of a row
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
    "own_device.read": CASE_PEOPLE,
    "own_device.change": CASE_PEOPLE,
    "own_device.revoke": CASE_PEOPLE,
    "vault.share": CASE_PEOPLE,
    "quarantine.read": frozenset({Role.SUPERVISOR}),
    "quarantine.decide": frozenset({Role.SUPERVISOR}),
    "exposure.read": frozenset({Role.SUPERVISOR}),
    "case.break_glass": CASE_STAFF,
    "case.read_by_permit": frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.NAVIGATOR, Role.AUDITOR}),
    "permit.consent": frozenset({Role.PARENT}),
    "permit.audit": frozenset({Role.SUPERVISOR}),
    "permit.list": CASE_PEOPLE | {Role.NAVIGATOR, Role.AUDITOR},
    "permit.end": CASE_PEOPLE | {Role.NAVIGATOR, Role.AUDITOR},
    "message.read": CASE_PEOPLE,
    "appointment.request": frozenset({Role.PARENT}),
    "appointment.answer": CASE_PEOPLE,
    "note.write": CASE_STAFF,
    "visit.pin": CASE_STAFF,
    "contact.change": frozenset({Role.PARENT}),
    "contact.take_up": CASE_STAFF,
    "preference.set": CASE_PEOPLE,
    "document.offer": frozenset({Role.PARENT}),
    "document.read": CASE_PEOPLE,
    "document.decide": CASE_STAFF,
    "document.ask": CASE_STAFF,
    "appointment.offer": CASE_STAFF,
    "appointment.outcome": CASE_STAFF,
    "batch.read": frozenset({Role.ADMIN}),
    "security.read": EVERYBODY,
    "session.end_others": EVERYBODY,
    "factor.change": EVERYBODY,
    "phone_line.manage": frozenset({Role.PARENT}),
    "recovery.cancel": EVERYBODY,
    "identity.prove": EVERYBODY,
    "enrolment.offer": CASE_STAFF,
    "identity.check": CASE_STAFF,
    "safety.read": CASE_STAFF,
    "safety.mark": CASE_STAFF,
    "safety.ask_clearing": CASE_STAFF,
    "safety.decide": frozenset({Role.SUPERVISOR}),
}

# Asked for by a route, these need a proof of who one is that is at most five minutes old and was given for this operation.
STEP_UP: Final[frozenset[Operation]] = frozenset(
    {"factor.change", "phone_line.manage", "device.revoke", "own_device.revoke", "enrolment.offer", "safety.ask_clearing", "safety.decide"}
)

OPERATIONS: Final = frozenset(get_args(Operation))

# Every route: its operation, or why whoever comes may call it.
ROUTES: Final[Mapping[str, Operation | str]] = {
    "GET /healthz": "public: whether the process lives",
    "GET /readyz": "public: whether it can work",
    "GET /metrics": "public: this machine, or METRICS_TOKEN; counts only",
    "POST /v1/violations": "public: browsers tell what the security policy kept off a page; two words of it are counted",
    "POST /v1/sign-in": "public: nobody is signed in yet",
    "POST /v1/demo/sign-in": "public: invented people only, where that is open",
    "GET /v1/demo": "public: invented people only, where that is open",
    "POST /v1/push/renew": "public: the token in the body is the permission",
    "POST /v1/extracts": "public: the signature of the extract is the permission",
    "GET /v1/vault/keys": "public: public keys",
    "POST /v1/handover": "public: sealed work, which only we can open; the device's key is the permission",
    "POST /v1/devices/{device}/wiped": "public: the device's key is the permission",
    "GET /v1/extracts/{batch}": "batch.read",
    "POST /v1/sign-out": "session.end",
    "GET /v1/me": "account.read",
    "PUT /v1/devices/{device}": "device.register",
    "GET /v1/devices": "devices.read",
    "PUT /v1/devices/{device}/revoked": "device.revoke",
    "PUT /v1/accounts/{account}/devices/revoked": "device.revoke",
    "PUT /v1/units/{unit}/devices/revoked": "device.revoke",
    "GET /v1/account/devices": "own_device.read",
    "PUT /v1/account/devices/{device}/name": "own_device.change",
    "PUT /v1/account/devices/{device}/revoked": "own_device.revoke",
    "PUT /v1/account/devices/revoked": "own_device.revoke",
    "PUT /v1/vault/share": "vault.share",
    "POST /v1/vault/share/confirm": "vault.share",
    "POST /v1/vault/share/open": "vault.share",
    "DELETE /v1/vault/share/{device}": "vault.share",
    "GET /v1/quarantine": "quarantine.read",
    "GET /v1/quarantine/{item}": "quarantine.read",
    "POST /v1/quarantine/{item}/released": "quarantine.decide",
    "POST /v1/quarantine/{item}/discarded": "quarantine.decide",
    "POST /v1/sign-in/passkey/options": "public: what a passkey signs, the same for everybody",
    "POST /v1/sign-in/passkey": "public: nobody is signed in yet",
    "POST /v1/claim": "public: the code is the permission",
    "DELETE /v1/enrolment": "public: the ticket in the cookie is the permission",
    "GET /v1/enrolment": "public: the ticket in the cookie is the permission",
    "POST /v1/enrolment/passkey/options": "public: the ticket in the cookie is the permission",
    "POST /v1/enrolment/passkey": "public: the ticket in the cookie is the permission",
    "POST /v1/enrolment/password": "public: the ticket in the cookie is the permission",
    "POST /v1/enrolment/password/confirm": "public: the ticket in the cookie is the permission",
    "GET /v1/account/security": "security.read",
    "POST /v1/account/proof/options": "identity.prove",
    "POST /v1/account/proof": "identity.prove",
    "POST /v1/account/passkeys/options": "factor.change",
    "POST /v1/account/passkeys": "factor.change",
    "DELETE /v1/account/passkeys/{passkey}": "factor.change",
    "DELETE /v1/account/password": "factor.change",
    "POST /v1/account/password": "factor.change",
    "POST /v1/account/password/confirm": "factor.change",
    "POST /v1/account/recovery-codes": "factor.change",
    "POST /v1/account/phone-line": "phone_line.manage",
    "DELETE /v1/account/phone-line": "phone_line.manage",
    "DELETE /v1/account/sessions/{session}": "session.end_others",
    "DELETE /v1/account/sessions": "session.end_others",
    "DELETE /v1/account/alert": "security.read",
    "POST /v1/enrolment/words": "enrolment.offer",
    "POST /v1/enrolment/letters": "enrolment.offer",
    "DELETE /v1/account/recovery": "recovery.cancel",
    "GET /v1/identity-checks": "identity.check",
    "PUT /v1/identity-checks/{check}/done": "identity.check",
    "POST /v1/exposure": "exposure.read",
    "PATCH /v1/uploads/{document}/{place}": "document.offer",
    "HEAD /v1/uploads/{document}/{place}": "document.offer",
    "POST /v1/documents/{document}/{place}/ticket": "document.read",
    "GET /v1/files/{token}": "document.read",
    "POST /v1/permits/break-glass": "case.break_glass",
    "POST /v1/permits/consent": "permit.consent",
    "POST /v1/permits/audit": "permit.audit",
    "GET /v1/permits": "permit.list",
    "POST /v1/permits/{permit}/ended": "permit.end",
    "GET /v1/permits/cases/{case}": "case.read_by_permit",
    "PUT /v1/safety/marks": "safety.mark",
    "POST /v1/safety/clearings": "safety.ask_clearing",
    "GET /v1/safety/clearings": "safety.read",
    "GET /v1/safety/cases/{case}": "safety.read",
    "POST /v1/safety/clearings/{clearing}/confirmed": "safety.decide",
    "POST /v1/safety/clearings/{clearing}/refused": "safety.decide",
    "POST /v1/sync": "sync",
    "GET /v1/poke": "poke",
    "GET /v1/push/key": "push.subscribe",
    "PUT /v1/push/subscription": "push.subscribe",
    "GET /v1/push/subscription": "push.subscribe",
    "DELETE /v1/push/subscription": "push.subscribe",
    "POST /v1/push/test": "push.test",
    "GET /v1/reach": "reach.manage",
    "PUT /v1/reach": "reach.manage",
    "POST /v1/reach/confirm": "reach.manage",
    "DELETE /v1/reach": "reach.manage",
    "POST /v1/hooks/unsubscribe/{token}": "public: the token of the letter is the permission",
    "POST /v1/hooks/texts": "public: the provider's signature is the permission",
    "POST /v1/hooks/calls": "public: the provider's signature is the permission",
    "POST /v1/hooks/calls/{step}": "public: the provider's signature and the step's token are the permission; the case needs a PIN",
}

# Every change that a device may send.
MUTATIONS: Final[Mapping[str, Operation]] = {
    "message.send": "message.send",
    "message.read": "message.read",
    "appointment.request": "appointment.request",
    "appointment.accept": "appointment.answer",
    "appointment.ask_move": "appointment.answer",
    "appointment.cancel": "appointment.answer",
    "note.add": "note.write",
    "note.edit": "note.write",
    "visit.pin": "visit.pin",
    "contact.change": "contact.change",
    "contact.take_up": "contact.take_up",
    "preference.set": "preference.set",
    "appointment.outcome": "appointment.outcome",
    "appointment.offer": "appointment.offer",
    "document.ask": "document.ask",
    "document.cancel_ask": "document.ask",
    "document.offer": "document.offer",
    "document.withdraw": "document.offer",
    "document.accept": "document.decide",
    "document.send_back": "document.decide",
    "notice.open": "notice.open",
}


def may(role: Role, operation: str) -> bool:
    """Whether the table allows it; an operation that it does not name is allowed to nobody."""
    return role in ALLOWED.get(operation, frozenset())  # type: ignore[call-overload]


def require(actor: Actor, operation: Operation) -> None:
    """Refuse what the actor's role may not do."""
    if not may(actor.role, operation):
        raise Refused("forbidden", "Your account cannot do this.")


def require_proof(actor: Actor, operation: Operation) -> None:
    """Refuse what needs a fresh proof of who one is, when the session has none for it; the app asks, and tries again."""
    if operation in STEP_UP and actor.proved not in (EVERYTHING, operation):
        detail = {"code": "step_up", "operation": operation}
        raise Refused("forbidden", "Please show once more that it is you.", detail)


def allowed(operation: Operation) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], Awaitable[None]]:
    """Guard of a route: somebody is signed in whose role may do this, and who has proved it where that is asked."""
    if operation not in OPERATIONS:
        raise ValueError(operation)

    async def guard(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
        actor = actor_of(connection)
        require(actor, operation)
        require_proof(actor, operation)

    guard.operation = operation  # type: ignore[attr-defined]
    return guard
