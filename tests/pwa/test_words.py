"""Every code that the demonstration agency uses has words of its own on the phone, in both languages."""

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from backend.demo.agency import build
from backend.demo.rows import Balance, Case, Disbursement, Event, Hearing

WORDS = Path(__file__).parents[2] / "pwa" / "src" / "i18n"
NEUTRALISED = {"joint_return"}  # the loader turns it into a general code: it must not have words


class Codes(NamedTuple):
    """Where a code stands in the extract, and where its words are."""

    row: type
    column: str
    file: str
    path: tuple[str, ...]


TABLES = (
    Codes(Case, "stage", "", ("codes", "stage")),
    Codes(Case, "next_step_code", "", ("codes", "next_step")),
    Codes(Hearing, "kind", "", ("codes", "hearing_kind")),
    Codes(Disbursement, "hold_reason_code", "", ("codes", "hold")),
    Codes(Balance, "kind", "_more", ("balance_kind",)),
    Codes(Event, "code", "_more", ("events",)),
)


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("codes", TABLES, ids=lambda codes: f"{codes.row.__name__}.{codes.column}")
def test_every_code_of_the_demonstration_has_words(codes: Codes, language: str) -> None:
    words = _words(f"{language}{codes.file}")
    for step in codes.path:
        words = words[step]
    assert _used()[codes.row, codes.column] - NEUTRALISED - {""} <= set(words)


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_hold_that_would_tell_of_a_tax_refund_has_no_words(language: str) -> None:
    assert not NEUTRALISED & set(_words(language)["codes"]["hold"])


def _words(name: str) -> dict[str, Any]:
    words: dict[str, Any] = json.loads((WORDS / f"{name}.json").read_text("utf-8"))
    return words


@cache
def _used() -> dict[tuple[type, str], set[str]]:
    """The codes of a small agency and of its first days."""
    book = build(seed=7, anchor=date(2026, 11, 20), cases=300, days=5).book
    used: dict[tuple[type, str], set[str]] = {(codes.row, codes.column): set() for codes in TABLES}
    for page in book.pages:
        for codes in TABLES:
            used[codes.row, codes.column] |= {str(getattr(row, codes.column)) for row in page[codes.row].values()}
    return used
