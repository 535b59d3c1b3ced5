"""How a browser signs in and out, asks who it is, and changes its person's ways to sign in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.access import Actor, public
from backend.accounts import actions, own, phone_line, sessions
from backend.accounts.doors import Doors, host_of
from backend.accounts.wire import (
    Answered,
    DemoPeople,
    DemoPerson,
    DemoSignIn,
    MadePasskey,
    Me,
    NewPassword,
    NewPhoneLine,
    OwnSecurity,
    PasskeySignIn,
    PasswordStart,
    Prove,
    RecoveryCodes,
    SignedIn,
    SignIn,
    SignOut,
    ToProve,
    TypedCode,
)
from backend.errors import Refused
from backend.policy import allowed

Asked = Request[Any, Any, Any]
CHANGES: Final = [allowed("factor.change")]


@post("/v1/sign-in", guards=[public], status_code=200)
async def sign_in(request: Asked, data: JSONBody[SignIn], doors: NamedDependency[Doors]) -> Response[SignedIn]:
    """Begin a session with a login and a password."""
    return doors.opened(await actions.sign_in(data, doors.asking(request), staff_passwords=doors.staff_passwords))


@post("/v1/sign-in/passkey/options", guards=[public], status_code=200)
async def ask_for_passkey(request: Asked, doors: NamedDependency[Doors]) -> Response[Answered]:
    """What a passkey is to sign; the same for everybody."""
    browser, headers = doors.browser(request)
    return Response(await actions.ask_for_passkey(doors.relying, browser, host_of(request)), headers=headers)


@post("/v1/sign-in/passkey", guards=[public], status_code=200)
async def passkey_sign_in(request: Asked, data: JSONBody[PasskeySignIn], doors: NamedDependency[Doors]) -> Response[SignedIn]:
    """Begin a session with a passkey."""
    browser = doors.read(request, doors.browser_cookie)
    return doors.opened(await actions.passkey_sign_in(doors.relying, browser, data.passkey, doors.asking(request)))


@post("/v1/demo/sign-in", guards=[public], status_code=200)
async def demo_sign_in(request: Asked, data: JSONBody[DemoSignIn], doors: NamedDependency[Doors]) -> Response[SignedIn]:
    """Begin a session as somebody of the demonstration agency, where that is open."""
    people = await _list_demo_people(doors)
    if data.key not in {person.key for person in people}:
        raise Refused("not_found", "There is nobody of that name in the demonstration.")
    return doors.opened(await actions.demo_sign_in(data.key, doors.asking(request)))


@get("/v1/demo", guards=[public])
async def demo(doors: NamedDependency[Doors]) -> DemoPeople:
    """Whom one can sign in as with a tap, where that is open."""
    return DemoPeople(people=list(await _list_demo_people(doors)))


@post("/v1/sign-out", guards=[allowed("session.end")], status_code=204)
async def sign_out(request: Asked, actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> Response[None]:
    """End this browser's session. The body, a SignOut, may be absent."""
    try:
        said = msgspec.json.decode(await request.body() or b"{}", type=SignOut)
    except msgspec.DecodeError as error:
        raise Refused("invalid", "This request could not be read.") from error
    await sessions.sign_out(actor, said.device)
    return Response(None, status_code=204, headers={"set-cookie": doors.set(doors.cookie, "", 0)})


@get("/v1/me", guards=[allowed("account.read")])
async def me(actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> Me:
    """Who is signed in."""
    account = await actions.get_own_account(actor)
    return Me(account=account, agency=await doors.find_agency(), demo=bool(await doors.list_demo_people()))


@get("/v1/account/security", guards=[allowed("security.read")])
async def security(actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> OwnSecurity:
    """One's own ways to sign in, and where one is signed in."""
    return await own.get_security(actor, staff_passwords=doors.staff_passwords)


@post("/v1/account/proof/options", guards=[allowed("identity.prove")], status_code=200)
async def ask_to_prove(data: JSONBody[ToProve], actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> Answered:
    """What one of one's passkeys is to sign before an operation that asks for it."""
    return await own.ask_to_prove(doors.relying, actor, data.operation)


@post("/v1/account/proof", guards=[allowed("identity.prove")], status_code=204)
async def prove(request: Asked, data: JSONBody[Prove], actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> Response[None]:
    """Show once more that it is oneself; the session goes on under a new token."""
    rotated = await own.prove(doors.relying, actor, data, host_of(request))
    return Response(None, status_code=204, headers={"set-cookie": doors.opening(rotated)})


@post("/v1/account/passkeys/options", guards=CHANGES, status_code=200)
async def ask_for_new_passkey(actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> Answered:
    """What a passkey is to be made from."""
    return await own.ask_for_new_passkey(doors.relying, actor)


@post("/v1/account/passkeys", guards=CHANGES, status_code=204)
async def add_passkey(data: JSONBody[MadePasskey], actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> None:
    """Keep a passkey that this browser made."""
    await own.add_passkey(doors.relying, actor, data)


@delete("/v1/account/passkeys/{passkey:uuid}", guards=CHANGES)
async def remove_passkey(passkey: FromPath[UUID], actor: NamedDependency[Actor]) -> None:
    """One way less to sign in."""
    await own.remove_passkey(actor, passkey)


@post("/v1/account/password", guards=CHANGES, status_code=200)
async def begin_password(data: JSONBody[NewPassword], actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> PasswordStart:
    """Choose a password; it counts once the app shows digits."""
    return await own.begin_password(actor, data.password, staff_passwords=doors.staff_passwords)


@post("/v1/account/password/confirm", guards=CHANGES, status_code=200)
async def finish_password(data: JSONBody[TypedCode], actor: NamedDependency[Actor]) -> RecoveryCodes:
    """The first digits of the app."""
    return await own.finish_password(actor, data.code)


@delete("/v1/account/password", guards=CHANGES)
async def remove_password(actor: NamedDependency[Actor]) -> None:
    """No password any more."""
    await own.remove_password(actor)


@post("/v1/account/recovery-codes", guards=CHANGES, status_code=200)
async def renew_recovery_codes(actor: NamedDependency[Actor]) -> RecoveryCodes:
    """Ten new recovery codes."""
    return await own.renew_recovery_codes(actor)


@post("/v1/account/phone-line", guards=[allowed("phone_line.manage")], status_code=200)
async def open_phone_line(actor: NamedDependency[Actor]) -> NewPhoneLine:
    """A new caller number and PIN for the agency's phone line."""
    return await phone_line.open_line(actor)


@delete("/v1/account/phone-line", guards=[allowed("phone_line.manage")])
async def end_phone_line(actor: NamedDependency[Actor]) -> None:
    """Not by telephone any more."""
    await phone_line.end_line(actor)


@delete("/v1/account/sessions/{session:uuid}", guards=[allowed("session.end_others")])
async def end_session(session: FromPath[UUID], actor: NamedDependency[Actor]) -> None:
    """Sign out in another browser."""
    await sessions.end_session(actor, session)


@delete("/v1/account/sessions", guards=[allowed("session.end_others")])
async def end_other_sessions(actor: NamedDependency[Actor]) -> None:
    """Sign out everywhere else."""
    await own.end_other_sessions(actor)


@delete("/v1/account/alert", guards=[allowed("security.read")])
async def dismiss_alert(actor: NamedDependency[Actor]) -> None:
    """The person has read what they were told."""
    await own.dismiss_alert(actor)


ROUTES: Final = (
    *(sign_in, ask_for_passkey, passkey_sign_in, demo_sign_in, demo, sign_out, me, security, ask_to_prove, prove),
    *(ask_for_new_passkey, add_passkey, remove_passkey, begin_password, finish_password, remove_password),
    *(open_phone_line, end_phone_line, renew_recovery_codes, end_session, end_other_sessions, dismiss_alert),
)


async def _list_demo_people(doors: Doors) -> Sequence[DemoPerson]:
    people = await doors.list_demo_people()
    if not people:
        raise Refused("not_found", "There is nothing here.")
    return people
