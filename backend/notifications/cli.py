"""`./porchlight push`: the operator's keys, and a diagnosis of web push from end to end."""

import argparse
import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec

from backend.db import close_pool, connection, open_pool
from backend.notifications import engine as engines
from backend.notifications.engine import Engine
from backend.settings import SETTINGS
from push.encrypt import Encryptor, second_encoder
from push.endpoint import HOSTS, GuardedResolver
from push.notification import Kind, Locale, Notification, Subscription, Urgency
from push.payload import document
from push.secrets import base64url, unbase64url
from push.vapid import Key, Tokens, public_half

PORT: Final = 443
LATE_S: Final = 300
STATES: Final = "SELECT host, state, count(*) AS n FROM push_subscription GROUP BY 1, 2 ORDER BY 1, 2"
QUEUE: Final = """
SELECT count(*) AS n, coalesce(extract(epoch FROM now() - min(not_before)), 0)::int AS oldest_s
FROM notice WHERE state = 'queued' AND not_before <= now()"""

Say = Callable[[bool | None, str], None]


def main(arguments: argparse.Namespace) -> int:
    """One of check, keys, rotate; answers the exit code."""
    commands = {"check": check, "keys": keys, "rotate": rotate}
    return asyncio.run(commands[arguments.what]())


async def keys() -> int:
    """Make the first key where there is none, and show the public one."""
    async with _standing() as by:
        newest = await by.keys.newest()
        print(f"{newest.public}\nkey {newest.id}, for subscriptions made from now on")
    return 0


async def rotate() -> int:
    """Make a new key; old subscriptions keep theirs until their app starts again."""
    async with _standing() as by:
        made = await by.keys.rotate()
        retired = await by.keys.retire_unused()
        print(f"{made.public}\nkey {made.id} is handed out from now on; {retired} that nobody needs any more retired")
    return 0


async def check() -> int:
    """Everything that a notification passes on its way, but for the phone: a line for each, and what to do."""
    faults = 0

    def say(good: bool | None, words: str) -> None:
        nonlocal faults
        faults += good is False
        print(f"{'note' if good is None else 'ok  ' if good else 'FAIL'}  {words}")

    try:
        async with _standing() as by:
            say(True, f"settings: VAPID_SUBJECT {SETTINGS.vapid_subject}, links begin with {by.sender.origin}")
            if not SETTINGS.secure:
                say(None, "the origin is not https: browsers subscribe only on this machine itself")
            key = await by.keys.newest()
            say(True, f"signing key {key.id}, readable with this secret")
            check_encoders(key, by.sender.tokens, say)
            await _check_hosts(say)
            await _check_rows(say)
    except (ValueError, RuntimeError) as fault:
        say(False, f"{fault}")
    print("web push is ready" if not faults else f"{faults} to mend")
    return int(faults > 0)


def check_encoders(key: Key, tokens: Tokens, say: Say) -> None:
    """A message by each encoder for a browser made up here, read by a third implementation; and the token's claims."""
    private, auth = ec.generate_private_key(ec.SECP256R1()), os.urandom(16)
    browser = Subscription(
        id=uuid4(),
        label="check",
        endpoint=f"https://{HOSTS[0]}/fcm/send/check",
        p256dh=public_half(private),
        auth=base64url(auth),
        key_id=key.id,
        locale=Locale.ES,
        created_at=datetime.now(UTC),
    )
    text = document(_notification(), browser.locale, SETTINGS.origin)
    message = Encryptor(tokens).message(text, browser, key)
    for name, body in (("webpush", message.body), ("pywebpush", second_encoder(text, browser))):
        read = http_ece.decrypt(body, private_key=private, auth_secret=auth, version="aes128gcm")
        say(read == text, f"a message made by {name} is read whole by http_ece ({len(body)} bytes)")
    claims = _claims(message.headers["Authorization"])
    hours = (claims["exp"] - datetime.now(UTC).timestamp()) / 3600
    fits = claims["aud"] == f"https://{HOSTS[0]}" and claims["sub"] == tokens.subject and 0 < hours < 24
    say(fits, f"the token is for {claims['aud']} from {claims['sub']} and lives {hours:.0f} h more")


async def _check_hosts(say: Say) -> None:
    """Whether the push services can be found and reached from here, at public addresses."""
    guard = GuardedResolver()
    for host in HOSTS:
        if host.startswith("."):
            continue
        try:
            async with asyncio.timeout(5):
                found = await guard.resolve(host, PORT, socket.AF_UNSPEC)
                _, writer = await asyncio.open_connection(found[0]["host"], PORT)
                writer.close()
            say(True, f"{host} answers")
        except (OSError, TimeoutError) as error:
            say(None, f"{host} cannot be reached from here ({type(error).__name__}): phones that use it will not be told")
    await guard.close()


async def _check_rows(say: Say) -> None:
    async with connection() as held:
        for row in await held.fetch(STATES):
            say(None, f"{row['n']} subscriptions at {row['host']}: {row['state']}")
        (queue,) = await held.fetch(QUEUE)
    say(queue["oldest_s"] < LATE_S, f"{queue['n']} notices are due, the oldest since {queue['oldest_s']} s")


@asynccontextmanager
async def _standing() -> AsyncIterator[Engine]:
    await open_pool(size=2)
    try:
        yield await engines.engine()
    finally:
        await engines.close()
        await close_pool()


def _notification() -> Notification:
    name = base64url(os.urandom(24))
    return Notification(kind=Kind.UPDATE, id=base64url(UUID(int=0).bytes), tag=name, topic=name, urgency=Urgency.NORMAL, ttl_s=60)


def _claims(header: str) -> dict[str, Any]:
    claims: dict[str, Any] = json.loads(unbase64url(header.split(".")[1]))
    return claims
