"""What travels about an account, and what is said to sign in."""

from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.wire import Wire

RoleName = Literal["parent", "caseworker", "supervisor", "navigator", "admin", "auditor"]
Language = Literal["en", "es"]


class Account(Wire, frozen=True):
    """Who signs in on this device; `time_zone` is an IANA name."""

    role: RoleName
    display_name: str
    language: Language
    time_zone: str


class SignIn(Wire, frozen=True):
    """What somebody types to sign in."""

    login: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Annotated[str, Meta(min_length=1, max_length=128)]


class DemoSignIn(Wire, frozen=True):
    """The demonstration person whom somebody taps."""

    key: Annotated[str, Meta(min_length=1, max_length=64)]


class SignOut(Wire, frozen=True):
    """The device that is signed out with the session, so that it is told nothing more."""

    device: UUID | None = None


class OwnAccount(Account, frozen=True):
    """The account that is signed in."""

    id: UUID


class SignedIn(Wire, frozen=True):
    """The answer to signing in; the session itself is in the cookie."""

    account: OwnAccount


class AgencyName(Wire, frozen=True):
    """Whom to call, and by whose clock the agency works."""

    name: str
    phone: str
    time_zone: str


class Me(Wire, frozen=True):
    """Who is signed in, at which agency, and whether one-tap demonstration sign-in is open."""

    account: OwnAccount
    agency: AgencyName
    demo: bool


class DemoPerson(Wire, frozen=True):
    """Somebody of the demonstration agency as whom one can sign in with a tap."""

    key: str
    display_name: str
    role: RoleName
    about_en: str
    about_es: str


class DemoPeople(Wire, frozen=True):
    """Everybody of the demonstration agency as whom one can sign in."""

    people: list[DemoPerson]
