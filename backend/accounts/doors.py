"""What the routes by which people get in have in common: our own address, cookies, and who is asking."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from secrets import token_urlsafe
from typing import Any

from litestar import Request, Response

from backend.accounts.passkeys import Relying
from backend.accounts.rules import browser_kind
from backend.accounts.sessions import Asking, Opened, Rotated
from backend.accounts.wire import AgencyName, DemoPerson, SignedIn
from backend.web.headers import cookie_name, read_cookie, set_cookie

BROWSER_LASTS_S = 86_400


class Doors:
    """What the routes of accounts need from rooms that they do not know; `app.py` opens them."""

    def __init__(
        self,
        *,
        relying: Relying,
        staff_passwords: bool,
        find_agency: Callable[[], Awaitable[AgencyName]],
        list_demo_people: Callable[[], Awaitable[Sequence[DemoPerson]]],
    ) -> None:
        self.relying = relying
        self.staff_passwords = staff_passwords
        self.secure = relying.origin.startswith("https://")
        self.cookie = cookie_name(secure=self.secure)
        self.find_agency = find_agency
        self.list_demo_people = list_demo_people

    @property
    def browser_cookie(self) -> str:
        """Names a browser that is signing in, so that another cannot use what it was asked."""
        return f"{self.cookie}-browser"

    @property
    def enrolment_cookie(self) -> str:
        """Names a browser in which a code was right."""
        return f"{self.cookie}-enrolment"

    def read(self, request: Request[Any, Any, Any], name: str) -> str:
        """One of our cookies; empty when it is not there."""
        return read_cookie(request.headers.get("cookie", "").encode("latin-1"), name) or ""

    def set(self, name: str, value: str, lasts_s: int) -> str:
        """A Set-Cookie value for one of our cookies; an age of 0 deletes it."""
        return set_cookie(name, value, secure=self.secure, max_age_s=lasts_s)

    def asking(self, request: Request[Any, Any, Any]) -> Asking:
        """Where a request to sign in comes from."""
        old = self.read(request, self.cookie) or None
        return Asking(host_of(request), old, browser_kind(request.headers.get("user-agent", "")))

    def opened(self, opened: Opened) -> Response[SignedIn]:
        """Signed in: the session goes into the cookie, the account into the body."""
        return Response(SignedIn(account=opened.account), headers={"set-cookie": self.opening(opened)})

    def opening(self, opened: Opened | Rotated) -> str:
        """The session's cookie."""
        return self.set(self.cookie, opened.token, opened.lasts_s)

    def browser(self, request: Request[Any, Any, Any]) -> tuple[str, dict[str, str]]:
        """This browser's own token, and the header that gives it one where it has none."""
        known = self.read(request, self.browser_cookie)
        token = known or token_urlsafe(32)
        return token, {"set-cookie": self.set(self.browser_cookie, token, BROWSER_LASTS_S)}


def host_of(request: Request[Any, Any, Any]) -> str:
    """The network address that a request comes from."""
    return request.client.host if request.client else ""
