"""The Wake in force. Channels: "jobs" (a kind of job is due) and "poke" (a JSON list of scopes that changed, each with the
audience that it concerns)."""

from __future__ import annotations

from sync.poke import LocalWake, Wake

JOBS, POKE = "jobs", "poke"

_wakes: list[Wake] = [LocalWake()]


def current() -> Wake:
    """The carrier of this process."""
    return _wakes[-1]


def use(wake: Wake) -> None:
    """From now on this one carries; whoever subscribed to another stays there."""
    _wakes[:] = [wake]
