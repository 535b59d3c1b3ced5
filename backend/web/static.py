"""The built PWA, served from memory: a lookup can never walk out of a folder, and 304 costs nothing."""

import base64
import gzip
import hashlib
import mimetypes
from pathlib import Path
from typing import Final

import brotli
import msgspec

from backend.web.headers import SECURITY_POLICY, HeaderList, accepts, policy
from backend.web.origin import Headers

FOREVER: Final = b"public, max-age=31536000, immutable"
ASK_FIRST: Final = b"no-cache"
CODINGS: Final = ((b"br", ".br"), (b"gzip", ".gz"))
PACKED_SUFFIXES: Final = frozenset({".html", ".js", ".css", ".json", ".svg", ".webmanifest", ".txt", ".map"})
PACK_BYTES: Final = 600
WORKER: Final = "/sw.js"
RECALLING: Final = "/kill.js"
TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
}
NOT_BUILT: Final = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Porchlight</title>
<h1>The app is not built yet</h1>
<p>The server runs, but the pages for the phone are missing.
<code>./porchlight run</code> builds them and starts the server.</p>
"""


class Asset(msgspec.Struct, frozen=True):
    """One file: how it is kept by browsers, its bytes under each coding (the empty coding is the file itself), and a page's policy."""

    media_type: bytes
    keep: bytes
    tag: bytes
    bodies: dict[bytes, bytes]
    policy: bytes | None


class Answer(msgspec.Struct, frozen=True):
    """What is sent for one request."""

    status: int
    headers: HeaderList
    body: bytes


class Site:
    """The files of one build; read anew when a later build has replaced the shell."""

    def __init__(self, folder: Path, *, recall: bool = False) -> None:
        """With `recall` every phone is told to drop the app's files and to load them anew: the way out of a bad release."""
        self._folder = folder
        self._recall = recall
        self._shell = folder / "index.html"
        self._built = 0
        self._assets: dict[str, Asset] = {}

    def answer(self, path: str, headers: Headers) -> Answer:
        """The file at a path; for a navigation that names no file, the shell; else 404."""
        if not self._is_fresh():
            return _page(503, NOT_BUILT)
        name = "/index.html" if path == "/" else path
        asset = self._assets.get(RECALLING if self._recall and name == WORKER else name)
        if asset is None and _is_navigation(path, headers):
            asset = self._assets["/index.html"]
        if asset is None:
            return _page(404, b"There is nothing here.")
        return _answer(asset, headers)

    def _is_fresh(self) -> bool:
        try:
            built = self._shell.stat().st_mtime_ns
        except OSError:
            return False
        if built != self._built:
            self._assets = _load(self._folder)
            self._built = built
        return True


def _is_navigation(path: str, headers: Headers) -> bool:
    if path.startswith("/assets/") or "." in path.rpartition("/")[2]:
        return False
    return headers.get(b"sec-fetch-mode") == b"navigate" or b"text/html" in headers.get(b"accept", b"")


def _answer(asset: Asset, headers: Headers) -> Answer:
    accept = headers.get(b"accept-encoding")
    coding = next((c for c, _ in CODINGS if c in asset.bodies and accepts(accept, c)), b"")
    tag = b'"' + asset.tag + (b"-" + coding if coding else b"") + b'"'
    told: HeaderList = [(b"etag", tag), (b"cache-control", asset.keep)]
    if asset.policy:
        told.append((SECURITY_POLICY, asset.policy))
    if len(asset.bodies) > 1:
        told.append((b"vary", b"Accept-Encoding"))
    if _is_known(headers.get(b"if-none-match", b""), tag):
        return Answer(304, told, b"")
    body = asset.bodies[coding]
    told += [(b"content-type", asset.media_type), (b"content-length", str(len(body)).encode())]
    if coding:
        told.append((b"content-encoding", coding))
    return Answer(200, told, body)


def _is_known(if_none_match: bytes, tag: bytes) -> bool:
    if if_none_match.strip() == b"*":
        return True
    return tag in (t.strip().removeprefix(b"W/") for t in if_none_match.split(b","))


def _page(status: int, body: bytes) -> Answer:
    kind = b"text/html; charset=utf-8" if body.startswith(b"<") else b"text/plain; charset=utf-8"
    told = [(b"content-type", kind), (b"cache-control", b"no-store"), (b"content-length", str(len(body)).encode())]
    return Answer(status, told, body)


def _load(folder: Path) -> dict[str, Asset]:
    suffixes = tuple(suffix for _, suffix in CODINGS)
    files = (file for file in folder.rglob("*") if file.is_file() and not file.name.endswith(suffixes))
    return {"/" + file.relative_to(folder).as_posix(): _read(file, folder) for file in files}


def _read(file: Path, folder: Path) -> Asset:
    plain = file.read_bytes()
    hashed = file.relative_to(folder).parts[0] == "assets"
    guess = TYPES.get(file.suffix) or mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    bodies = {b"": plain}
    if file.suffix in PACKED_SUFFIXES and len(plain) >= PACK_BYTES:
        bodies |= {coding: _packed(file, coding, suffix, plain) for coding, suffix in CODINGS}
    tag = hashlib.sha256(plain).hexdigest()[:24].encode()
    page = policy(*map(_hash, _inline(plain))) if file.suffix == ".html" else None
    return Asset(guess.encode(), FOREVER if hashed else ASK_FIRST, tag, bodies, page)


def _inline(page: bytes) -> list[bytes]:
    """The scripts that stand in a page."""
    return [rest.partition(b"</script>")[0] for rest in page.split(b"<script>")[1:]]


def _hash(script: bytes) -> str:
    """An inline script's name in the policy: of the very bytes that are sent, so the two cannot differ."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script).digest()).decode()


def _packed(file: Path, coding: bytes, suffix: str, plain: bytes) -> bytes:
    ready = file.with_name(file.name + suffix)
    if ready.is_file():
        return ready.read_bytes()
    return bytes(brotli.compress(plain, quality=5)) if coding == b"br" else gzip.compress(plain, 6, mtime=0)
