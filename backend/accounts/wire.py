"""What travels about an account, and what is said to sign in."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta

from backend.wire import Wire

RoleName = Literal["parent", "caseworker", "supervisor", "navigator", "admin", "auditor"]
Language = Literal["en", "es"]
Alert = Literal["recovery", "second_claim", "factor_changed", "recovered"]
Password = Annotated[str, Meta(min_length=1, max_length=128)]
Code = Annotated[str, Meta(min_length=1, max_length=40)]
Answered = dict[str, Any]  # what a browser's credentials API answered, as JSON; passkeys.py reads it
KeyName = Annotated[str, Meta(max_length=80)]


class Account(Wire, frozen=True):
    """Who signs in on this device; `time_zone` is an IANA name. `alert` is what the person has to be told of their account."""

    role: RoleName
    display_name: str
    language: Language
    time_zone: str
    alert: Alert | None
    alert_at: datetime | None


class SignIn(Wire, frozen=True):
    """What somebody types to sign in. `code` is an app's six digits or a recovery code, where there is an app."""

    login: Annotated[str, Meta(min_length=1, max_length=254)]
    password: Password
    code: Code | None = None


class DemoSignIn(Wire, frozen=True):
    """The demonstration person whom somebody taps."""

    key: Annotated[str, Meta(min_length=1, max_length=64)]


class PasskeySignIn(Wire, frozen=True):
    """A browser's answer to what it was asked to have signed."""

    passkey: Answered


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


class ToProve(Wire, frozen=True):
    """The operation for which a proof is asked."""

    operation: Annotated[str, Meta(max_length=40)]


class Prove(ToProve, frozen=True):
    """A proof for one operation: a passkey's answer, or the password and, where there is an app, its digits."""

    passkey: Answered | None = None
    password: Password | None = None
    code: Code | None = None


class MadePasskey(Wire, frozen=True):
    """A passkey that a browser made, whether it can open a vault (PRF), and how its person calls it."""

    passkey: Answered
    prf: bool = False
    name: KeyName = ""


class OwnPasskey(Wire, frozen=True):
    """One of a person's passkeys. `credential_id` is base64url, as the browser names it."""

    id: UUID
    credential_id: str
    name: str
    made_at: datetime
    used_at: datetime | None
    backed_up: bool
    prf: bool


class OwnSession(Wire, frozen=True):
    """A browser in which a person is signed in; it is signed out at `ends_at`, or earlier when it is not used."""

    id: UUID
    kind: str
    how: Literal["password", "passkey", "enrolment", "demo"]
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    this: bool


class OwnSecurity(Wire, frozen=True):
    """A person's ways to sign in, and where they are signed in."""

    login: str
    passkeys: list[OwnPasskey]
    password: bool
    app: bool
    recovery_codes: int
    may_have_password: bool
    phone_line: str | None  # one's caller number, empty without one; none for who cannot have any
    sessions: list[OwnSession]
    alert: Alert | None
    alert_at: datetime | None


class NewPhoneLine(Wire, frozen=True):
    """What somebody says to the agency's phone line: a caller number, and a PIN that is never shown again."""

    number: str
    pin: str


class NewPassword(Wire, frozen=True):
    """The password that somebody chooses."""

    password: Password


class PasswordStart(Wire, frozen=True):
    """What an app needs to show digits: a seed in base32, the same as an address, and as a picture of it (a data address)."""

    login: str
    seed: str
    link: str
    picture: str


class TypedCode(Wire, frozen=True):
    """Six digits of an app."""

    code: Code


class RecoveryCodes(Wire, frozen=True):
    """Codes that stand once each for the app's digits; they are shown this once."""

    codes: list[str]
