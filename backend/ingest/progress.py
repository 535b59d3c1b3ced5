"""A bar on a terminal for loads that take a while; nothing anywhere else."""

import sys
import time

WIDTH = 30
PATIENCE_S = 0.5


class Bar:
    """Drawn on stderr, and only when somebody watches and has waited a little."""

    def __init__(self, total: int, watched: bool | None = None) -> None:
        self.total = max(total, 1)
        self.watched = sys.stderr.isatty() if watched is None else watched
        self.next_at = time.monotonic() + PATIENCE_S
        self.drawn = False

    def show(self, done: int, what: str) -> None:
        """So much is done of what was announced."""
        if not self.watched or time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + 0.1
        self.drawn = True
        part = min(done / self.total, 1.0)
        filled = int(part * WIDTH)
        print(f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {part:4.0%} {what:<32}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        """Leave the line as it was."""
        if self.drawn:
            print("\r" + " " * (WIDTH + 42) + "\r", end="", file=sys.stderr, flush=True)
