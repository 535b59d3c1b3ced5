"""What is attacked: a server of ours with the demonstration agency, or the one with the planted faults."""

from __future__ import annotations

import json
import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from backend.embedded import Embedded
from tests.attack import tools
from tests.journeys.house import House, free_port, house

WAIT_S = 60
SAME_ORIGIN = {"sec-fetch-site": "same-origin"}
ROLES = ("nobody", "parent", "caseworker")


class Target(NamedTuple):
    """Where it answers, and the people one can be there: each with the Cookie header of a session, nobody without."""

    origin: str
    house: House | None = None

    def cookie(self, role: str) -> str | None:
        """A new session of somebody in this role."""
        return None if role == "nobody" or self.house is None else _session(self.origin, role)

    def headers(self, role: str) -> dict[str, str]:
        """What a browser of somebody in this role would send."""
        cookie = self.cookie(role)
        return SAME_ORIGIN | ({"cookie": cookie} if cookie else {})

    @property
    def roles(self) -> tuple[str, ...]:
        """Who there is to be."""
        return ROLES if self.house else ROLES[:1]

    @property
    def schema(self) -> str:
        """Where its description is, if it shows one."""
        return f"{self.origin}/schema/openapi.json"


@contextmanager
def ours(server: Embedded, *, schema: bool) -> Iterator[Target]:
    """One API process; its description is shown only to the tools that read it."""
    with house(server.url(), PORCHLIGHT_SCHEMA="on" if schema else "off") as made:
        made.api()
        yield Target(made.origin, made)


@contextmanager
def planted() -> Iterator[Target]:
    """The server with the faults."""
    port = free_port()
    process = tools.in_background("-m", "tests.attack.planted", str(port))
    try:
        _wait_for(port)
        yield Target(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait()


def _session(origin: str, role: str) -> str:
    """Signed in as somebody of the demonstration agency."""
    with urllib.request.urlopen(f"{origin}/v1/demo", timeout=WAIT_S) as answer:
        people = json.load(answer)["people"]
    key = next(person["key"] for person in people if (person["role"] == "parent") == (role == "parent"))
    headers = {"content-type": "application/json", **SAME_ORIGIN}
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
