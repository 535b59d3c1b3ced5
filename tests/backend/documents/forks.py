"""Lets `examine.py` look into many files, each in a process of its own with its own limits, from one that has everything read in.

Called with a folder of `N.in` files and a list of their types on stdin; leaves `N.said`, `N.clean` and prints how each ended.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from backend.documents import examine


def look(media_type: str, folder: Path, n: int) -> None:
    with (folder / f"{n}.said").open("w") as said:
        os.dup2(said.fileno(), 1)
        examine.main(media_type, str(folder / f"{n}.in"), str(folder / f"{n}.clean"))
        sys.stdout.flush()


def main(folder: Path) -> None:
    for n, media_type in enumerate(sys.stdin.read().split()):
        sys.stdout.flush()
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            code = 9
            try:
                look(media_type, folder, n)
                code = 0
            finally:
                os._exit(code)
        _, status, used = os.wait4(child, 0)
        cpu = used.ru_utime + used.ru_stime
        print(os.waitstatus_to_exitcode(status), used.ru_maxrss, f"{cpu:.2f}", f"{time.monotonic() - began:.2f}")


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main(Path(sys.argv[1]))
