"""No regular expression takes the square of a text's length, whoever wrote the text."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from backend.environment import ROOT
from backend.preferences.actions import CHANNELS, CHOICES
from tests.expressions import Expression, faults, found
from tests.test_house import CODE, tracked

CHOSEN_AT_CALL = "backend/preferences/actions.py"  # all that may be chosen are listed there
LONG = 100_000
MOST_S = 1.0  # fifty milliseconds are asked for and few are needed; a square would take a minute
HOSTILE = (" ", "\t", "\r\n", "\\", '\\"', '"', "[", "a", "a.", "a-", "0", ".", "-", "~", "~ ", "/", "%", "_", "é")


def _expressions() -> list[Expression]:
    listed = [Expression(CHOSEN_AT_CALL, "fullmatch", each) for each in (*CHOICES.values(), CHANNELS)]
    for path in tracked(".py"):
        if path.relative_to(ROOT).parts[0] in CODE and str(path.relative_to(ROOT)) != CHOSEN_AT_CALL:
            listed += found(path, name="package")
    return listed


OURS = _expressions()


@pytest.mark.parametrize("one", OURS, ids=[one.where for one in OURS])
def test_there_is_one_way_to_read_a_text_however_it_was_chosen(one: Expression) -> None:
    assert faults(one) == []


@pytest.mark.parametrize("one", OURS, ids=[one.where for one in OURS])
def test_a_hundred_thousand_characters_chosen_against_it_are_read_at_once(one: Expression) -> None:
    expression: re.Pattern[Any] = re.compile(one.pattern, one.flags)
    for part in HOSTILE:
        for first, last in (("", "\0"), ('"', ""), ("DED*", "!")):
            text = first + part * (LONG // len(part)) + last
            hostile: Any = text.encode() if isinstance(one.pattern, bytes) else text
            began = time.thread_time()
            expression.fullmatch(hostile) if one.use == "fullmatch" else expression.sub(type(hostile)(), hostile)
            assert time.thread_time() - began < MOST_S, (first, part, last)


@pytest.mark.parametrize(
    ("use", "pattern"),
    [
        ("search", r"^[^\x00]*[^\s\x00][^\x00]*$"),
        ("sub", r"\s*[\r\n]+\s*"),
        ("sub", r'"(?:[^"\\]++|\\.)*+"'),
        ("match", r"(?:a+)+b"),
        ("match", r"(?:a?a?)*b"),
        ("fullmatch", r"(?:a|aa)*"),
        ("fullmatch", r"\d*\d*"),
        ("fullmatch", r"(?:[a-z]+-?)+"),
        ("search", r"a.*b"),
    ],
)
def test_one_that_can_be_read_in_many_ways_is_seen(use: str, pattern: str) -> None:
    assert faults(Expression("here", use, pattern)) != []


@pytest.mark.parametrize(
    ("use", "pattern"),
    [
        ("search", r"^\s*[^\s\x00][^\x00]*$"),
        ("sub", r"\s+"),
        ("fullmatch", r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}"),
        ("sub", r'"(?:[^"\\]++|\\.)*+"?+'),
        ("search", r"(?:^|(?<=~))\s*DED"),
        ("search", r"(?<!\\)(?:\\\\)*+n"),
        ("match", r"v(\d+)\.(\d+)"),
    ],
)
def test_one_that_can_be_read_in_one_way_is_left_alone(use: str, pattern: str) -> None:
    assert faults(Expression("here", use, pattern)) == []
