"""Notices: what making, delivering and planning them costs, beside the packages that people usually take.

All in turns in one run, per second of CPU time of the sending process, so that a busy machine disturbs every side alike. Ours
runs on the event loop of `./porchlight worker`, and once on Python's own, as the others do.
`pipeline` and `planning` count this process alone and, beside it, PostgreSQL's processes too.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import aiohttp
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from pywebpush import webpush, webpush_async
from webpush import WebPush, WebPushSubscription

from backend import db
from backend.db import DB, connection
from backend.environment import ROOT
from backend.journal import Entry
from backend.notifications import actions, engine, jobs
from backend.worker import new_event_loop
from push.encrypt import Encryptor
from push.notification import Result, Subscription
from push.payload import TEXT_BYTES
from push.secrets import unbase64url
from push.send import Carrier, Sender
from push.vapid import Key, Tokens, read_key
from tests.bench import npm_push
from tests.bench.stage import cpu_seconds, stage
from tests.push.browser import SUBJECT, Browser, make_notification, make_signing_key
from tests.push.service import ToThisMachine
from tests.soak.push import _make

ORIGIN = "https://portal.example.gov"
ROUNDS, MESSAGES, DELIVER_ROUNDS, DELIVERED, PIPED, NIGHT = 9, 400, 5, 1500, 6000, 500_000
IN_FLIGHT = 64
TEXT = b"x" * TEXT_BYTES

T = TypeVar("T")


def pipeline() -> dict[str, Any]:
    """Everything with the database."""
    return _as_a_worker(_piped())


async def _piped() -> dict[str, Any]:
    with stage(demo=False) as server:
        await db.open_pool(server.url())
        try:
            return await _pipeline(server.folder)
        finally:
            await engine.close()
            engine.use(None)
            await db.close_pool()


async def planning() -> dict[str, Any]:
    """A night's notices, written down."""
    with stage(demo=False) as server:
        await db.open_pool(server.url())
        try:
            return await _planning(server.folder)
        finally:
            await db.close_pool()


def make() -> dict[str, Any]:
    key = make_signing_key()
    tokens = Tokens(SUBJECT)
    encryptor = Encryptor(tokens)
    people = [Browser(f"https://fcm.googleapis.com/fcm/send/{number}").subscription for number in range(50)]
    infos = [{"endpoint": each.endpoint, "keys": {"p256dh": each.p256dh, "auth": each.auth}} for each in people]
    theirs = [WebPushSubscription.model_validate(info) for info in infos]
    pem = serialization.load_pem_private_key(key.pem, None)
    spki = pem.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    maker = WebPush(private_key=key.pem, public_key=spki, subscriber=SUBJECT.removeprefix("mailto:"))
    raw = _raw(key.pem)
    direct = _Direct(tokens.header(key, "https://fcm.googleapis.com"))
    ways: dict[str, Callable[[int], object]] = {
        "ours": lambda n: encryptor.message(TEXT, people[n % 50], key),
        "cryptography": lambda n: direct.message(TEXT, people[n % 50]),
        "webpush": lambda n: maker.get(TEXT.decode(), theirs[n % 50]),
        "pywebpush": lambda n: webpush(infos[n % 50], TEXT, vapid_private_key=raw, vapid_claims={"sub": SUBJECT}, curl=True),
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # pywebpush leaves what it encrypted where it stands
        for name, make in [*ways.items()] * ROUNDS:
            began = time.process_time()
            for number in range(MESSAGES):
                make(number)
            rates[name].append(MESSAGES / (time.process_time() - began))
    figures: dict[str, Any] = {name: round(statistics.median(each)) for name, each in rates.items()}
    figures["npm web-push"] = npm_push.make()
    figures["openssl speed"] = _openssl()
    ours = figures["ours"]
    ratios = {"of_cryptography": ours / figures["cryptography"], "to_pywebpush": ours / figures["pywebpush"]}
    return figures | {name: round(value, 2) for name, value in ratios.items()}


class _Direct:
    """The least that RFC 8291 asks for, written out on `cryptography`, with a token made before: what a package can reach."""

    def __init__(self, token: str) -> None:
        self.token = token

    def message(self, text: bytes, to: Subscription) -> tuple[dict[str, str], bytes]:
        point, auth, salt = unbase64url(to.p256dh), unbase64url(to.auth), os.urandom(16)
        own = ec.generate_private_key(ec.SECP256R1())
        mine = own.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        shared = own.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point))
        ikm = HKDF(hashes.SHA256(), 32, auth, b"WebPush: info\0" + point + mine).derive(shared)
        prk = HKDF.extract(hashes.SHA256(), salt, ikm)
        key = HKDFExpand(hashes.SHA256(), 16, b"Content-Encoding: aes128gcm\0").derive(prk)
        nonce = HKDFExpand(hashes.SHA256(), 12, b"Content-Encoding: nonce\0").derive(prk)
        sealed = AESGCM(key).encrypt(nonce, text + b"\2", None)
        body = salt + (4096).to_bytes(4) + bytes([len(mine)]) + mine + sealed
        return {"Authorization": self.token, "Content-Encoding": "aes128gcm"}, body


def deliver() -> dict[str, Any]:
    """In turns, each on a loop and with connections of its own, which are there before the clock runs."""
    figures: dict[str, list[float]] = defaultdict(list)
    with _service() as (port, trusting):
        key = make_signing_key()
        raw = _raw(key.pem)
        people = [Browser(f"https://fcm.googleapis.com/fcm/send/{number}").subscription for number in range(100)]
        for _ in range(DELIVER_ROUNDS):
            figures["ours"].append(_as_a_worker(_ours(port, trusting, key, people)))
            figures["ours, Python's loop"].append(asyncio.run(_ours(port, trusting, key, people)))
            for name, shared in (("webpush_async", False), ("webpush_async, shared session", True)):
                figures[name].append(asyncio.run(_theirs(port, trusting, raw, people, shared)))
        npm = npm_push.deliver(port)
    rates: dict[str, Any] = {name: round(statistics.median(each)) for name, each in figures.items()} | {"npm web-push": npm}
    return rates | {"to_webpush_async": round(rates["ours"] / rates["webpush_async"], 2)}


def _as_a_worker(made: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(made)


async def _ours(port: int, trusting: ssl.SSLContext, key: Key, people: list[Subscription]) -> float:
    notification = make_notification()
    async with Sender(Carrier(origin=ORIGIN, subject=SUBJECT, resolver=ToThisMachine(port), tls=trusting)) as sender:

        async def send(number: int) -> None:
            outcome = await sender.send(notification, people[number % 100], key)
            if outcome.result is not Result.SENT:
                raise RuntimeError(f"this machine is too busy to measure on: {outcome.reason}")

        await _timed(2 * IN_FLIGHT, send)
        return await _timed(DELIVERED, send)


async def _theirs(port: int, trusting: ssl.SSLContext, raw: str, people: list[Subscription], shared: bool) -> float:
    here = f"127.0.0.1:{port}"
    infos = [
        {"endpoint": each.endpoint.replace("fcm.googleapis.com", here), "keys": {"p256dh": each.p256dh, "auth": each.auth}}
        for each in people
    ]
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trusting, limit=0)) as session:
        more: dict[str, Any] = {"aiohttp_session": session} if shared else {}

        async def send(number: int) -> None:
            claims: dict[str, str | int] = {"sub": SUBJECT}
            await webpush_async(infos[number % 100], TEXT, vapid_private_key=raw, vapid_claims=claims, ttl=60, **more)

        with _trusting(trusting):
            await _timed(2 * IN_FLIGHT if shared else 1, send)
            return await _timed(DELIVERED // 2 if shared else DELIVERED // 5, send)


@contextlib.contextmanager
def _trusting(context: ssl.SSLContext) -> Any:
    """pywebpush opens sessions of its own, which have to trust the certificate of this machine."""
    from aiohttp import connector

    before = connector._SSL_CONTEXT_VERIFIED
    connector._SSL_CONTEXT_VERIFIED = context
    try:
        yield
    finally:
        connector._SSL_CONTEXT_VERIFIED = before


async def _timed(count: int, send: Callable[[int], Awaitable[object]]) -> float:
    """Sends so many, 64 at a time; messages per CPU second."""
    left = iter(range(count))

    async def hand() -> None:
        for number in left:
            await send(number)

    began = time.process_time()
    await asyncio.gather(*(hand() for _ in range(IN_FLIGHT)))
    return count / (time.process_time() - began)


async def _pipeline(folder: Path) -> dict[str, Any]:
    """Claim, make, deliver, classify, write down: the notices of so many people with one phone each."""
    with _service() as (port, trusting):
        await _make(PIPED)
        await engine.close()
        engine.use(Carrier(origin=ORIGIN, subject=SUBJECT, resolver=ToThisMachine(port), tls=trusting, max_rate=100_000.0))
        await engine.engine()
        async with connection() as held:
            await held.execute("DELETE FROM push_service")
        postmaster = _postmaster(folder)
        mine, theirs, wall = time.process_time(), cpu_seconds(postmaster), time.monotonic()
        await jobs.deliver({})
        mine, theirs = time.process_time() - mine, cpu_seconds(postmaster) - theirs
        wall = time.monotonic() - wall
        async with connection() as held:
            sent = await held.fetchval("SELECT count(*) FROM notice WHERE state = 'sent'")
        return {
            "sent": sent,
            "per_core_second": round(sent / mine),
            "per_core_second_with_postgresql": round(sent / (mine + theirs)),
            "per_second": round(sent / wall),
        }


async def _planning(folder: Path) -> dict[str, Any]:
    """The notices of a night in which 500,000 payments are posted, each in a case with two parents who use the app."""
    cases, accounts = [uuid4() for _ in range(NIGHT // 5)], [uuid4() for _ in range(NIGHT // 5 * 2)]
    async with DB.transaction(), connection() as held:
        await held.execute("SET LOCAL session_replication_role = replica")
        await held.execute(
            "INSERT INTO account (id, role, login, display_name, person_id) "
            "SELECT id, 'parent', id::text, 'Somebody', id::text FROM unnest($1::uuid[]) AS id",
            accounts,
        )
        await held.execute(
            "INSERT INTO sync_grant (principal, scope, mask) SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::int2[])",
            accounts,
            [case for case in cases for _ in range(2)],
            [1 | 2 | 16, 1 | 4 | 32] * len(cases),
        )
        await held.execute("ANALYZE sync_grant")
    batch = uuid4()
    entries = [Entry("payment.posted", case_id=cases[number % len(cases)], subject_id=uuid4(), batch_id=batch) for number in range(NIGHT)]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    postmaster = _postmaster(folder)
    cpu, theirs, wall = time.process_time(), cpu_seconds(postmaster), time.monotonic()
    async with DB.transaction():
        await actions.make_notices(entries)
    took = {"seconds": round(time.monotonic() - wall, 1), "cpu_seconds": round(time.process_time() - cpu, 1)}
    took |= {"postgresql_cpu_seconds": round(cpu_seconds(postmaster) - theirs, 1)}
    async with connection() as held:
        made = await held.fetchval("SELECT count(*) FROM notice WHERE event_key LIKE $1", f"%{batch}")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory) / 1024
    return {"payments": NIGHT, "notices": made, **took, "memory_grown_mb": round(grown)}


def _postmaster(folder: Path) -> int:
    return int((folder / "postmaster.pid").read_text().splitlines()[0])


@contextlib.contextmanager
def _service() -> Iterator[tuple[int, ssl.SSLContext]]:
    with tempfile.TemporaryDirectory(prefix="porchlight-stub-") as folder:
        command = [sys.executable, "-m", "tests.bench.push_stub", folder]
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            port = int(process.stdout.readline())
            yield port, ssl.create_default_context(cafile=f"{folder}/cert.pem")
        finally:
            process.stdin.close()
            process.wait(20)


def _raw(pem: bytes) -> str:
    """A private key as pywebpush's documentation has it: the number alone, in base64url."""
    from push.secrets import base64url

    return base64url(read_key(pem).private_numbers().private_value.to_bytes(32))


def _openssl() -> dict[str, float] | None:
    """Key agreements and signatures a second: no message can be cheaper than one agreement."""
    if shutil.which("openssl") is None:
        return None
    found = {}
    for name in ("ecdhp256", "ecdsap256"):
        said = subprocess.run(["openssl", "speed", "-seconds", "1", name], capture_output=True, text=True).stdout
        found[name] = float(said.splitlines()[-1].split()[-1 if name == "ecdhp256" else -2])
    return found
