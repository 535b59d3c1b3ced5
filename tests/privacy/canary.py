"""Every secret of a world is a word that stands nowhere else, and is looked for in everything that leaves, however it is written."""

from __future__ import annotations

import base64
import gzip
from dataclasses import replace
from itertools import count
from random import Random
from typing import NamedTuple
from urllib.parse import quote

from tests.backend.ingest.extracts import Row, Tables
from tests.privacy.families import Family, family_of, secrets
from tests.privacy.trace import Act, World

# Columns that take any text. The others hold codes, dates and flags, which the pairs of worlds are for.
FREE = frozenset(
    "middle_name phone email address_1 address_2 city postal_code employer_name employer_phone closure_code appearance name unit_code "
    "hours address detail_code".split()
)
WRITTEN = ("body", "note", "now", "why")


def spellings(word: str) -> dict[str, bytes]:
    """How a word may be written: each way as the bytes to look for."""
    raw = word.encode()
    aligned = [base64.b64encode(b"\0" * pad + raw) for pad in range(3)]
    return {
        "plain": raw,
        "url": quote(word).encode(),
        "hex": raw.hex().encode(),
        "reversed": raw[::-1],
        "digits": "".join(letter for letter in word if letter.isdigit()).encode(),
        **{f"base64 at {pad}": coded[(pad * 8 + 5) // 6 : -4] for pad, coded in enumerate(aligned)},
    }


class Sight(NamedTuple):
    """A secret word that was seen: where, how it was written, and which."""

    place: str
    spelling: str
    word: str


def look(places: dict[str, list[bytes]], words: list[str]) -> set[Sight]:
    """Every secret word that stands anywhere, in any spelling; what is packed is unpacked first."""
    found = set()
    for place, texts in places.items():
        whole = b"\n".join(_unpacked(text) for text in texts).lower()
        for word in words:
            found |= {Sight(place, how, word) for how, text in spellings(word).items() if text.lower() in whole}
    return found


def _unpacked(text: bytes) -> bytes:
    return gzip.decompress(text) if text.startswith(b"\x1f\x8b") else text


def with_words(world: World) -> tuple[World, list[str]]:
    """The world with a word of its own in place of every secret that can be any text; all those words."""
    marker = _Marker(world)
    rounds = tuple(
        replace(told, delta=marker.tables(told.delta), acts=tuple(marker.act(act) for act in told.acts)) for told in world.rounds
    )
    return replace(world, base=marker.tables(world.base), rounds=rounds), marker.words


class _Marker:
    def __init__(self, world: World) -> None:
        self.families = world.families
        self.words: list[str] = []
        self._rng, self._numbers = Random(world.seed), count(1)

    def word(self) -> str:
        self.words.append(f"zq {self._rng.randrange(10**8, 10**9)}-{next(self._numbers):05}@x{self._rng.randrange(16**6):06x}")
        return self.words[-1]

    def tables(self, tables: Tables) -> Tables:
        return {name: [self._row(name, row) for row in rows] for name, rows in tables.items()}

    def _row(self, name: str, row: Row) -> Row:
        number = family_of(row)
        family: Family | None = self.families.get(number) if number is not None else None
        if name == "workers.csv":
            family = next(iter(self.families.values()))
        if family is None:
            return row
        return row | {column: self.word() for column in secrets(family, name, row) if column in FREE}

    def act(self, act: Act) -> Act:
        if act.mine:
            return act
        return act._replace(args=act.args | {name: self.word() for name in WRITTEN if name in act.args})


WAYS = ("plain", "url", "hex", "reversed", "digits", "base64 at 0")


def spilled(words: list[str]) -> str:
    """These words, each written in another of the WAYS: what a planted leak lets out."""
    return " ".join(_whole(way, word) for way, word in zip(WAYS, words, strict=True))


def _whole(way: str, word: str) -> str:
    return base64.b64encode(word.encode()).decode() if way.startswith("base64") else spellings(word)[way].decode()
