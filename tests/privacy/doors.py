"""What a parent may try besides sync, what the phone line tells them, and what is written to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from backend.access import Actor, Role
from backend.accounts.actions import actor_of_account
from backend.accounts.phone_line import recognise
from backend.channels import post
from backend.db import connection
from backend.errors import Refused
from backend.notifications.reach import give_reach
from backend.notifications.wire import GiveReach
from backend.settings import SETTINGS
from backend.voice import reads
from backend.voice.wire import Call, Step
from backend.voice.words import ask, tell_dates, tell_money
from tests.make import insert
from tests.privacy.families import Family, case_id
from tests.privacy.trace import World, offered, second_device
from tests.privacy.watched import Watched

Door = tuple[str, str, Any]
NOTICE_ID = re.compile(r"/n/[\w-]{22}")


def doors(world: World, family: Family, watched: Watched, theirs: UUID) -> list[Door]:
    """Everything else that a parent may try, also with ids that are somebody else's (`theirs`: a device) or nobody's.

    Not their own devices: that one was seen is noted once in five minutes, so a slow machine would be seen.
    """
    other, case = family.opponents[0], case_id(family.case)
    login = {"login": family.observed.lower(), "password": "not the password"}
    return [
        ("GET", "/v1/me", None),
        ("GET", "/v1/devices", None),
        ("GET", f"/v1/push/subscription?device={theirs}", None),
        ("PUT", f"/v1/devices/{theirs}/revoked", {"wipe": True}),
        ("GET", f"/v1/extracts/{case}", None),
        ("GET", "/v1/nothing", None),
        ("POST", "/v1/sync", watched.request(str(second_device(other)))),
        ("GET", "/v1/permits", None),
        ("GET", f"/v1/permits/cases/{case}", None),
        ("GET", f"/v1/safety/cases/{case}", None),
        ("GET", "/v1/account/security", None),
        ("DELETE", "/v1/account/recovery", None),
        *(("POST", f"/v1/documents/{offered(world, family, other, at)}/1/ticket", {}) for at in range(len(world.rounds))),
        ("PUT", "/v1/reach", {"channel": "email", "address": "observed@example.org"}),
        ("GET", "/v1/reach", None),
        ("POST", "/v1/sign-in", login),
    ]


async def called(watched: Watched, family: Family) -> None:
    """What the phone line tells this parent."""
    actor = Actor(watched.account, Role.PARENT, person_id=family.observed)
    cases = await reads.list_cases(actor)
    said = [
        *ask(Call(step=Step.CASE), cases),
        *tell_money("en", await reads.last_payments(actor, cases), cases),
        *tell_dates("en", await reads.next_dates(actor, cases), cases),
    ]
    watched.see("called", said)
    watched.raw.append("\n".join(said).encode())


async def calls_in_vain(watched: Watched, family: Family) -> None:
    """Who types a wrong PIN hears the same, or is asked to wait, whatever others typed."""
    try:
        watched.see("called in vain", await recognise(caller_number(family.observed), "000000", telephone(family.observed)))
    except Refused as refused:
        watched.see("called in vain", refused.code, refused.retry_after_s)


def caller_number(person: str) -> str:
    """A number that is nobody's yet, and the same in both worlds."""
    return f"{100_000_000 + int(person.partition('-')[2]) * 10 + 'RPGQ'.index(person[0])}"


def telephone(person: str) -> str:
    """From where this person calls."""
    return f"+1212555{100 + int(person.partition('-')[2]):04}"


async def written_to(watched: Watched, family: Family) -> None:
    """This parent is told of messages by text, at any hour, since nobody else reads them."""
    with suppress(Refused):
        actor = await actor_of_account(watched.account)
        await give_reach(actor, GiveReach(channel="text", address=telephone(family.observed), private=True))
    async with connection() as held:
        await held.execute("UPDATE reach SET verified_at = now() WHERE account_id = $1", watched.account)
    for name, value in (("notice.message", "text"), ("notice_quiet", "never")):
        await insert("preference", account_id=watched.account, name=name, value=value)


@contextmanager
def letters_in(folder: Path) -> Iterator[None]:
    """Where letters become files for as long as the block lasts."""
    usual = post.post.__defaults__
    post.post.__defaults__ = (msgspec.structs.replace(SETTINGS, data=folder),)
    try:
        yield
    finally:
        post.post.__defaults__ = usual


def taken_letters(folder: Path) -> dict[str, list[str]]:
    """What was written to whom since the last time, without the id that is drawn anew for every notice."""
    found: dict[str, list[str]] = {}
    for path in sorted((folder / post.FOLDER).glob("*")):
        to, _, text = path.read_text().partition("\n\n")
        found.setdefault(to.removeprefix("To: "), []).append(NOTICE_ID.sub("/n/id", text))
        path.unlink()
    return {address: sorted(texts) for address, texts in found.items()}
