"""Which regular expressions may take the square of a text's length, or worse: read from their structure, so that no clock is asked.

A repetition without a limit is harmless when what follows it cannot fail, or asks for a character that the repetition does not take:
then there is one place to stop. Otherwise every place is tried; that is still linear unless another such repetition is met from there.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

from backend.environment import ROOT

Items = Sequence[tuple[Any, Any]]
EVERY = frozenset([*range(0x180), *range(0x2000, 0x2040)])
REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT, ops.POSSESSIVE_REPEAT)
ONE = (ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN)
END: tuple[Any, Any] = (ops.AT, ops.AT_END)
CATEGORIES = {
    **{ops.CATEGORY_DIGIT: r"\d", ops.CATEGORY_SPACE: r"\s", ops.CATEGORY_WORD: r"\w"},
    **{ops.CATEGORY_NOT_DIGIT: r"\D", ops.CATEGORY_NOT_SPACE: r"\S", ops.CATEGORY_NOT_WORD: r"\W"},
}
SEARCHING = {"search", "sub", "subn", "findall", "finditer", "split"}
FUNCTIONS = SEARCHING | {"compile", "match", "fullmatch"}


class Expression(NamedTuple):
    """One that stands in the code: where, how it is used, and itself."""

    where: str
    use: str
    pattern: str | bytes
    flags: int = 0


def found(path: Path, **given: str) -> Iterator[Expression]:
    """Every expression of a module, also those that msgspec holds its fields to; `given` are the names that only a call knows."""
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    code = path.read_text()
    if not re.search(r"\bre\.|pattern=", code):
        return
    known = {**vars(importlib.import_module(name)), **given}
    for node in ast.walk(ast.parse(code)):
        where = f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and ast.unparse(node.func.value) == "re" and node.func.attr in FUNCTIONS:
            flags = sum(_value(one, known) for one in node.args[1:] + [each.value for each in node.keywords] if _is_flag(one))
            pattern = _value(node.args[0], known)
            uses = _uses(pattern, known) if node.func.attr == "compile" else {node.func.attr}
            yield from (Expression(where, use, pattern, flags) for use in sorted(uses))
        elif ast.unparse(node.func).endswith("Meta"):
            for each in node.keywords:
                if each.arg == "pattern":
                    yield Expression(where, "search", _value(each.value, known))


def faults(one: Expression) -> list[str]:
    """Why its time may grow faster than the text."""
    items = list(parser.parse(one.pattern, one.flags))
    if one.use == "fullmatch":
        items.append(END)
    starts = EVERY if one.use in SEARCHING else frozenset()
    return sorted(set(_faults(items, [], starts and _starts(items, one.flags))))


def _faults(items: Items, after: Items, starts: frozenset[int]) -> Iterator[str]:
    for place, (op, value) in enumerate(items):
        rest = [*items[place + 1 :], *after]
        if op in REPEATS:
            _, most, body = value
            again = [(op, (0, most, body))] if most == ops.MAXREPEAT else []
            if again and _can_fail(rest):
                yield from _of_repetition(op, list(body), rest, starts)
            yield from _faults(list(body), [*again, *rest], starts)
        for inner in [] if op in REPEATS else _inner(op, value):
            yield from _faults(inner, rest, starts)


def _of_repetition(op: Any, body: Items, rest: Items, starts: frozenset[int]) -> Iterator[str]:
    takes = _takes(body)
    if takes & starts:
        yield "a search begins again inside of what a repetition has passed over"
    if op is ops.POSSESSIVE_REPEAT:
        return
    if _meets_another(rest, takes):
        yield "two repetitions may share a text in every way"
    if not _is_plain(body):
        yield "a repetition inside of another"


def _is_plain(body: Items) -> bool:
    """Whether a loop's rounds can be told apart: all of one length, or with a mark at one end that stands nowhere else in them."""
    if all(op in ONE for op, _ in body):
        return True
    ends = ((body[0], body[1:]), (body[-1], body[:-1]))
    return any(mark[0] in ONE and not _takes([mark]) & _takes(others) for mark, others in ends)


def _inner(op: Any, value: Any) -> list[Items]:
    if op is ops.SUBPATTERN:
        return [list(value[3])]
    if op is ops.BRANCH:
        return [list(each) for each in value[1]]
    return [list(value)] if op is ops.ATOMIC_GROUP else []


def _takes(items: Items) -> frozenset[int]:
    """Every character that may be taken on the way through."""
    taken: frozenset[int] = frozenset()
    for op, value in items:
        if op in ONE:
            taken |= _characters(op, value)
        elif op in REPEATS:
            taken |= _takes(list(value[2]))
        for inner in [] if op in REPEATS else _inner(op, value):
            taken |= _takes(inner)
    return taken


def _first(items: Items) -> frozenset[int]:
    """Every character with which it may begin."""
    begins: frozenset[int] = frozenset()
    for op, value in items:
        if op in ONE:
            return begins | _characters(op, value)
        if op in REPEATS:
            begins |= _first(list(value[2]))
        for inner in [] if op in REPEATS else _inner(op, value):
            begins |= _first(inner)
        if not _is_empty(op, value):
            return begins
    return begins


def _is_empty(op: Any, value: Any) -> bool:
    """Whether it may take nothing."""
    if op in REPEATS:
        return bool(value[0] == 0) or all(_is_empty(*one) for one in value[2])
    inner = _inner(op, value)
    return op not in ONE and (not inner or any(all(_is_empty(*one) for one in each) for each in inner))


def _can_fail(items: Items) -> bool:
    return any(op in (ops.AT, ops.ASSERT, ops.ASSERT_NOT) or not _is_empty(op, value) for op, value in items)


def _meets_another(items: Items, takes: frozenset[int]) -> bool:
    """Whether a repetition without a limit is reached by characters that an earlier one takes, too."""
    for op, value in items:
        shared = takes & _takes([(op, value)])
        inner = [list(value[2])] if op in REPEATS else _inner(op, value)
        if shared and ((op in REPEATS and value[1] == ops.MAXREPEAT) or any(_meets_another(each, takes) for each in inner)):
            return True
        if not _is_empty(op, value) and not _may_pass(op, value, takes):
            return False
    return False


def _may_pass(op: Any, value: Any, takes: frozenset[int]) -> bool:
    """Whether it can be satisfied by those characters alone, as far as their kinds tell."""
    if op in ONE:
        return bool(takes & _characters(op, value))
    inner = [list(value[2])] if op in REPEATS else _inner(op, value)
    return any(all(_is_empty(part, of) or _may_pass(part, of, takes) for part, of in each) for each in inner)


def _starts(items: Items, flags: int) -> frozenset[int]:
    """Characters at which a search may begin, or after which, where it looks behind itself first."""
    op, value = items[0]
    if op is ops.AT and value in (ops.AT_BEGINNING, ops.AT_BEGINNING_STRING):
        return frozenset({10}) if flags & re.MULTILINE else frozenset()
    if op in (ops.ASSERT, ops.ASSERT_NOT) and value[0] < 0:
        behind = _takes(list(value[1]))
        return behind if op is ops.ASSERT else EVERY - behind
    if op is ops.BRANCH and all(each and each[0][0] in (ops.AT, ops.ASSERT) for each in value[1]):
        return frozenset().union(*(_starts(list(each), flags) for each in value[1]))
    return _first(items)


def _characters(op: Any, value: Any) -> frozenset[int]:
    if op is ops.ANY:
        return EVERY
    if op is ops.LITERAL:
        return frozenset({value})
    if op is ops.NOT_LITERAL:
        return EVERY - {value}
    listed = frozenset().union(*(_listed(*one) for one in value))
    return EVERY - listed if value[0][0] is ops.NEGATE else listed


def _listed(op: Any, value: Any) -> frozenset[int]:
    if op is ops.RANGE:
        return frozenset(range(value[0], value[1] + 1))
    if op is ops.CATEGORY:
        return frozenset(each for each in EVERY if re.fullmatch(CATEGORIES[value], chr(each)))
    return frozenset({value}) if op is ops.LITERAL else frozenset()


def _uses(pattern: str | bytes, known: dict[str, Any]) -> set[str]:
    """How a compiled expression is used: wherever the name stands to which a module gave it."""
    names = {name for name, value in known.items() if isinstance(value, re.Pattern) and value.pattern == pattern}
    used = set(re.findall(rf"\b(?:{'|'.join(names)})\.(\w+)\(", _code())) if names else set()
    return used & FUNCTIONS or {"search"}


@cache
def _code() -> str:
    return "\n".join(path.read_text() for part in ("backend", "sync", "push") for path in (ROOT / part).rglob("*.py"))


def _is_flag(node: ast.expr) -> bool:
    return ast.unparse(node).startswith("re.")


def _value(node: ast.expr, known: dict[str, Any]) -> Any:
    return eval(compile(ast.Expression(node), "expression", "eval"), dict(known))  # noqa: S307 - our own code
