"""Another release of the app for a house: its own copy of the built files, which a test can replace by the next one.

``house(url, RELEASE_FOLDER=str(folder))`` with ``house.through = "tests.journeys.release"`` serves that copy.
"""

from __future__ import annotations

import hashlib
import os
import re
import runpy
import shutil
import sys
from pathlib import Path

HASH_CHARS = 24


def copy_release(built: Path, folder: Path) -> None:
    shutil.copytree(built, folder)


def next_release(folder: Path, name: str) -> None:
    """A release that differs in one file: the page describes itself by this name. The worker's list of files says so."""
    page, worker = folder / "index.html", folder / "sw.js"
    before = page.read_bytes()
    after = re.sub(rb'(<meta name="description" content=")[^"]*', rb"\g<1>" + name.encode(), before)
    worker.write_text(worker.read_text().replace(_hash(before), _hash(after)))
    for packed in (*folder.glob("sw.js.*"), *folder.glob("index.html.*")):
        packed.unlink()
    page.write_bytes(after)  # last: the server reads the folder anew when the page is another


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:HASH_CHARS]


def _serve() -> None:
    import backend.app

    setattr(backend.app, "DIST", Path(os.environ["RELEASE_FOLDER"]))  # noqa: B010 (a constant of the product, another here)
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _serve()
