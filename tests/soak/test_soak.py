"""A few rounds of `./porchlight soak`; the command itself goes on for as long as it is told."""

import json
import subprocess
import sys

from backend.environment import ROOT


def test_nothing_is_lost_doubled_or_out_of_order_when_an_api_process_or_postgresql_is_killed() -> None:
    command = [sys.executable, "-m", "backend.cli", "soak", "--rounds", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-6000:]
    figures = json.loads(done.stdout)
    assert figures["clean"]
    assert (figures["api_kills"], figures["postgres_kills"], figures["acknowledged"]) == (2, 2, 4 * 6 * 6)
