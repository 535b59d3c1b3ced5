"""What the built app weighs as it is sent: text gzipped, fonts and pictures as they are."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

from backend import node
from backend.environment import ROOT

RAW = {".woff2", ".png", ".jpg", ".webp"}
PACKED = {".gz", ".br", ".map"}
LOADED = re.compile(r"/assets/(?!keeper-)[\w-]+\.js")  # by the page's own script, which names the keeper too
STATIC_IMPORT = re.compile(r"""(?:^|[;}\s])(?:import|export)\s*(?:[\w$*{][^"'();]*?from\s*)?["'](\./[^"']+\.js)["']""")


def measure() -> dict[str, Any]:
    """Bytes by kind, script at boot (what index.html asks for and what that imports), and the number of npm packages."""
    node.main()
    dist = ROOT / "pwa" / "dist"
    files = [path for path in dist.rglob("*") if path.is_file() and path.suffix not in PACKED]
    worker = dist / "sw.js"
    online = [path for path in files if path.name.startswith("operators-") or path.name[2:].startswith("_agency")]
    scripts = [path for path in files if path.suffix == ".js" and path != worker and path not in online]
    lock = json.loads((ROOT / "pwa" / "package-lock.json").read_text())
    wanted = [name for name, package in lock["packages"].items() if name and not package.get("optional")]
    return {
        "script_at_boot_gzip": sum(map(sent, boot_scripts(dist))),
        "script_all_gzip": sum(map(sent, scripts)),
        "online_only_gzip": sum(map(sent, online)),
        "style_gzip": sum(sent(path) for path in files if path.suffix == ".css"),
        "worker_gzip": sent(worker),
        "fonts": sum(sent(path) for path in files if path.suffix == ".woff2"),
        "first_install": sum(sent(path) for path in files if path.suffix != ".png" and path.name != "kill.js" and path not in online),
        "npm_packages": len({name.rpartition("node_modules/")[2] for name in wanted}),
        "npm_packages_with_optional_builds": len(lock["packages"]) - 1,
    }


def sent(path: Path) -> int:
    """Bytes on the wire."""
    data = path.read_bytes()
    return len(data) if path.suffix in RAW else len(gzip.compress(data, 9, mtime=0))


def boot_scripts(dist: Path) -> set[Path]:
    """The scripts that the first screen cannot do without: from index.html along static imports."""
    html = (dist / "index.html").read_text()
    found: set[Path] = set()
    waiting = [dist / name.lstrip("/") for name in LOADED.findall(html)]
    while waiting:
        path = waiting.pop().resolve()
        if path in found or not path.exists():
            continue
        found.add(path)
        waiting += [path.parent / name for name in STATIC_IMPORT.findall(path.read_text())]
    return found
