"""What other people notice while a tool holds connections open that send by drops."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import urllib.error
import urllib.request

WAIT_S = 10
MODES = {"headers": ("-H", "-t", "GET"), "body": ("-B", "-t", "POST", "-s", "4096")}
AT_EASE = 60  # requests before
TWICE, UNNOTICED_S = 2.0, 0.25  # slower than before by this factor is a finding, if anybody can notice it at all


def attack(origin: str, program: str, connections: int, seconds: int) -> list[str]:
    """Findings by mode: whether somebody was turned away, and how much slower the slowest of a hundred were."""
    found = []
    for mode, words in MODES.items():
        before = _slowest([_ask(origin) for _ in range(AT_EASE)])
        command = [program, "-u", f"{origin}/v1/sign-in", "-c", str(connections), "-r", str(max(connections // 4, 50)), "-i", "5"]
        tool = subprocess.Popen([*command, "-l", str(seconds), *words, "-p", "5"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            began, seen = time.monotonic(), []
            while time.monotonic() - began < seconds and tool.poll() is None:
                seen.append(_ask(origin))
                time.sleep(0.02)
        finally:
            tool.terminate()
            said = tool.communicate()[0].decode(errors="replace")
        turned_away = sum(one is None for one in seen)
        during = _slowest(seen)
        told = f"{len(seen)} requests, {turned_away} turned away, p99 {before:.3f} s before, {during:.3f} s during"
        most = max(map(int, re.findall(r"connected:\s*\D*(\d+)", said)), default=0)
        print(f"slow {mode}: {most} connections, {told}", file=sys.stderr)
        if not seen:
            raise SystemExit(f"slowhttptest did not run: {said[-1500:]}")
        found += [f"nobody: slow {mode}: {turned_away} of {len(seen)} were turned away"] if turned_away else []
        if during > max(TWICE * before, UNNOTICED_S):
            found.append(f"nobody: slow {mode}: {during / before:.1f} times slower")
    return found


def head(origin: str) -> dict[str, str]:
    """The headers of the first page, by their names in small letters."""
    with urllib.request.urlopen(f"{origin}/", timeout=WAIT_S) as answer:
        return {name.lower(): value for name, value in answer.headers.items()}


def _ask(origin: str) -> float | None:
    """How many seconds somebody waits for the first page; none when they are turned away."""
    began = time.monotonic()
    try:
        urllib.request.urlopen(f"{origin}/", timeout=WAIT_S).close()
    except (OSError, urllib.error.URLError):
        return None
    return time.monotonic() - began


def _slowest(seen: list[float | None]) -> float:
    """The slowest of a hundred."""
    took = sorted(one for one in seen if one is not None)
    return took[int(len(took) * 0.99)] if took else float(WAIT_S)
