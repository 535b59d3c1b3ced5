"""`./porchlight attack`: a tool that nobody here wrote asks every route everything, as nobody, as a parent and as a caseworker.

The tool is schemathesis, installed apart for the attack and thrown away with it. First it has to find what was planted in a small
server; then it must find no fault of ours: no answer of 500 or more, and nothing without a session that needs one.
"""

from __future__ import annotations

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.bench.stage import stage
from tests.journeys.house import free_port, house

TOOL = "schemathesis==4.32.5"
CHECKS = "not_a_server_error,ignored_auth"
LEFT_OUT = "/v1/(sign-out|poke|extracts)"  # ends the session; never ends; takes no JSON
PEOPLE = {"nobody": None, "parent": "parent", "caseworker": "worker"}
OURS = ("sec-fetch-site: same-origin", "content-type: application/json")
WAIT_S = 60


def main(arguments: argparse.Namespace) -> int:
    """Answers 1 when a fault was found, or when the tool did not find what was planted."""
    with tempfile.TemporaryDirectory(prefix="porchlight-attack-") as folder:
        tool = _installed(Path(folder))
        if not _finds_what_was_planted(tool):
            print("The tool did not find the planted faults: what it says of ours would mean nothing.", file=sys.stderr)
            return 1
        with stage() as server, house(server.url(), PORCHLIGHT_SCHEMA="on") as made:
            made.api()
            found = {name: _attack(tool, made.origin, _cookie(made.origin, role), arguments) for name, role in PEOPLE.items()}
    print(json.dumps({name: "clean" if clean else "faults" for name, clean in found.items()}))
    return 0 if all(found.values()) else 1


def _installed(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", str(folder / "tool")], check=True)
    python = folder / "tool" / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "-q", TOOL], check=True, stdout=sys.stderr)
    return python.with_name("schemathesis")


def _finds_what_was_planted(tool: Path) -> bool:
    port = free_port()
    planted = subprocess.Popen([sys.executable, "-m", "tests.attack.planted", str(port)])
    try:
        _wait_for(port)
        return not _run(tool, f"http://127.0.0.1:{port}", ["--max-examples", "50", "--checks", "not_a_server_error"])
    finally:
        planted.terminate()
        planted.wait()


def _attack(tool: Path, origin: str, cookie: str | None, arguments: argparse.Namespace) -> bool:
    headers = [*OURS, *([] if cookie is None else [f"cookie: {cookie}"])]
    words = [word for header in headers for word in ("--header", header)]
    words += ["--max-examples", str(arguments.cases), "--seed", str(arguments.seed), "--checks", CHECKS, "--exclude-path-regex", LEFT_OUT]
    return _run(tool, origin, words)


def _run(tool: Path, origin: str, words: list[str]) -> bool:
    """Whether the tool found nothing."""
    command = [str(tool), "run", f"{origin}/schema/openapi.json", "--url", origin, "--no-color", "--phases", "coverage,fuzzing", *words]
    done = subprocess.run(command, stdout=sys.stderr)
    if done.returncode not in (0, 1):
        raise SystemExit(f"{command[0]} ended with {done.returncode}")
    return done.returncode == 0


def _cookie(origin: str, role: str | None) -> str | None:
    """Signed in as somebody of the demonstration agency."""
    if role is None:
        return None
    with urllib.request.urlopen(f"{origin}/v1/demo", timeout=WAIT_S) as answer:
        people = json.load(answer)["people"]
    key = next(person["key"] for person in people if (person["role"] == "parent") == (role == "parent"))
    headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
    request = urllib.request.Request(f"{origin}/v1/demo/sign-in", json.dumps({"key": key}).encode(), headers)
    with urllib.request.urlopen(request, timeout=WAIT_S) as answer:
        return str(answer.headers["set-cookie"]).partition(";")[0]


def _wait_for(port: int) -> None:
    end = time.monotonic() + WAIT_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
        else:
            return
