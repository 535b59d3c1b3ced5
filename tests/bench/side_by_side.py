"""`./porchlight bench sync`: the same work on ours, Kinto on PostgreSQL and pouchdb-server, in turns, CPU beside wall time."""

from __future__ import annotations

import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import aiohttp

from tests.bench.ours import Ours
from tests.bench.peers import kinto, pouch
from tests.bench.stage import stage
from tests.bench.work import once
from tests.journeys.house import house

ROUNDS = 5


async def measure() -> dict[str, Any]:
    """Medians over ROUNDS, all peers in turns; the last part is ratios: peer's figure divided by ours."""
    from backend.db import close_pool, open_pool

    with ExitStack() as open_things:
        server = open_things.enter_context(stage(demo=False))
        folder = Path(open_things.enter_context(tempfile.TemporaryDirectory(prefix="porchlight-peers-")))
        made = open_things.enter_context(house(server.url()))
        postmaster = int((server.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        await open_pool()
        ours = Ours(made.origin, (made.api().child.pid, postmaster))
        await ours.fill()
        peers: list[Any] = [open_things.enter_context(kinto(folder, server)), open_things.enter_context(pouch(folder))]
        async with aiohttp.ClientSession(auto_decompress=False) as http:
            await ours.sign_in(http)
            await ours.warm(http)
            for peer in peers:
                await peer.fill(http)
        rounds: dict[str, list[dict[str, float]]] = {peer.name: [] for peer in (ours, *peers)}
        for _ in range(ROUNDS + 1):
            for peer in (ours, *peers):
                rounds[peer.name].append(await once(peer))
        await close_pool()
    medians = {name: _medians(made_rounds[1:]) for name, made_rounds in rounds.items()}
    return {**medians, "ratios": {name: _ratios(medians[name], medians["porchlight"]) for name in medians if name != "porchlight"}}


def _medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(statistics.median(one[name] for one in rounds), 2) for name in rounds[0]}


def _ratios(theirs: dict[str, float], ours: dict[str, float]) -> dict[str, float]:
    return {name: round(theirs[name] / ours[name], 2) for name in ours if ours[name]}
