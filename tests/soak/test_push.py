"""A small `./porchlight soak --push`; the command itself takes as many notices and kills as it is told."""

import json
import subprocess
import sys

from backend.environment import ROOT


def test_on_a_vendors_bad_day_with_workers_killed_and_redis_wiped_every_notice_ends_as_it_should() -> None:
    command = [sys.executable, "-m", "backend.cli", "soak", "--push", "1500", "--kills", "3"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr[-6000:]
    figures = json.loads(done.stdout)
    assert figures["clean"]
    assert (figures["wrong_end"], figures["lost"], figures["twice_under_another_topic"]) == ({}, 0, 0)
    assert (figures["workers_killed"], figures["redis_wiped"]) == (3, 3)
    assert {"201", "302", "400", "410", "500"} <= set(figures["answers"])
