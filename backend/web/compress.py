"""Answers made small: JSON is packed as it leaves, in one go or piece by piece."""

import asyncio
import zlib
from typing import Any, Final, Protocol

import brotli

from backend.web.headers import HeaderList, accepts

WORTH_BYTES: Final = 600
THREAD_BYTES: Final = 1 << 16
BROTLI_QUALITY: Final = 4
GZIP_LEVEL: Final = 6
PACKED_TYPES: Final = (b"application/json", b"application/problem+json")


class Packer(Protocol):
    """One answer's packing: pieces in, pieces out, and an end."""

    def add(self, piece: bytes) -> bytes:
        """What can be sent after this piece, so that nothing waits for the next one."""

    def end(self, piece: bytes) -> bytes:
        """The last piece and everything that was held back."""


class Brotli:
    """Packer for ``br``."""

    name: Final = b"br"

    def __init__(self) -> None:
        self._it = brotli.Compressor(quality=BROTLI_QUALITY)

    def add(self, piece: bytes) -> bytes:
        """See Packer."""
        return bytes(self._it.process(piece) + self._it.flush())

    def end(self, piece: bytes) -> bytes:
        """See Packer."""
        return bytes(self._it.process(piece) + self._it.finish())


class Gzip:
    """Packer for ``gzip``."""

    name: Final = b"gzip"

    def __init__(self) -> None:
        self._it = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 31)

    def add(self, piece: bytes) -> bytes:
        """See Packer."""
        return self._it.compress(piece) + self._it.flush(zlib.Z_SYNC_FLUSH)

    def end(self, piece: bytes) -> bytes:
        """See Packer."""
        return self._it.compress(piece) + self._it.flush()


def packer_for(accept: bytes | None) -> Brotli | Gzip | None:
    """The best packing that the browser takes."""
    if accepts(accept, b"br"):
        return Brotli()
    return Gzip() if accepts(accept, b"gzip") else None


def is_packable(status: int, headers: HeaderList) -> bool:
    """Whether an answer is JSON that nobody has packed yet."""
    if status in (204, 304):
        return False
    there = dict(headers)
    return there.get(b"content-type", b"").startswith(PACKED_TYPES) and b"content-encoding" not in there


async def pack_first(start: dict[str, Any], message: dict[str, Any], accept: bytes | None) -> Packer | None:
    """Pack a held-back start and its first body in place; returns the packer when more bodies will follow."""
    body, more = message.get("body", b""), message.get("more_body", False)
    headers: HeaderList = start["headers"]
    headers.append((b"vary", b"Accept-Encoding"))
    packer = packer_for(accept) if more or len(body) >= WORTH_BYTES else None
    if packer is None:
        return None
    headers[:] = [(name, value) for name, value in headers if name != b"content-length"]
    headers.append((b"content-encoding", packer.name))
    if more:
        message["body"] = packer.add(body)
        return packer
    message["body"] = await asyncio.to_thread(packer.end, body) if len(body) >= THREAD_BYTES else packer.end(body)
    headers.append((b"content-length", str(len(message["body"])).encode()))
    return None
