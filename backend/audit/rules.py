"""What is true of a chain: each link's hash covers the entry and the hash before it, so nothing can change without the rest.

    hash(n) = SHA-256(hash(n - 1) + line(n))        hash(0) = 32 zero bytes

The line is PostgreSQL's text of the entry's columns as COPY writes it (tabs between, backslash escapes, `\\N` for null), with the
time in microseconds of 1970: bytes that do not depend on a session's settings. A head is the hash at some number, signed. An
anchor is a head that is kept outside of the database: it still knows of a tail that is cut off with its heads.
"""

from binascii import hexlify
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import Final, NamedTuple

BEGINNING: Final = bytes(32)
MISSING: Final = rb"\N"
FAULTS_TOLD: Final = 20

Ours = Callable[[bytes, bytes], bool]  # whether this signature of this text is the installation's


class Link(NamedTuple):
    """One sealed entry: its place, its hash, and the entry's line."""

    seq: int
    hash: bytes
    line: bytes


class Head(NamedTuple):
    """A signed place of the chain; an anchor is the same, kept elsewhere."""

    seq: int
    hash: bytes
    signature: bytes


def text_of(seq: int, hash: bytes) -> bytes:
    """What is signed of a head."""
    return f"porchlight-journal-v1\n{seq}\n{hash.hex()}".encode()


def chain(before: Link | None, lines: Iterable[bytes]) -> list[Link]:
    """The links of these lines after that one; the first of all when there is none."""
    seq, held = (0, BEGINNING) if before is None else (before.seq, before.hash)
    links = []
    for line in lines:
        seq, held = seq + 1, sha256(held + line).digest()
        links.append(Link(seq, held, line))
    return links


class Verifier:
    """Checks a chain that is fed to it in pieces, as COPY sends them: `seq`, `hash` in hex, and the line, tabs between."""

    def __init__(self, ours: Ours, heads: Iterable[Head], anchors: Iterable[Head]) -> None:
        self.faults: list[str] = []
        self.seq = 0
        self.entries = 0  # links whose entry is there
        self._held = BEGINNING
        self._rest = b""
        self._heads = self._signed(ours, heads, "head")
        self._anchors = self._signed(ours, anchors, "anchor")
        self._marks: Mapping[int, tuple[bytes, ...]] = _joined(self._heads, self._anchors)

    def feed(self, piece: bytes) -> None:
        """The next bytes of the chain."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        seq, held, marks, gone = self.seq, self._held, self._marks, 0
        for row in lines:
            said_seq, said_hash, line = row.split(b"\t", 2)
            seq, held = seq + 1, sha256(held + line).digest()
            if said_hash != hexlify(held) or int(said_seq) != seq or line.startswith(MISSING):
                gone += line.startswith(MISSING)
                self._fault(f"link {int(said_seq)} does not follow from the one before it" + _why(line))
                seq, held = int(said_seq), bytes.fromhex(said_hash.decode())  # so that one change is told once
            if seq in marks and any(mark != held for mark in marks[seq]):
                self._fault(f"at {seq} the chain is not what was signed")
        self.seq, self._held, self.entries = seq, held, self.entries + len(lines) - gone

    def end(self) -> list[str]:
        """Everything that is wrong, in words; nothing when all of it holds."""
        for what, marks in (("signed", self._heads), ("anchored", self._anchors)):
            last = max(marks, default=0)
            if last > self.seq:
                self._fault(f"the chain ends at {self.seq}, but {last} was {what}: its tail was cut off")
        if self.seq not in self._heads and self.seq:
            self._fault(f"what follows {max(self._heads, default=0)} was never signed")
        return self.faults

    def _signed(self, ours: Ours, heads: Iterable[Head], what: str) -> dict[int, bytes]:
        known: dict[int, bytes] = {}
        for head in heads:
            if not ours(head.signature, text_of(head.seq, head.hash)):
                self._fault(f"the {what} at {head.seq} was not signed by us")
            elif known.setdefault(head.seq, head.hash) != head.hash:
                self._fault(f"there are two {what}s at {head.seq}")
        return known

    def _fault(self, words: str) -> None:
        if len(self.faults) < FAULTS_TOLD:
            self.faults.append(words)


def _joined(heads: Mapping[int, bytes], anchors: Mapping[int, bytes]) -> dict[int, tuple[bytes, ...]]:
    return {seq: tuple(held[seq] for held in (heads, anchors) if seq in held) for seq in {*heads, *anchors}}


def _why(line: bytes) -> str:
    return ": its entry is gone" if line.startswith(MISSING) else ""
