"""Codes: how they are made, read and compared, how long they live, and when no letter may be sent."""

from __future__ import annotations

import secrets
import unicodedata
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final, Literal

from backend.accounts.rules import CODE_LETTERS, bare_code

LETTERS: Final = 13  # of 32: 65 bits
GROUPS: Final = (5, 5, 4)  # the last one ends with the check character
WORDS: Final = 6  # of 256: 48 bits, for ten minutes
LISTS: Final = 256
LIVES: Final = {"letter": timedelta(days=30), "words": timedelta(minutes=10), "operator": timedelta(hours=1)}
TICKET_LIVES: Final = timedelta(hours=1)
TRIES: Final = 5  # wrong names for a right code; then it is dead
RECOVERY_WAITS: Final = timedelta(hours=24)
LETTERS_MOST: Final = 4  # in thirty days

Way = Literal["letter", "words", "operator"]
Block = Literal["letter_in_person", "letter_unsafe", "letter_stale", "letter_no_address", "letter_too_many"]


def new_letter_code() -> str:
    """65 random bits and a check character, in groups as they are printed."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(LETTERS))
    return grouped(letters + check_character(letters))


def new_words(language: str) -> list[str]:
    """Six words to be read aloud or typed, in the person's language."""
    return [secrets.choice(word_list(language)) for _ in range(WORDS)]


def canonical(typed: str) -> str | None:
    """A code as it is compared, from whatever somebody typed; none when it cannot be one of ours."""
    words = folded_words(typed)
    if len(words) == WORDS and all(word in _known_words() for word in words):
        return " ".join(words)
    bare = bare_code(typed)
    right = len(bare) == LETTERS + 1 and set(bare) <= set(CODE_LETTERS) and check_character(bare[:-1]) == bare[-1]
    return bare if right else None


def check_character(letters: str) -> str:
    """Luhn's sum modulo 32: it finds every single wrong character and nearly every pair that changed places."""
    total = 0
    for place, letter in enumerate(reversed(letters)):
        value = CODE_LETTERS.index(letter) * (2 if place % 2 == 0 else 1)
        total += value // 32 + value % 32
    return CODE_LETTERS[-total % 32]


def grouped(bare: str) -> str:
    """With hyphens between the groups."""
    ends = [sum(GROUPS[: count + 1]) for count in range(len(GROUPS))]
    return "-".join(bare[end - size : end] for size, end in zip(GROUPS, ends, strict=True))


def fits(who: str, names: tuple[str, ...], born_on: date | None) -> bool:
    """Whether what was typed beside the code is the person's last name (or sign-in name), or the day they were born."""
    try:
        day = date.fromisoformat(who.strip())
    except ValueError:
        day = None
    same_name = letters_of(who) in {letters_of(name) for name in names if letters_of(name)}
    return same_name or (day is not None and day == born_on)


def letter_block(*, flagged: bool, safe: bool, stale: bool, address: bool) -> Block | None:
    """Why no letter may go to a person, or nothing. Who is in danger gets a code from hand to hand, never by mail."""
    if flagged:
        return "letter_in_person"
    if not safe:
        return "letter_unsafe"
    if stale:
        return "letter_stale"
    return None if address else "letter_no_address"


def new_login() -> str:
    """A sign-in name that says nothing of the person: two words and a number. It is ours to choose, so none can be probed."""
    first, second = (secrets.choice(word_list("en")) for _ in range(2))
    return f"{first}-{second}-{secrets.randbelow(9000) + 1000}"


@cache
def word_list(language: str) -> tuple[str, ...]:
    """256 short words of a language; the file lies beside this one."""
    name = "words_es.txt" if language == "es" else "words_en.txt"
    return tuple(Path(__file__).with_name(name).read_text("utf-8").split())


def folded_words(text: str) -> list[str]:
    """Words in small letters without accents, whatever stands between them."""
    return "".join(letter if letter.isalpha() else " " for letter in _plain(text)).split()


def letters_of(name: str) -> str:
    """A name's letters and digits alone, small and without accents."""
    return "".join(letter for letter in _plain(name) if letter.isalnum())


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


@cache
def _known_words() -> frozenset[str]:
    return frozenset(word for language in ("en", "es") for word in word_list(language))
