"""`./porchlight bench`: measurements as JSON on standard output; BENCHMARKS.md keeps the figures that were judged.

`first` measures the first use of everything. A part alone: first.size, first.clone, first.sync, first.boot, first.load.
`phone` is a slow phone with 500 cases, `vault` what it costs there to open, to fill and to write into what is kept closed.
`sync` measures sync: sync.peers does the same work on ours and two others' servers.
sync.supervisor, sync.ledger and sync.returning tell what a large agency costs (--payments and --devices make it smaller).
`push` makes, delivers and plans notices.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from backend.environment import ROOT
from tests.bench import boot, clone, large, load, phone, push, returning, side_by_side, size, sync, vault

PARTS: dict[str, Callable[..., Any]] = {
    "first.size": size.measure,
    "first.load": load.measure,
    "first.sync": sync.measure,
    "first.boot": boot.measure,
    "first.clone": clone.measure,
    "phone": phone.measure,
    "vault.unlock": vault.unlock,
    "vault.first_sync": vault.first_sync,
    "vault.write": vault.write,
    "sync.peers": side_by_side.measure,
    "sync.supervisor": large.supervisor,
    "sync.ledger": large.ledger,
    "sync.returning": returning.measure,
    "push.make": push.make,
    "push.deliver": push.deliver,
    "push.pipeline": push.pipeline,
    "push.planning": push.planning,
}
PACE_S = 0.5


def main(arguments: argparse.Namespace) -> int:
    """Run the parts that were asked for, one after the other."""
    wanted = [name for name in PARTS if name == arguments.which or name.startswith(arguments.which + ".")]
    if not wanted:
        print(f"There is no measurement {arguments.which!r}. There are: first, {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    logging.getLogger("push").setLevel(logging.ERROR)  # what stubs refuse is part of the work
    options = {"sync.ledger": {"payments": arguments.payments}, "sync.returning": {"devices": arguments.devices}}
    figures: dict[str, Any] = {"machine": machine(), "at": datetime.now(UTC).isoformat(timespec="seconds")}
    for name in wanted:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        before = round(os.getloadavg()[0], 1)
        made = PARTS[name](**options.get(name, {}))
        figures[name] = asyncio.run(made) if asyncio.iscoroutine(made) else made
        figures[name] |= {"load_average_before": before, "load_average": round(os.getloadavg()[0], 1)}
    print(json.dumps(figures, indent=2))
    return 0


def machine() -> dict[str, Any]:
    """What was measured on, and which state of the source."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout.strip()
    return {
        "cores": os.cpu_count(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "commit": commit,
        "key_agreements_per_cpu_s": _pace(),
    }


def _pace() -> int:
    """How fast this machine is right now: P-256 key agreements in a second of its time, by which days can be compared."""
    key = ec.generate_private_key(ec.SECP256R1())
    other, made, began = key.public_key(), 0, time.process_time()
    while time.process_time() - began < PACE_S:
        key.exchange(ec.ECDH(), other)
        made += 1
    return round(made / (time.process_time() - began))
