"""How far a tool came: by the log of ours, which routes answered well to it, and whether its session lived until it was done."""

from __future__ import annotations

import re
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from backend.access import Role
from backend.policy.operations import ROUTES, may
from tests.attack.target import Target

LINE = re.compile(r": (-|[A-Z]+) (\S+) (\d{3}) [\d.]+ms id=")
TYPED = re.compile(r":\w+\}")
FEW = 5  # routes behind the sign-in that answered well; with fewer, a tool has met closed doors only


@contextmanager
def watched(target: Target, tool: str, role: str, found: list[str]) -> Iterator[dict[str, str]]:
    """The headers with which the tool is this person. A finding when it was nobody, though it should have been somebody."""
    headers = target.headers(role)
    if target.house is None:
        yield headers
        return
    log = target.house.running[0].log
    before = log.stat().st_size
    yield headers
    with log.open("rb") as said:
        said.seek(before)
        lines = LINE.findall(said.read().decode(errors="replace"))
    seen = Counter((method, path, status) for method, path, status in lines if method != "OPTIONS")  # answered by the framework
    well = {f"{method} {TYPED.sub('}', path)}" for method, path, status in seen if status.startswith("2")}
    behind = _open_to(role)
    _say(tool, role, seen, well, behind)
    if role != "nobody" and len(well & behind) < FEW:
        found.append(f"{role}: {tool} did not get behind the sign-in")
    if role != "nobody" and (status := _own_status(target, headers)) != 200:
        found.append(f"{role}: {tool} lost its session on the way: {status}")


def _open_to(role: str) -> set[str]:
    """The routes that are for this role and not for everybody."""
    if role == "nobody":
        return set()
    return {route for route, operation in ROUTES.items() if not operation.startswith("public") and may(Role(role), operation)}


def _say(tool: str, role: str, seen: Counter[tuple[str, str, str]], well: set[str], behind: set[str]) -> None:
    statuses: Counter[str] = Counter()
    for (_, _, status), times in seen.items():
        statuses[f"{status[0]}xx"] += times
    good = Counter({f"{method} {TYPED.sub('}', path)}": n for (method, path, status), n in seen.items() if status.startswith("2")})
    print(f"{tool} as {role}: {seen.total()} requests, {dict(sorted(statuses.items()))}", file=sys.stderr)
    print(f"  answered well: {dict(good.most_common())}", file=sys.stderr)
    if behind:
        told = f"{len(well & behind)} of {len(behind)} routes that are for this role answered well"
        print(f"  {told}; not: {sorted(behind - well)}", file=sys.stderr)


def _own_status(target: Target, headers: dict[str, str]) -> int:
    """What the session is answered now."""
    request = urllib.request.Request(f"{target.origin}/v1/me", headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
