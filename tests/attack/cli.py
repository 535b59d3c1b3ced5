"""`./porchlight attack`: tools that nobody here wrote look for faults in every route, as nobody, as a parent and as a caseworker.

Each is installed beside the project. First it has to find what was planted in a small server; then it must find no fault of ours,
except what README.md beside this file explains. Everything stays on the loopback, and ends when its time is up.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from backend.node import build
from tests.attack import stuffing
from tests.attack.parts import PARTS, Part
from tests.attack.target import ours, planted
from tests.attack.tools import Missing
from tests.bench.stage import stage

EXPLAINED = re.compile(r"^- `([^`]+)`", re.MULTILINE)
README = Path(__file__).with_name("README.md")


class Told(NamedTuple):
    """What a tool found: whether it sees planted faults, and of ours what is explained and what is not."""

    live: bool
    faults: list[str]
    explained: list[str]
    seconds: float


def main(arguments: argparse.Namespace) -> int:
    """Answers 1 when a fault was found that nobody explained, or when a tool did not find what was planted."""
    chosen = arguments.parts or [*PARTS, "stuffing"]
    asyncio.run(build())  # the page that people meet first
    told: dict[str, Told] = {}
    with stage() as server:
        for name in chosen:
            began = time.monotonic()
            try:
                told[name] = _stuffing(server, arguments) if name == "stuffing" else _part(PARTS[name], server, arguments)
            except Missing as missing:
                told[name] = Told(False, [str(missing)], [], 0)
            told[name] = told[name]._replace(seconds=round(time.monotonic() - began, 1))
            print(json.dumps({name: told[name]._asdict()}), flush=True)
    good = all(one.live and not one.faults for one in told.values())
    print(json.dumps({name: "clean" if one.live and not one.faults else "faults" for name, one in told.items()}))
    return 0 if good else 1


def _part(part: Part, server: object, arguments: argparse.Namespace) -> Told:
    with planted() as target:
        seen = part.attack(target, arguments)
    missed = [words for words in part.planted if not any(words in line for line in seen)]
    if missed:
        print(f"Planted and not found: {missed}; found: {seen[:20]}", file=sys.stderr)
    with ExitStack() as stack:
        found = part.attack(stack.enter_context(ours(server, schema=part.schema)), arguments)  # type: ignore[arg-type]
    return _sorted(not missed, found)


def _stuffing(server: object, arguments: argparse.Namespace) -> Told:
    live = stuffing.attack(server, 1_500, locking=True)  # type: ignore[arg-type]
    return _sorted(bool(live), stuffing.attack(server, arguments.pairs))  # type: ignore[arg-type]


def _sorted(live: bool, found: list[str]) -> Told:
    names = EXPLAINED.findall(README.read_text())
    explained = [line for line in found if any(name in line for name in names)]
    return Told(live, [line for line in found if line not in explained], explained, 0)
