"""How codes look, what is taken for one, and when no letter may go."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise, product

import pytest

from backend.accounts.rules import CODE_LETTERS
from backend.enrolment.rules import (
    LETTERS,
    canonical,
    check_character,
    fits,
    grouped,
    letter_block,
    letters_of,
    new_letter_code,
    new_login,
    new_words,
    word_list,
)

CODES = [new_letter_code() for _ in range(20_000)]


def test_codes_of_letters_have_65_bits_that_look_like_chance() -> None:
    assert len(set(CODES)) == len(CODES)
    counts = Counter(letter for code in CODES for letter in code.replace("-", "")[:LETTERS])
    expected = len(CODES) * LETTERS / 32
    chi = sum((counts[letter] - expected) ** 2 / expected for letter in CODE_LETTERS)
    assert chi < 85, "31 degrees of freedom: once in a million runs"


def test_a_new_code_is_printed_in_three_groups_and_read_again() -> None:
    code = new_letter_code()
    assert [len(group) for group in code.split("-")] == [5, 5, 4]
    assert canonical(code) == code.replace("-", "")


def test_a_code_is_read_however_it_is_typed() -> None:
    code = CODES[0]
    bare = code.replace("-", "")
    alike = bare.replace("0", "o").replace("1", "l")
    for typed in (code, bare, code.lower(), f"  {' '.join(bare)} ", code.replace("-", "–"), alike):
        assert canonical(typed) == bare
    assert grouped(bare) == code


def test_one_wrong_character_and_two_that_changed_places_are_noticed_before_anything_is_asked() -> None:
    bare = CODES[1].replace("-", "")
    for place, letter in product(range(len(bare)), CODE_LETTERS):
        if letter != bare[place]:
            assert canonical(bare[:place] + letter + bare[place + 1 :]) is None
    swaps = [(a, b) for a, b in pairwise(CODE_LETTERS) if a + b != "0Z"]
    assert all(check_character(a + b) != check_character(b + a) for a, b in swaps)


@pytest.mark.parametrize("language", ["en", "es"])
def test_words_can_be_said_typed_and_scanned(language: str) -> None:
    words = new_words(language)
    assert canonical("-".join(words)) == canonical(" ".join(words).upper()) == " ".join(words)
    assert canonical(" ".join(words[:5])) is None
    assert canonical(" ".join([*words[:5], "xylophones"])) is None
    assert len(set(word_list(language))) == 256
    assert set(words) <= set(word_list(language))


@pytest.mark.parametrize("typed", ["", "hello", "0" * 13, "*" * 14, "ABCDE-FGHJK-MNPÜ", "🦊" * 14, "a b c d e f"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert canonical(typed) is None


@pytest.mark.parametrize("who", ["Núñez-Rivera", "nunez rivera", "  NUÑEZ RIVERA ", "1990-04-05"])
def test_a_name_is_the_same_without_its_accents_and_a_day_of_birth_serves_too(who: str) -> None:
    assert fits(who, ("Núñez-Rivera", ""), date(1990, 4, 5))


def test_what_is_compared_of_a_name_are_its_letters_and_digits() -> None:
    assert letters_of(" Ñ-a 1'Ö ") == "na1o"


@pytest.mark.parametrize("who", ["", "-", "Rivera", "Ana", "1990-04-06", "1990-13-45", "nunez rivera jr"])
def test_another_name_or_day_is_not(who: str) -> None:
    assert not fits(who, ("Núñez-Rivera", ""), date(1990, 4, 5))
    assert not fits(who, ("", ""), None)


@pytest.mark.parametrize("flagged, safe, stale", list(product([True, False], repeat=3)))
def test_a_letter_goes_only_to_a_safe_present_address_of_somebody_who_is_not_in_danger(flagged: bool, safe: bool, stale: bool) -> None:
    block = letter_block(flagged=flagged, safe=safe, stale=stale, address=True)
    why = "letter_in_person" if flagged else "letter_unsafe" if not safe else "letter_stale" if stale else None
    assert block == why
    assert letter_block(flagged=flagged, safe=safe, stale=stale, address=False) == (why or "letter_no_address")


def test_sign_in_names_are_ours_and_say_nothing_of_the_person() -> None:
    names = {new_login() for _ in range(1000)}
    assert len(names) > 990
    numbers = set()
    for name in names:
        first, second, number = name.split("-")
        assert {first, second} <= set(word_list("en"))
        numbers.add(int(number))
    assert min(numbers) >= 1000
    assert max(numbers) <= 9999
