"""A passkey's authenticator in software, which lies where a test tells it to: RFC 8949, FIDO2 and WebAuthn by hand."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

ORIGIN = "http://localhost:8000"
PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
USUAL = PRESENT | VERIFIED | ELIGIBLE | BACKED_UP


def text_of(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Lies:
    """How an answer differs from a true one."""

    origin: str = ORIGIN
    kind: str = ""
    rp_id: str = "localhost"
    flags: int = USUAL
    challenge: bytes | None = None
    count: int | None = None
    more: dict[str, Any] = field(default_factory=dict)


class Key:
    """One passkey."""

    def __init__(self, *, counts: bool = True) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)
        self.count, self.counts = 0, counts
        self.handle = b""

    def made(self, options: dict[str, Any], lies: Lies | None = None) -> dict[str, Any]:
        """The answer to `navigator.credentials.create`."""
        lies = lies or Lies()
        self.handle = bytes_of(options["user"]["id"])
        numbers = self.private.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + encode_cbor(cose)
        data = self._data(lies, ATTESTED) + attested
        said = self._said(options, lies, "webauthn.create")
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": text_of(said), "attestationObject": text_of(attestation)})

    def shown(self, options: dict[str, Any], lies: Lies | None = None) -> dict[str, Any]:
        """The answer to `navigator.credentials.get`."""
        lies = lies or Lies()
        data, said = self._data(lies, 0), self._said(options, lies, "webauthn.get")
        signature = self.private.sign(data + hashlib.sha256(said).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            {
                "clientDataJSON": text_of(said),
                "authenticatorData": text_of(data),
                "signature": text_of(signature),
                "userHandle": text_of(self.handle),
            }
        )

    def _data(self, lies: Lies, more: int) -> bytes:
        if self.counts:
            self.count += 1
        count = self.count if lies.count is None else lies.count
        return hashlib.sha256(lies.rp_id.encode()).digest() + bytes([lies.flags | more]) + count.to_bytes(4, "big")

    def _said(self, options: dict[str, Any], lies: Lies, kind: str) -> bytes:
        challenge = options["challenge"] if lies.challenge is None else text_of(lies.challenge)
        said = {"type": lies.kind or kind, "challenge": challenge, "origin": lies.origin, "crossOrigin": False}
        return json.dumps(said | lies.more).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        name = text_of(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}


async def add_passkey(page: httpx.AsyncClient, key: Key | None = None, lies: Lies | None = None) -> tuple[Key, httpx.Response]:
    """Make a passkey for whoever is signed in."""
    key = key or Key()
    options = (await page.post("/v1/account/passkeys/options", json={})).json()
    return key, await page.post("/v1/account/passkeys", json={"passkey": key.made(options, lies), "prf": True, "name": "My phone"})


async def passkey_options(page: httpx.AsyncClient) -> dict[str, Any]:
    options: dict[str, Any] = (await page.post("/v1/sign-in/passkey/options", json={})).json()
    return options


async def sign_in_by(page: httpx.AsyncClient, key: Key, lies: Lies | None = None) -> httpx.Response:
    options = await passkey_options(page)
    return await page.post("/v1/sign-in/passkey", json={"passkey": key.shown(options, lies)})
