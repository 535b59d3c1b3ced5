"""A push service on this machine for the notices of a test, and a family whose phones are subscribed to it."""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple
from uuid import UUID, uuid4

import pytest
from aiohttp import web

from backend.access import Actor, Role
from backend.notifications import actions, engine
from backend.notifications.wire import Language, Subscribe
from push import send
from push.send import Carrier
from tests.make import insert, make_account, make_assignment, make_case, make_participant
from tests.push.browser import SUBJECT, Browser
from tests.push.service import Certificate, ToThisMachine, serving

ORIGIN = "https://portal.example.gov"
PATIENCE_S = 60.0


class Heard(NamedTuple):
    """One request that the push service got."""

    path: str
    topic: str
    urgency: str
    ttl: int
    body: bytes


class PushService:
    """Answers 201 unless told otherwise, for one path or for all, and keeps what it heard."""

    def __init__(self) -> None:
        self.heard: list[Heard] = []
        self.answers: dict[str, tuple[int, dict[str, str]]] = {}
        self.hold: asyncio.Event | None = None
        self.called = asyncio.Event()

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        named = request.headers
        self.heard.append(Heard(request.path, named["Topic"], named["Urgency"], int(named["TTL"]), body))
        self.called.set()
        if self.hold is not None:
            await self.hold.wait()
        status, headers = self.answers.get(request.path, self.answers.get("*", (201, {})))
        return web.Response(status=status, headers=headers)

    def to(self, browser: Browser) -> list[Heard]:
        """What it heard for one browser."""
        path = browser.subscription.endpoint.partition("googleapis.com")[2]
        return [each for each in self.heard if each.path == path]


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
async def service(db: object, certificate: Certificate, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PushService]:
    """The engine of this process sends to it under the vendors' names; but for its patience, the engine is as always."""
    monkeypatch.setattr(send, "CONNECT_S", PATIENCE_S)  # a slow machine is not a service in trouble
    monkeypatch.setattr(send, "TOTAL_S", PATIENCE_S)
    made = PushService()
    async with serving(made.answer, certificate.serving) as port:
        await engine.close()
        engine.use(Carrier(origin=ORIGIN, subject=SUBJECT, resolver=ToThisMachine(port), tls=certificate.trusting))
        yield made
        await engine.close()
        engine.use(None)


class Person(NamedTuple):
    """Somebody with one subscribed phone."""

    actor: Actor
    phone: Browser
    device: UUID


async def make_person(role: Role = Role.PARENT, **given: str) -> Person:
    """An account with a phone that is subscribed."""
    account_id = await make_account(role, **given)
    await insert("preference", account_id=account_id, name="notice_quiet", value="never")  # tests run at any hour
    actor = Actor(account_id, role, person_id=given.get("person_id"), worker_login=given.get("worker_login"))
    device = uuid4()
    return Person(actor, await make_phone(actor, device), device)


async def make_phone(actor: Actor, device: UUID | None = None, language: Language = Language.EN) -> Browser:
    """A browser of its own, subscribed for this person."""
    phone = Browser(f"https://fcm.googleapis.com/fcm/send/{uuid4()}")
    await actions.subscribe(actor, await subscription_of(phone, device, language))
    return phone


async def subscription_of(phone: Browser, device: UUID | None = None, language: Language = Language.EN) -> Subscribe:
    """What this browser would put."""
    said = phone.subscription
    key = await actions.current_key()
    return Subscribe(
        endpoint=said.endpoint,
        p256dh=said.p256dh,
        auth=said.auth,
        key_id=key.id,
        device=device or uuid4(),
        locale=language,
    )


class Family(NamedTuple):
    """One case: who receives, who pays, who works it; and people it does not concern."""

    case: UUID
    receiving: Person
    paying: Person
    worker: Person
    receiving_thread: UUID
    paying_thread: UUID
    stranger: Person
    other_worker: Person


@pytest.fixture
async def family(service: PushService) -> Family:
    case, other_case = await make_case(), await make_case()
    receiving, paying = await make_person(person_id="ana"), await make_person(person_id="bo")
    worker = await make_person(Role.CASEWORKER, worker_login="wendy")
    stranger = await make_person(person_id="cleo")
    other_worker = await make_person(Role.CASEWORKER, worker_login="walt")
    receiving_thread = await make_participant(case, "CP", person_id="ana")
    paying_thread = await make_participant(case, "NCP", person_id="bo")
    await make_participant(other_case, "CP", person_id="cleo")
    await make_assignment(case, "wendy")
    await make_assignment(other_case, "walt")
    return Family(case, receiving, paying, worker, receiving_thread, paying_thread, stranger, other_worker)
