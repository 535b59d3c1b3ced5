"""Who wrote an extract: Ed25519 over the canonical JSON of its manifest.

Canonical: keys in order, no blanks, UTF-8, integers only, without `signature`. Known keys come from EXTRACT_KEYS, and from
`extract-keys/*.pub` in the data folder (the name of the file is the key's id), so that an old and a new key can overlap.
"""

import base64
import binascii
import json
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from backend.ingest.wire import ALGORITHM, MANIFEST, decode_manifest, unfit

KEY_FOLDER = "extract-keys"


def canonical(manifest: dict[str, Any]) -> bytes:
    """The bytes that are signed."""
    rest = {name: value for name, value in manifest.items() if name != "signature"}
    return json.dumps(rest, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign(manifest: dict[str, Any], key_id: str, key: Ed25519PrivateKey) -> dict[str, Any]:
    """The manifest with its signature; for those who write extracts."""
    value = base64.b64encode(key.sign(canonical(manifest))).decode()
    return {**manifest, "signature": {"key": key_id, "alg": ALGORITHM, "value": value}}


def verify(raw: bytes, known: dict[str, bytes]) -> bytes:
    """The signed bytes of a manifest when a known key signed them; else Unfit."""
    signature = decode_manifest(raw).signature
    if signature.alg != ALGORITHM:
        raise unfit(MANIFEST, f"is not signed with {ALGORITHM}")
    public = known.get(signature.key)
    if public is None:
        raise unfit(MANIFEST, "is signed by a key we do not know")
    whole = _strictly(raw)
    signed = canonical(whole)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(base64.b64decode(signature.value, validate=True), signed)
    except (InvalidSignature, binascii.Error, ValueError):
        raise unfit(MANIFEST, "its signature does not fit: it was changed after it was signed") from None
    return signed


def known_keys(configured: dict[str, str], data_folder: Path) -> dict[str, bytes]:
    """Public keys by their id; what holds no key is passed over. The configured ones come before those in the folder."""
    written = {path.stem: path.read_text().strip() for path in (data_folder / KEY_FOLDER).glob("*.pub")} | configured
    keys = {}
    for key_id, text in written.items():
        try:
            public = base64.b64decode(text, validate=True)
        except ValueError:
            continue
        if len(public) == 32:
            keys[key_id] = public
    return keys


def _strictly(raw: bytes) -> dict[str, Any]:
    """The JSON object, refused when a name stands in it twice: two readers could see two manifests."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise unfit(MANIFEST, "names something twice")
        return found

    whole: dict[str, Any] = json.loads(raw.removeprefix(b"\xef\xbb\xbf"), object_pairs_hook=once)
    return whole
