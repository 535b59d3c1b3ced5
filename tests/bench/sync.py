"""The first sync of a field worker's 500 cases, and of a parent: server CPU, bytes on the wire, requests, time."""

from __future__ import annotations

import statistics
import time
from typing import Any
from uuid import uuid4

import httpx
import msgspec

from backend.embedded import Embedded
from backend.registry import SCHEMA
from backend.settings import SETTINGS  # noqa: F401
from sync.wire import WANT_MAX
from tests.bench.stage import cpu_seconds, stage
from tests.journeys.house import Process, house

ROUNDS = 7
PEOPLE = {"worker_500": "worker", "parent": "receiving"}
NOTHING_NEW = 300


async def measure() -> dict[str, Any]:
    """Medians over ROUNDS new devices; the last device then asks NOTHING_NEW times when there is nothing new."""
    with stage() as server, house(server.url()) as made:
        api = made.api()
        return {who: await _person(made.origin, key, server, api) for who, key in PEOPLE.items()}


async def _person(origin: str, key: str, server: Embedded, api: Process) -> dict[str, Any]:
    headers = {"sec-fetch-site": "same-origin", "accept-encoding": "br"}
    async with httpx.AsyncClient(base_url=origin, headers=headers, timeout=60) as client:
        answer = await client.post("/v1/demo/sign-in", json={"key": key})
        assert answer.status_code == 200, answer.text
        rounds = [await _first_sync(client, server, api) for _ in range(ROUNDS + 1)][1:]
        figures = {name: statistics.median(r[name] for r in rounds) for name in rounds[0] if name != "device"}
        return {**figures, "nothing_new": await _nothing_new(client, rounds[-1]["device"], server, api)}


def _used(server: Embedded, api: Process) -> float:
    postmaster = int((server.folder / "postmaster.pid").read_text().split("\n", 1)[0])
    return cpu_seconds(postmaster) + cpu_seconds(api.child.pid)


async def _first_sync(client: httpx.AsyncClient, server: Embedded, api: Process) -> dict[str, Any]:
    device = {"device": str(uuid4()), "cursor": None, "have": None}
    await client.put(f"/v1/devices/{device['device']}", json={"kind": "bench"})
    held: set[str] = set()
    wanted: list[str] = []
    figures = {"requests": 0, "bytes_on_the_wire": 0, "bytes_of_json": 0, "rows": 0}
    cpu, began, usable = _used(server, api), time.perf_counter(), 0.0
    missing = [""]
    while missing:
        answer, wire, size = await _ask(client, device, wanted)
        figures["requests"] += 1
        figures["bytes_on_the_wire"] += wire
        figures["bytes_of_json"] += size
        figures["rows"] += sum(len(load["rows"]) for load in answer.get("load", ()))
        held |= {load["scope"] for load in answer.get("load", ())}
        usable = usable or time.perf_counter() - began
        if "manifest" in answer:
            device["have"], scopes = answer["manifest"]["digest"], [scope for scope, _ in answer["manifest"]["scopes"]]
        device["cursor"] = answer.get("cursor", device["cursor"])
        missing = [scope for scope in scopes if scope not in held]
        wanted = missing[:WANT_MAX]
    return {
        **figures,
        "scopes": len(held),
        "server_cpu_ms": round((_used(server, api) - cpu) * 1000),
        "first_cases_ms": round(usable * 1000),
        "all_cases_ms": round((time.perf_counter() - began) * 1000),
        "device": device,
    }


async def _nothing_new(client: httpx.AsyncClient, device: dict[str, Any], server: Embedded, api: Process) -> dict[str, Any]:
    cpu, began, size = _used(server, api), time.perf_counter(), 0
    for _ in range(NOTHING_NEW):
        _, _, size = await _ask(client, device, [])
    return {
        "server_cpu_ms_each": round((_used(server, api) - cpu) * 1000 / NOTHING_NEW, 2),
        "ms_each": round((time.perf_counter() - began) * 1000 / NOTHING_NEW, 2),
        "bytes_of_json": size,
    }


async def _ask(client: httpx.AsyncClient, device: dict[str, Any], want: list[str]) -> tuple[dict[str, Any], int, int]:
    request = {"rid": "b", "schema": SCHEMA, "clock": 0, "want": want, "next_n": 1, "push": [], **device}
    async with client.stream("POST", "/v1/sync", json=request) as response:
        packed = b"".join([part async for part in response.aiter_raw()])
        assert response.status_code == 200, packed
        coding = response.headers.get("content-encoding")
    plain = _unpack(packed, coding)
    return msgspec.json.decode(plain), len(packed), len(plain)


def _unpack(packed: bytes, coding: str | None) -> bytes:
    import gzip

    import brotli

    unpacked: bytes = {"br": brotli.decompress, "gzip": gzip.decompress}.get(coding or "", bytes)(packed)
    return unpacked
