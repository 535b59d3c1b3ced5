"""`./porchlight call`: a telephone in this terminal. It signs as the provider does, and shows what would be said."""

from __future__ import annotations

import argparse
import asyncio
import hmac
import sys
from base64 import b64encode
from typing import Any, Final
from uuid import uuid4
from xml.etree import ElementTree

import aiohttp

from backend.settings import SETTINGS
from backend.voice.routes import PATH, provider_token

AWAY: Final = "No server answers at {where}. Start one in another terminal: ./porchlight run"


def main(arguments: argparse.Namespace) -> int:
    """Call until one side hangs up."""
    try:
        return asyncio.run(_call(arguments.telephone))
    except EOFError:  # who typed put the telephone down
        return 0
    except aiohttp.ClientConnectorError:
        print(AWAY.format(where=f"{SETTINGS.host}:{SETTINGS.port}"), file=sys.stderr)
        return 1


async def _call(telephone: str) -> int:
    fields = {"CallSid": f"local-{uuid4().hex}", "From": telephone}
    where: str | None = SETTINGS.origin + PATH
    async with aiohttp.ClientSession(trust_env=False) as session:
        while where is not None:
            answer = await _post(session, where, fields)
            fields = {name: fields[name] for name in ("CallSid", "From")}
            where, wants = _show(answer)
            if wants:
                said = await asyncio.to_thread(input, "you say: " if wants == "SpeechResult" else "you press: ")
                fields |= {wants: said.strip()} if said.strip() else {}
    return 0


async def _post(session: aiohttp.ClientSession, url: str, fields: dict[str, str]) -> str:
    """Signed for our public address, sent to this machine."""
    whole = url + "".join(name + fields[name] for name in sorted(fields))
    signature = b64encode(hmac.digest(provider_token().encode(), whole.encode(), "sha1")).decode()
    here = f"http://{SETTINGS.host}:{SETTINGS.port}{url.removeprefix(SETTINGS.origin)}"
    headers = {"X-Twilio-Signature": signature, "Host": SETTINGS.origin.partition("://")[2]}
    async with session.post(here, data=fields, headers=headers, allow_redirects=False) as answer:
        answer.raise_for_status()
        return await answer.text()


def _show(answer: str) -> tuple[str | None, str]:
    """Prints what is said; where to go on and what is waited for, or nothing when the call is over."""
    response = ElementTree.fromstring(answer)  # noqa: S314 (our own server's)
    for said in response.iter("Say"):
        print(f"  [{said.get('language')}] {said.text}")
    gather: Any = response.find("Gather")
    if gather is None:
        dialled = response.findtext("Dial")
        print(f"  (you are connected to {dialled})" if dialled else "  (the line hangs up)")
        return None, ""
    return gather.get("action"), "SpeechResult" if gather.get("input") == "speech" else "Digits"
