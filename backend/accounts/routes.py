"""How a browser signs in and out, and asks who it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.access import Actor, public
from backend.accounts import actions
from backend.accounts.wire import AgencyName, DemoPeople, DemoPerson, DemoSignIn, Me, SignedIn, SignIn, SignOut
from backend.errors import Refused
from backend.policy import allowed
from backend.web.headers import cookie_name, read_cookie, set_cookie


class Doors:
    """What the routes of accounts need from rooms that they do not know; `app.py` opens them."""

    def __init__(
        self,
        *,
        secure: bool,
        find_agency: Callable[[], Awaitable[AgencyName]],
        list_demo_people: Callable[[], Awaitable[Sequence[DemoPerson]]],
    ) -> None:
        self.secure = secure
        self.cookie = cookie_name(secure=secure)
        self.find_agency = find_agency
        self.list_demo_people = list_demo_people


@post("/v1/sign-in", guards=[public], status_code=200)
async def sign_in(request: Request[Any, Any, Any], data: JSONBody[SignIn], doors: NamedDependency[Doors]) -> Response[SignedIn]:
    """Begin a session with a login and a password."""
    return _opened(await actions.sign_in(data.login, data.password, _asking(request, doors)), doors)


@post("/v1/demo/sign-in", guards=[public], status_code=200)
async def demo_sign_in(
    request: Request[Any, Any, Any], data: JSONBody[DemoSignIn], doors: NamedDependency[Doors]
) -> Response[SignedIn]:
    """Begin a session as somebody of the demonstration agency, where that is open."""
    people = await _list_demo_people(doors)
    if data.key not in {person.key for person in people}:
        raise Refused("not_found", "There is nobody of that name in the demonstration.")
    return _opened(await actions.demo_sign_in(data.key, _asking(request, doors)), doors)


@get("/v1/demo", guards=[public])
async def demo(doors: NamedDependency[Doors]) -> DemoPeople:
    """Whom one can sign in as with a tap, where that is open."""
    return DemoPeople(people=list(await _list_demo_people(doors)))


@post("/v1/sign-out", guards=[allowed("session.end")], status_code=204)
async def sign_out(
    request: Request[Any, Any, Any], actor: NamedDependency[Actor], doors: NamedDependency[Doors]
) -> Response[None]:
    """End this browser's session. The body, a SignOut, may be absent."""
    try:
        said = msgspec.json.decode(await request.body() or b"{}", type=SignOut)
    except msgspec.DecodeError as error:
        raise Refused("invalid", "This request could not be read.") from error
    await actions.sign_out(actor, said.device)
    gone = set_cookie(doors.cookie, "", secure=doors.secure, max_age_s=0)
    return Response(None, status_code=204, headers={"set-cookie": gone})


@get("/v1/me", guards=[allowed("account.read")])
async def me(actor: NamedDependency[Actor], doors: NamedDependency[Doors]) -> Me:
    """Who is signed in."""
    account = await actions.get_own_account(actor)
    return Me(account=account, agency=await doors.find_agency(), demo=bool(await doors.list_demo_people()))


ROUTES: Final = (sign_in, demo_sign_in, demo, sign_out, me)


async def _list_demo_people(doors: Doors) -> Sequence[DemoPerson]:
    people = await doors.list_demo_people()
    if not people:
        raise Refused("not_found", "There is nothing here.")
    return people


def _asking(request: Request[Any, Any, Any], doors: Doors) -> actions.Asking:
    header = request.headers.get("cookie", "").encode("latin-1")
    return actions.Asking(request.client.host if request.client else "", read_cookie(header, doors.cookie))


def _opened(opened: actions.Opened, doors: Doors) -> Response[SignedIn]:
    cookie = set_cookie(doors.cookie, opened.token, secure=doors.secure, max_age_s=opened.lasts_s)
    return Response(SignedIn(account=opened.account), headers={"set-cookie": cookie})
