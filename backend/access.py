"""Who is asking: the actor of a request, the roles, and the guards that stand before routes."""

from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from backend.errors import Refused


class Role(StrEnum):
    """What an account is for. Receiving or paying is a participant's part in a case, never an account's role."""

    PARENT = "parent"  # someone whose own case it is
    CASEWORKER = "caseworker"  # works the cases assigned to them
    SUPERVISOR = "supervisor"  # answers for a unit of caseworkers
    NAVIGATOR = "navigator"  # helps a parent who consented
    ADMIN = "admin"  # runs the installation; sees no case
    AUDITOR = "auditor"  # reads for a stated reason and a limited time


class Actor(msgspec.Struct, frozen=True):
    """The signed-in account on whose behalf something happens."""

    account_id: UUID
    role: Role
    session_id: UUID | None = None
    person_id: str | None = None
    worker_login: str | None = None
    display_name: str = ""
    proved: str | None = None  # the operation that a fresh proof of who one is was given for; EVERYTHING just after signing in


EVERYTHING = "*"


PASSWORDS = frozenset({Role.PARENT, Role.NAVIGATOR})  # who may sign in with a password; the agency's people have passkeys
STAFF = frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.ADMIN})

Connection = ASGIConnection[Any, Any, Any, Any]


def found_actor(connection: Connection) -> Actor | None:
    """The actor that the session middleware found, if somebody is signed in."""
    found = connection.scope.get("state", {}).get("actor")
    return found if isinstance(found, Actor) else None


def actor_of(connection: Connection) -> Actor:
    """The same; refused when nobody is signed in."""
    found = found_actor(connection)
    if found is None:
        raise Refused("unauthorized", "Please sign in.")
    return found


async def actor(request: Request[Any, Any, Any]) -> Actor:
    """Dependency: the signed-in actor of this request."""
    return actor_of(request)


async def public(connection: Connection, handler: BaseRouteHandler) -> None:
    """Guard that says aloud: anybody may call this route.

    Guards are async because Litestar would carry others to a thread and back for every request.
    """


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Guard: somebody must be signed in."""
    actor_of(connection)


async def staff(connection: Connection, handler: BaseRouteHandler) -> None:
    """Guard: a member of the agency's staff."""
    _only(STAFF, connection)


async def admin(connection: Connection, handler: BaseRouteHandler) -> None:
    """Guard: an administrator of this installation."""
    _only(frozenset({Role.ADMIN}), connection)


def _only(roles: frozenset[Role], connection: Connection) -> None:
    if actor_of(connection).role not in roles:
        raise Refused("forbidden", "Your account cannot open this.")
