"""Days of phones under every fault: nothing lost, doubled, leaked or stuck; and the same seed is the same days."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from backend.environment import ROOT
from tests.simulation.cli import simulate
from tests.simulation.engine import Defect
from tests.simulation.planted import DEFECTS, RARE, hunt
from tests.simulation.world import World

AGAIN = "from tests.simulation.cli import simulate; print(simulate(range(3), None, 6)['trace_hash'])"


def test_nothing_is_lost_doubled_leaked_or_stuck_whatever_goes_wrong() -> None:
    figures = simulate(range(30), None, 6)
    assert figures["violations"] == []
    assert figures["answers_applied"] > 1_000


@pytest.mark.parametrize("seed", [0, 27, 36])
def test_seeds_that_once_found_something_find_nothing_any_more(seed: int) -> None:
    assert World(seed).run(8) is None


def test_the_same_seeds_are_the_same_days_in_another_process_with_other_hashes() -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    said = subprocess.run([sys.executable, "-c", AGAIN], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert said.stdout.strip() == simulate(range(3), None, 6)["trace_hash"], said.stderr


def test_in_two_processes_the_same_seeds_come_to_the_same_figures() -> None:
    one, two = (simulate(range(3), None, 0.5, jobs=jobs) for jobs in (1, 2))
    how = {"jobs", "seconds", "device_hours_per_second"}
    assert {name: one[name] for name in one.keys() - how} == {name: two[name] for name in two.keys() - how}


def test_other_seeds_are_other_days() -> None:
    assert simulate([1], None, 1)["trace_hash"] != simulate([2], None, 1)["trace_hash"]


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.name)
def test_a_planted_defect_is_found(defect: Defect) -> None:
    found = hunt(defect, [RARE.get(defect.name, 0), *range(2_000)])
    assert found.seed is not None
