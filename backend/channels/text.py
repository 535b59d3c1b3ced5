"""Text messages through an HTTP provider that speaks as Twilio does, and what comes back from it.

The adapter needs three things of a provider: a form POST to ``…/Messages.json`` with To, From and Body under basic
authentication, with an Idempotency-Key for those who know it; errors as a JSON ``code``; and inbound messages as a form POST
signed with ``X-Twilio-Signature``.
"""

import hmac
from base64 import b64encode
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote, urlsplit

import aiohttp

from backend.channels.wire import Letter, Sent

TIMEOUT_S: Final = 15.0
MOST: Final = 160
STOPPED: Final = 21610
NEVER: Final = frozenset({21211, 21214, 21612, 21614})  # not a number, not reachable, not a mobile phone
ENDS: Final = {"en": "Reply STOP to end.", "es": "Responda STOP para terminar."}
STOP_WORDS: Final = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "alto", "parar", "cancelar"})
START_WORDS: Final = frozenset({"start", "unstop", "yes", "iniciar", "si", "sí"})
HELP_WORDS: Final = frozenset({"help", "info", "ayuda"})


def compose(letter: Letter) -> str:
    """The whole text. Whatever the link's length, how to end it is said."""
    whole = f"{letter.title}. {letter.link} {ENDS[letter.language]}"
    return whole if len(whole) <= MOST else f"{letter.link} {ENDS[letter.language]}"


async def send(letter: Letter, url: str, sender: str) -> Sent:
    """Hands it to the provider: ``https://account:token@host/2010-04-01/Accounts/account``."""
    parts = urlsplit(url)
    base = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "") + parts.path.rstrip("/")
    login = b64encode(f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()).decode()
    proof = {"Authorization": f"Basic {login}"} | ({"Idempotency-Key": letter.id} if letter.id else {})
    fields = {"To": letter.address, "From": sender, "Body": compose(letter)}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S), trust_env=False) as session,
            session.post(f"{base}/Messages.json", data=fields, headers=proof, allow_redirects=False) as answer,
        ):
            return _meaning(answer.status, (await answer.json(content_type=None)) if answer.status >= 400 else {})
    except (aiohttp.ClientError, OSError, TimeoutError, ValueError):
        return Sent.LATER


def is_signed(token: str, url: str, fields: Mapping[str, str], signature: str) -> bool:
    """Whether the provider itself sent these fields to this address of ours (HMAC-SHA1 over both, as it documents)."""
    whole = url + "".join(name + fields[name] for name in sorted(fields))
    expected = b64encode(hmac.digest(token.encode(), whole.encode(), "sha1")).decode()
    return bool(token) and hmac.compare_digest(expected.encode(), signature.encode())


def command(body: str) -> str | None:
    """``stop``, ``start`` or ``help``, in either language; none for anything else that somebody writes."""
    word = body.strip().strip(".!¡¿?\"'").lower()
    for name, words in (("stop", STOP_WORDS), ("start", START_WORDS), ("help", HELP_WORDS)):
        if word in words:
            return name
    return None


def _meaning(status: int, said: object) -> Sent:
    code = said.get("code") if isinstance(said, dict) else None
    if 200 <= status < 300:
        return Sent.SENT
    if code == STOPPED:
        return Sent.STOPPED
    return Sent.DEAD if code in NEVER else Sent.LATER
