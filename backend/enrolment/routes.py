"""How staff give codes, and how a browser uses one."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access import Actor, public
from backend.accounts.doors import Doors, host_of
from backend.accounts.wire import Answered, MadePasskey, NewPassword, PasswordStart, TypedCode
from backend.enrolment import actions, checks, recovery, tickets
from backend.enrolment.wire import Checks, Claiming, Enrolled, Letter, Party, Ticket, Words
from backend.policy import allowed

Asked = Request[Any, Any, Any]


@post("/v1/enrolment/words", guards=[allowed("enrolment.offer")], status_code=200)
async def offer_words(data: JSONBody[Party], actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> Words:
    """Six words for a person who is with the worker."""
    return await actions.offer_words(actor, data, doors.relying.origin)


@post("/v1/enrolment/letters", guards=[allowed("enrolment.offer")], status_code=200)
async def offer_letter(data: JSONBody[Party], actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> Letter:
    """A letter with a code, to be printed."""
    return await actions.offer_letter(actor, data, doors.relying.origin)


@post("/v1/claim", guards=[public], status_code=204)
async def claim(request: Asked, data: JSONBody[Claiming], doors: NamedDependency[Doors]) -> Response[None]:
    """Use a code up; the ticket goes into a cookie."""
    admitted = await actions.claim(data, host_of(request))
    cookie = doors.set(doors.enrolment_cookie, admitted.token, admitted.lasts_s)
    return Response(None, status_code=204, headers={"set-cookie": cookie})


@get("/v1/enrolment", guards=[public])
async def ticket(request: Asked, doors: NamedDependency[Doors]) -> Ticket:
    """What this browser may still do with its code."""
    return await tickets.get_ticket(_token(request, doors), staff_passwords=doors.staff_passwords)


@delete("/v1/enrolment", guards=[public], status_code=200)
async def leave_ticket(request: Asked, doors: NamedDependency[Doors]) -> Response[None]:
    """Nothing more, in this browser."""
    await tickets.leave_ticket(_token(request, doors))
    return Response(None, status_code=204, headers={"set-cookie": doors.set(doors.enrolment_cookie, "", 0)})


@post("/v1/enrolment/passkey/options", guards=[public], status_code=200)
async def ask_for_passkey(request: Asked, doors: NamedDependency[Doors]) -> Answered:
    """What a passkey is to be made from."""
    return await tickets.ask_for_passkey(doors.relying, _token(request, doors))


@post("/v1/enrolment/passkey", guards=[public], status_code=200)
async def finish_with_passkey(request: Asked, data: JSONBody[MadePasskey], doors: NamedDependency[Doors]) -> Response[Enrolled]:
    """The passkey that was made."""
    finished = await tickets.finish_with_passkey(doors.relying, _token(request, doors), data, doors.asking(request))
    return _enrolled(finished, doors)


@post("/v1/enrolment/password", guards=[public], status_code=200)
async def begin_password(request: Asked, data: JSONBody[NewPassword], doors: NamedDependency[Doors]) -> PasswordStart:
    """Choose a password."""
    return await tickets.begin_password(_token(request, doors), data.password, staff_passwords=doors.staff_passwords)


@post("/v1/enrolment/password/confirm", guards=[public], status_code=200)
async def finish_with_password(request: Asked, data: JSONBody[TypedCode], doors: NamedDependency[Doors]) -> Response[Enrolled]:
    """The first digits of the app."""
    finished = await tickets.finish_with_password(_token(request, doors), data.code, doors.asking(request))
    return _enrolled(finished, doors)


@delete("/v1/account/recovery", guards=[allowed("recovery.cancel")])
async def cancel_recovery(actor: NamedDependency[Actor]) -> None:
    """It was not me."""
    await recovery.cancel(actor)


@get("/v1/identity-checks", guards=[allowed("identity.check")])
async def list_checks(actor: NamedDependency[Actor]) -> Checks:
    """What the case team has to look into."""
    return await checks.list_checks(actor)


@put("/v1/identity-checks/{check:uuid}/done", guards=[allowed("identity.check")], status_code=204)
async def finish_check(check: FromPath[UUID], actor: NamedDependency[Actor]) -> None:
    """Looked into."""
    await checks.finish_check(actor, check)


ROUTES: Final = (
    *(offer_words, offer_letter, claim, ticket, leave_ticket, ask_for_passkey, finish_with_passkey),
    *(begin_password, finish_with_password, cancel_recovery, list_checks, finish_check),
)


def _token(request: Asked, doors: Doors) -> str:
    return doors.read(request, doors.enrolment_cookie)


def _enrolled(finished: tickets.Finished, doors: Doors) -> Response[Enrolled]:
    opened = finished.opened
    body = Enrolled(
        account=opened.account if opened else None, ready_at=finished.ready_at, recovery_codes=finished.recovery_codes
    )
    answer = Response(body, headers={"set-cookie": doors.opening(opened)} if opened else {})
    answer.set_cookie(doors.enrolment_cookie, "", max_age=0, path="/", secure=doors.secure, httponly=True, samesite="strict")
    return answer
