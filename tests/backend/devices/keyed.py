"""A phone with a key of its own: it proves its requests, and seals what it wrote. Written from the protocol, not from our code."""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.accounts.rules import token_hash
from backend.registry import SCHEMA
from tests.backend.browsing import browser, make_app, make_person
from tests.backend.devices.phone import Phone
from tests.make import insert


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def point(pair: ec.EllipticCurvePrivateKey) -> bytes:
    return pair.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def verified(token: str, key: str) -> dict[str, Any]:
    """The payload of a lease or an order, if this key signed it; else InvalidSignature."""
    payload, signature = (unb64(part) for part in token.split("."))
    assert len(signature) == 64
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(key))
    public.verify(encode_dss_signature(r, s), payload, ec.ECDSA(SHA256()))
    told: dict[str, Any] = json.loads(payload)
    return told


class KeyedPhone(Phone):
    """A phone that signs what it asks."""

    def __init__(self, client: httpx.AsyncClient, account: Any) -> None:
        super().__init__(client, account)
        self.pair = ec.generate_private_key(ec.SECP256R1())
        self.key = b64(point(self.pair))

    def proof(self, method: str, path: str, body: bytes, **over: Any) -> str:
        text = f"porchlight-proof-v1\n{method} {path}\n{over.get('device', self.device)}\n{b64(sha256(body).digest())}"
        r, s = decode_dss_signature(over.get("pair", self.pair).sign(text.encode(), ec.ECDSA(SHA256())))
        return "v1." + b64(r.to_bytes(32) + s.to_bytes(32))

    async def send(self, method: str, path: str, what: Any = None, client: httpx.AsyncClient | None = None) -> httpx.Response:
        """A request with its proof, over this phone's session or another client's."""
        body = b"" if what is None else json.dumps(what).encode()
        headers = {"porchlight-proof": self.proof(method, path, body), "content-type": "application/json"}
        return await (client or self.client).request(method, path, content=body, headers=headers)

    async def register(self) -> httpx.Response:
        return await self.client.put(f"/v1/devices/{self.device}", json={"kind": "phone", "key": self.key})

    def asks(self, *push: dict[str, Any], **given: Any) -> dict[str, Any]:
        usual = {"rid": "r", "device": str(self.device), "schema": SCHEMA, "clock": 0, "cursor": self.cursor, "have": self.have}
        return usual | {"want": [], "next_n": self.n, "push": list(push)} | given

    async def post(self, *push: dict[str, Any], **given: Any) -> httpx.Response:
        return await self.send("POST", "/v1/sync", self.asks(*push, **given))

    async def sealed(self, mutation: dict[str, Any], **over: Any) -> dict[str, Any]:
        """One item of a hand-over: the mutation, so that only the server can read it."""
        seal = (await self.client.get("/v1/vault/keys")).json()["seal"]
        theirs, fresh = unb64(seal["key"]), ec.generate_private_key(ec.SECP256R1())
        shared = fresh.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
        secret = HKDF(SHA256(), 32, salt=point(fresh) + theirs, info=b"porchlight-outbox-v1").derive(shared)
        iv = os.urandom(12)
        n, id = over.get("n", mutation["n"]), over.get("id", mutation["id"])
        box = AESGCM(secret).encrypt(iv, json.dumps(mutation).encode(), f"{over.get('device', self.device)}|{n}|{id}".encode())
        return {"n": n, "id": id, "sealed": {"key": seal["id"], "eph": b64(point(fresh)), "iv": b64(iv), "box": b64(box)}}

    async def hand_over(self, *items: dict[str, Any], client: httpx.AsyncClient | None = None) -> httpx.Response:
        return await self.send("POST", "/v1/handover", {"device": str(self.device), "items": list(items)}, client)


@asynccontextmanager
async def keyed_phone(login: str, role: str = "parent", **given: Any) -> AsyncIterator[KeyedPhone]:
    """Signed in and registered, with its key."""
    account = await make_person(login, role, **given)
    async with browser(make_app()) as client:
        await enter(client, account)
        made = KeyedPhone(client, account)
        assert (await made.register()).status_code == 204
        yield made


async def enter(client: httpx.AsyncClient, account: UUID) -> None:
    """A session as signing in makes one, without the slow hash: ten of those in a test would say nothing more."""
    token = b64(os.urandom(32))
    client.cookies.set("porchlight", token)
    until = datetime.now(UTC) + timedelta(hours=1)
    await insert("session", token_hash=token_hash(token), account_id=account, expires_at=until)


def check(pin: str) -> str:
    """What a phone derives from a PIN, as far as the server can tell."""
    return b64(sha256(pin.encode()).digest())
