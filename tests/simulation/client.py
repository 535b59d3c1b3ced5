"""What the app decides, without storage and network: pwa/src/sync/ask.ts, full.ts and apply.ts, in the same steps.

Values are as JSON brings them, so that traces can be compared with what the app itself makes of the same answers.
"""

from __future__ import annotations

from typing import Any, NamedTuple
from zlib import crc32

import msgspec

MOST_WANTED = 256
MOST_PUSHED = 50
MOST_PUSHED_CHARS = 60_000
MOST_SUMS = 64
DAY_MS = 86_400_000

Json = dict[str, Any]
NEW_STANDING: Json = {"cursor": None, "have": None, "last_n": 0, "asked_at": None}


def ask(rid: str, clock: int, device: Json, standing: Json, holds: Json, sums: list[list[str]]) -> Json:
    """The request, without what is pushed."""
    told: Json = {"sums": sums} if sums else {}
    return told | {
        "rid": rid,
        "device": device["id"],
        "schema": 1,
        "clock": clock,
        "cursor": standing["cursor"],
        "have": standing["have"],
        "want": wanted(holds)[:MOST_WANTED],
        "next_n": device["next_n"],
        "push": [],
        "app": "simulated",
    }


def to_scrub(standing: Json, holds: Json, now_ms: int) -> list[str]:
    """The scopes whose sums are due: pwa/src/sync/scrub.ts."""
    scrub = standing.get("scrub")
    if standing["cursor"] is None or not scrub or not _is_due(scrub, now_ms):
        return []
    done_to = scrub["done_to"] or ""
    return sorted(scope for scope, hold in holds.items() if hold["state"] == "fresh" and scope > done_to)[:MOST_SUMS]


def scrubbed(scrub: Json | None, sent: list[str], now_ms: int) -> Json:
    """Where the scrub stands when these went."""
    if not scrub:
        return {"began_at": now_ms, "done_to": None}
    if not _is_due(scrub, now_ms):
        return scrub
    began_at = now_ms if scrub["done_to"] is None else scrub["began_at"]
    return {"began_at": began_at, "done_to": sent[-1] if len(sent) == MOST_SUMS else None}


def _is_due(scrub: Json, now_ms: int) -> bool:
    return scrub["done_to"] is not None or abs(now_ms - scrub["began_at"]) >= DAY_MS


def checksum(rows: list[Any]) -> str:
    """pwa/src/sync/checksum.ts."""
    return f"{sum(crc32(f'{aud}:{kind}:{id}:{rev}'.encode()) for aud, kind, id, rev, _ in rows) % 2**32:08x}"


def wanted(holds: Json) -> list[str]:
    """Scopes to load: those missing first, then those known to be behind."""
    return [scope for state in ("none", "stale") for scope, hold in holds.items() if hold["state"] == state]


def to_push(items: list[Json], most: int) -> list[Json]:
    """The unanswered, in order: a prefix that fits."""
    pushed: list[Json] = []
    chars = 0
    for item in items:
        if "done" in item:
            continue
        chars += len(item["args"]["word"]) + 200
        if len(pushed) >= most or (pushed and chars > MOST_PUSHED_CHARS):
            break
        pushed.append(item)
    return pushed


def full(body: bytes) -> Json | None:
    """The answer with nothing absent; None when it is none of ours."""
    try:
        it = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    if not isinstance(it, dict) or not isinstance(it.get("rid"), str):
        return None
    empty: Json = {"cursor": None, "done": [], "load": [], "rows": [], "stale": [], "more": False}
    return empty | {"expect": None, "manifest": None, "reset": None, "lost": None} | it


def taken(body: bytes) -> Json | None:
    """What became of a push where there was no pull; None when the answer says nothing of it."""
    try:
        it = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    return it if isinstance(it, dict) and isinstance(it.get("done"), list) else None


class Changes(NamedTuple):
    """What one answer does to the boxes; written whole or not at all."""

    standing: Json
    holds: Json | None
    drop: list[str]
    put: list[Json]


class Work:
    """The boxes while an answer is applied to them."""

    def __init__(self, holds: Json, boxes: Json) -> None:
        self.holds = dict(holds)
        self.boxes = boxes
        self.drop: dict[str, None] = {}
        self.put: Json = {}


def begins_anew(response: Json, standing: Json) -> bool:
    """An answer without changes: what it does not load may be behind."""
    return response["reset"] is not None or standing["cursor"] is None


def touched(response: Json, standing: Json, holds: Json) -> list[str]:
    """The scopes whose boxes `apply` has to see."""
    named = list(holds) if begins_anew(response, standing) else response["stale"]
    return list(dict.fromkeys([*named, *(row[0] for row in response["rows"])]))


def apply(standing: Json, holds: Json, boxes: Json, response: Json, asked: int) -> Changes:
    """What the answer does: the server at one snapshot."""
    anew = begins_anew(response, standing)
    quiet = not (anew or response["manifest"] or response["load"] or response["stale"])
    work = Work(holds, boxes)
    if anew:
        for scope in list(work.holds):
            stale(work, scope)
    if response["manifest"]:
        follow_manifest(work, response["manifest"]["scopes"])
    for one in response["load"]:
        load(work, one["scope"], one["rows"])
    loaded = {one["scope"] for one in response["load"]}
    for scope, rows in by_scope(response["rows"]).items():
        if scope not in loaded:
            merge(work, scope, rows)
    for scope in response["stale"]:
        if scope not in loaded:
            stale(work, scope)
    next_standing = {
        "cursor": response["cursor"] or standing["cursor"],
        "have": response["manifest"]["digest"] if response["manifest"] else standing["have"],
        "last_n": response["last_n"],
        "asked_at": asked,
    }
    return Changes(next_standing, None if quiet else work.holds, list(work.drop), list(work.put.values()))


def follow_manifest(work: Work, scopes: list[Any]) -> None:
    """Absence is removal; another mask is drop and reload."""
    kept: Json = {}
    for scope, mask in scopes:
        held = work.holds.get(scope)
        kept[scope] = held if held and held["mask"] == mask else {"mask": mask, "state": "none"}
    for scope, held in work.holds.items():
        if held["state"] != "none" and kept.get(scope) is not held:
            work.drop[scope] = None
            work.put.pop(scope, None)
    work.holds = kept


def load(work: Work, scope: str, rows: list[Any]) -> None:
    """A load replaces the scope whole."""
    hold = work.holds.get(scope)
    if hold is None:
        return
    work.holds[scope] = {"mask": hold["mask"], "state": "fresh"}
    work.drop.pop(scope, None)
    work.put[scope] = {"scope": scope, "mask": hold["mask"], "stale": False, "rows": rows}


def merge(work: Work, scope: str, rows: list[Any]) -> None:
    """Delta rows of a scope not freshly held are ignored: its load brings them."""
    box = work.boxes.get(scope)
    if box is None or work.holds.get(scope, {}).get("state") != "fresh":
        return
    kept = {(row[1], row[2], row[0]): row for row in box["rows"]}
    for _, aud, kind, id, rev, body in rows:
        if body is None:
            kept.pop((kind, id, aud), None)
        else:
            kept[kind, id, aud] = [aud, kind, id, rev, body]
    work.put[scope] = {**box, "rows": list(kept.values())}


def stale(work: Work, scope: str) -> None:
    """Keep showing it, ask for it again."""
    hold = work.holds.get(scope)
    if hold is None or hold["state"] != "fresh":
        return
    box = work.put.get(scope) or work.boxes.get(scope)
    work.holds[scope] = {"mask": hold["mask"], "state": "stale" if box else "none"}
    if box:
        work.put[scope] = {**box, "stale": True}


def by_scope(rows: list[Any]) -> Json:
    """Delta rows of each scope."""
    grouped: Json = {}
    for row in rows:
        grouped.setdefault(row[0], []).append(row)
    return grouped
