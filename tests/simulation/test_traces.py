"""What the app replays is what the simulation does today."""

from __future__ import annotations

import pytest

from tests.simulation import traces


@pytest.mark.parametrize("seed", traces.SEEDS)
def test_the_traces_that_the_app_replays_are_those_of_today(seed: int) -> None:
    assert traces.path_of(seed).read_bytes() == traces.made(seed), "./porchlight simulate --write-traces makes them anew"


def test_the_traces_are_small_and_hold_every_kind_of_answer() -> None:
    files = [path.read_bytes() for path in sorted(traces.FOLDER.glob("*.json"))]
    assert sum(map(len, files)) < 300_000
    everything = b"".join(files)
    for part in (b'"load":[{', b'"rows":[[', b'"stale":["', b'"manifest":{', b'"reset":"', b'"drop":["', b'"state":"stale"'):
        assert part in everything, part
