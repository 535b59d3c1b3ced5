"""Ways to change a chain that was sealed, by chance from a seed: each of them has to be noticed.

Whoever tampers has the database and knows how it works, but neither the installation's secret nor the file of anchors.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec

from backend.audit.rules import Head, Link, Verifier, chain, text_of
from backend.signatures import is_signed, point_of, sign

LINKS: Final = 16
CHAINS: Final = 25
OURS: Final = ec.derive_private_key(7, ec.SECP256R1())
THEIRS: Final = ec.derive_private_key(11, ec.SECP256R1())
POINT: Final = point_of(OURS)


class Sealed(NamedTuple):
    """A chain with its heads in the database, and the anchors outside of it."""

    links: list[Link]
    heads: list[Head]
    anchors: list[Head]


def sealed(chance: random.Random) -> Sealed:
    """A chain of made-up entries, signed here and there and at its end, anchored here and there and at its end."""
    lines = [f"{n}\t{chance.getrandbits(50)}\tworker\tcase.read\t{chance.getrandbits(64)}\t{{}}".encode() for n in range(1, LINKS + 1)]
    links = chain(None, lines)
    heads = [signed(link, OURS) for link in links if link.seq == LINKS or chance.random() < 0.2]
    anchors = [head for head in heads if head.seq == LINKS or chance.random() < 0.5]
    return Sealed(links, heads, anchors)


def signed(link: Link, pair: ec.EllipticCurvePrivateKey) -> Head:
    """A head at this link."""
    return Head(link.seq, link.hash, sign(pair, text_of(link.seq, link.hash)))


@lru_cache(maxsize=10_000)
def _ours(signature: bytes, text: bytes) -> bool:
    return is_signed(POINT, signature, text)


def faults(found: Sealed) -> list[str]:
    """What a verification says."""
    verifier = Verifier(_ours, found.heads, found.anchors)
    verifier.feed(b"".join(b"%d\t%s\t%s\n" % (link.seq, link.hash.hex().encode(), link.line) for link in found.links))
    return verifier.end()


def edited(it: Sealed, chance: random.Random) -> Sealed:
    """One byte of one entry is another."""
    at = chance.randrange(LINKS)
    line = bytearray(it.links[at].line)
    line[chance.randrange(len(line))] ^= 1 << chance.randrange(3)
    return _with(it, at, it.links[at]._replace(line=bytes(line).replace(b"\n", b"x")))


def deleted(it: Sealed, chance: random.Random) -> Sealed:
    """One link is gone, and those after it are renumbered or not."""
    at = chance.randrange(LINKS)
    rest = it.links[at + 1 :]
    if chance.random() < 0.5:
        rest = [link._replace(seq=link.seq - 1) for link in rest]
    return it._replace(links=it.links[:at] + rest)


def emptied(it: Sealed, chance: random.Random) -> Sealed:
    """An entry is gone from the journal; its link stays."""
    at = chance.randrange(LINKS)
    return _with(it, at, it.links[at]._replace(line=rb"\N" + rb"	\N" * 5))


def inserted(it: Sealed, chance: random.Random) -> Sealed:
    """An entry that was never made, in the middle."""
    at = chance.randrange(LINKS)
    put = chain(it.links[at - 1] if at else None, [b"99\t1\tnobody\tcase.read\t1\t{}"])
    return it._replace(links=it.links[:at] + put + [link._replace(seq=link.seq + 1) for link in it.links[at:]])


def reordered(it: Sealed, chance: random.Random) -> Sealed:
    """Two entries change places."""
    one, other = chance.sample(range(LINKS), 2)
    links = list(it.links)
    links[one], links[other] = links[one]._replace(line=links[other].line), links[other]._replace(line=links[one].line)
    return it._replace(links=links)


def cut_off(it: Sealed, chance: random.Random) -> Sealed:
    """The tail is gone, with its heads and with a new one that somebody else signed, or without."""
    kept = chance.randrange(LINKS)
    heads = [head for head in it.heads if head.seq <= kept]
    if kept and chance.random() < 0.5:
        heads.append(signed(it.links[kept - 1], THEIRS))
    return it._replace(links=it.links[:kept], heads=heads)


def rewritten(it: Sealed, chance: random.Random) -> Sealed:
    """Everything from one entry on is another, chained anew and signed by somebody else, or with the signatures of before."""
    at = chance.randrange(LINKS)
    lines = [it.links[at].line + b" "] + [link.line for link in it.links[at + 1 :]]
    links = it.links[:at] + chain(it.links[at - 1] if at else None, lines)
    if chance.random() < 0.5:
        heads = [head if head.seq <= at else signed(links[head.seq - 1], THEIRS) for head in it.heads]
    else:
        heads = [head._replace(hash=links[head.seq - 1].hash) for head in it.heads]
    return it._replace(links=links, heads=heads)


def unsigned(it: Sealed, chance: random.Random) -> Sealed:
    """The last head is gone, or all are."""
    return it._replace(heads=it.heads[:-1] if chance.random() < 0.5 else [])


WAYS: Final[tuple[Callable[[Sealed, random.Random], Sealed], ...]] = (
    edited, deleted, emptied, inserted, reordered, cut_off, rewritten, unsigned,
)  # fmt: skip


def try_everything(mutations: int, seed: int) -> list[str]:
    """So many changes of a few chains, each way in its turn; answers those that were not noticed."""
    wholes = [sealed(random.Random(f"{seed}/{number}")) for number in range(min(CHAINS, mutations))]  # noqa: S311
    missed = [f"chain {number}: nobody touched it, and it is called changed" for number, whole in enumerate(wholes) if faults(whole)]
    for number in range(mutations):
        way, whole = WAYS[number % len(WAYS)], wholes[number % len(wholes)]
        if not faults(way(whole, random.Random(f"{seed} {number}"))):  # noqa: S311
            missed.append(f"{number}: {way.__name__}")
    return missed


def _with(it: Sealed, at: int, link: Link) -> Sealed:
    return it._replace(links=[*it.links[:at], link, *it.links[at + 1 :]])
