"""The vault of a phone, opened without the app: a second implementation, from what lies in the browser and the passphrase alone."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from playwright.async_api import Page

PASSPHRASE = "lantern orchard tunnel breakfast"
SHAPE = 1

# Every record of every database, keys and values; bytes as {bytes: base64}, keys that cannot leave as null.
DUMP = """async () => {
  const plain = it => {
    if (it instanceof Uint8Array || it instanceof ArrayBuffer) {
      const bytes = new Uint8Array(it), parts = [];
      for (let at = 0; at < bytes.length; at += 8192) parts.push(String.fromCharCode(...bytes.subarray(at, at + 8192)));
      return { bytes: btoa(parts.join('')) };
    }
    if (it instanceof CryptoKey) return null;
    if (Array.isArray(it)) return it.map(plain);
    if (it && typeof it === 'object') return Object.fromEntries(Object.entries(it).map(([name, value]) => [name, plain(value)]));
    return it;
  };
  const asked = query => new Promise((ok, no) => { query.onsuccess = () => ok(query.result); query.onerror = () => no(query.error); });
  const all = [];
  for (const { name } of await indexedDB.databases()) {
    const db = await asked(indexedDB.open(name));
    for (const store of db.objectStoreNames) {
      const it = db.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([asked(it.getAllKeys()), asked(it.getAll())]);
      all.push([name, store, keys.map((key, at) => [key, plain(values[at])])]);
    }
    db.close();
  }
  return JSON.stringify(all);
}"""


class Vault:
    """One vault's keys."""

    def __init__(self, record: dict[str, Any], passphrase: str) -> None:
        self.bound = f"{record['who']['tag']}|{record['id']}"
        (slot,) = (slot for slot in record["slots"] if slot["kind"] == "passphrase")
        key = _derived(_stretched(passphrase, slot["salt"], slot["rounds"]), b"", "porchlight-slot-l")
        box = unbase64url(slot["box"])
        secret = AESGCM(key).decrypt(box[:12], box[12:], f"slot|{self.bound}".encode())
        self.box = AESGCM(_derived(secret, self.bound.encode(), "porchlight-box"))
        self.name_key = _derived(secret, self.bound.encode(), "porchlight-name")

    def open(self, place: str, box: dict[str, str]) -> Any:
        """What was sealed for this place."""
        whole = base64.b64decode(box["bytes"])
        return json.loads(self.box.decrypt(whole[:12], whole[12:], self._label(place)))

    def name(self, place: str) -> str:
        """The name under which a record lies."""
        return base64url(hmac.digest(self.name_key, self._label(place), "sha256"))

    def _label(self, place: str) -> bytes:
        return f"{self.bound}|{place}|{SHAPE}".encode()


async def raw_holds(page: Page) -> list[Any]:
    """Everything that this browser keeps in its databases, as it lies there: [database, store, [[key, value], …]]."""
    held: list[Any] = json.loads(await page.evaluate(DUMP))
    return held


def opened(held: list[Any], passphrase: str = PASSPHRASE) -> list[tuple[str, str, list[Any]]]:
    """The same with every box opened: (database, store, values)."""
    records = [value for name, _, rows in held if name == "vaults" for _, value in rows if value["slots"]]
    vaults = {record["id"]: Vault(record, passphrase) for record in records}
    found = []
    for name, store, rows in held:
        vault = vaults.get(name.partition("-")[2])
        scopes = _scopes(vault, held, name) if vault and store == "scopes" else {}
        found.append((name, store, [_value(vault, store, key, value, scopes) for key, value in rows]))
    return found


def _value(vault: Vault | None, store: str, key: str, value: Any, scopes: dict[str, str]) -> Any:
    if vault is None:
        return value
    if store == "meta":
        return vault.open("state", value) if key == "state" else value
    if store == "scopes":
        return vault.open(f"scope|{scopes[key]}", value) if key in scopes else value
    if store == "notes":
        return vault.open(f"note|{key}", value["box"])
    if store == "items":
        return {**value, **vault.open(f"item|{value['id']}", value["box"]), "box": None}
    return vault.open(f"draft|{key}", value["box"]) if store == "drafts" else value


def _scopes(vault: Vault, held: list[Any], database: str) -> dict[str, str]:
    """Whose box lies under which name; a box is not among them when the state was read a moment before it."""
    (meta,) = (dict(rows) for other, store, rows in held if other == database and store == "meta")
    return {vault.name(f"scope|{scope}"): scope for scope in (vault.open("state", meta["state"])["holds"] if "state" in meta else ())}


def _derived(material: bytes, salt: bytes, info: str) -> bytes:
    return HKDF(SHA256(), 32, salt=salt, info=info.encode()).derive(material)


@cache
def _stretched(passphrase: str, salt: str, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), unbase64url(salt), rounds)


def unbase64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
