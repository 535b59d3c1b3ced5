"""An observed parent's phone: it asks the application as a browser would, and keeps every byte that comes back."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from backend.accounts.rules import token_hash
from backend.registry import SCHEMA
from backend.web.headers import cookie_name
from tests.make import insert

# What may differ between two worlds, by the name it has where it stands. Of all but the last the length is compared.
EXCLUDED = {
    "cursor": "a sealed box",
    "id of a problem or a notice": "drawn anew for every one",
    "receipt": "a random number that a person can quote",
    "renew": "a random token",
    "TTL": "how many seconds of a notification's life are left",
}
COOKIE = cookie_name(secure=False)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
AHEAD = {"lease_until": 7 * 86_400_000, "ends_at": 180 * 86_400_000}  # so many milliseconds after what they follow from
HEADERS = {
    "host": "localhost:8000",
    "sec-fetch-site": "same-origin",
    "accept-encoding": "identity",
    "content-type": "application/json",
}


class Answer(NamedTuple):
    """What came back, as it came."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


async def ask(app: Any, method: str, path: str, body: Any = None, token: str | None = None) -> Answer:
    """One request to the application in this process."""
    target, _, query = path.partition("?")
    raw = b"" if body is None else msgspec.json.encode(body)
    headers = {**HEADERS, "content-length": str(len(raw))} | ({"cookie": f"{COOKIE}={token}"} if token else {})
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": target,
        "raw_path": target.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("192.0.2.1", 50000),
        "server": ("localhost", 8000),
    }
    sent: list[Any] = []
    given = [{"type": "http.request", "body": raw, "more_body": False}]

    async def receive() -> Any:
        return given.pop() if given else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start = sent[0]
    return Answer(start["status"], list(start["headers"]), b"".join(m.get("body", b"") for m in sent[1:]))


async def open_session(account: UUID) -> str:
    """A session of this account: what signing in would leave."""
    token = f"token-of-{account}"
    late = datetime(2099, 1, 1).astimezone()  # a use is noted once a minute: here never, or a slow machine would be seen
    await insert("session", token_hash=token_hash(token), account_id=account, expires_at=late, seen_at=late)
    return token


class Clock:
    """When each step of a run began: a time that is told means the step it lies in, and that has to be the same."""

    def __init__(self) -> None:
        self._began: list[int] = []

    def step(self) -> None:
        """A new step begins, in a millisecond of its own."""
        while self._began and _now_ms() <= self._began[-1]:
            pass
        self._began.append(_now_ms())

    def place(self, ms: int) -> str | None:
        """The step of this instant, if it lies in this run."""
        if not self._began or ms < self._began[0] - 1000 or ms > _now_ms() + 1000:
            return None
        return f"step {sum(began <= ms for began in self._began)}"


def _now_ms() -> int:
    return int(datetime.now().timestamp() * 1000)


class Watched:
    """One parent who is observed: their account, their phone, and all that they saw."""

    def __init__(self, app: Any, account: UUID, token: str, clock: Clock) -> None:
        self.app, self.account, self.token, self.clock = app, account, token, clock
        self.seen: list[str] = []
        self.raw: list[bytes] = []
        self.n = 0
        self.forget(UUID(int=account.int ^ 1))

    def forget(self, device: UUID) -> None:
        """Another phone, which holds nothing yet."""
        self.device, self.n = device, 1
        self.cursor: str | None = None
        self.have: str | None = None
        self.loaded: set[str] = set()

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """One request; everything of the answer is seen."""
        answer = await ask(self.app, method, path, body, self.token)
        self.raw.append(answer.body + b"".join(name + value for name, value in answer.headers))
        said = json.loads(answer.body) if answer.body else None
        told = self._plain(said, "problem" if answer.status >= 400 else "")
        self.see(f"{method} {path}", answer.status, told, answer.headers)
        return said

    def see(self, *what: Any) -> None:
        self.seen.append(" ".join(map(repr, what)))

    async def sync(self, *push: dict[str, Any]) -> None:
        """Exchanges until nothing is missing, as a phone does."""
        pushed = list(push)
        for _ in range(9):
            scopes = list(self.missing)
            body = {
                "rid": f"r{len(self.seen)}", "device": str(self.device), "schema": SCHEMA, "clock": 0, "cursor": self.cursor,
                "have": self.have, "want": scopes, "next_n": self.n, "push": pushed,
            }  # fmt: skip
            answer = await self.ask("POST", "/v1/sync", body)
            pushed = []
            assert "rid" in answer, answer
            self._keep(answer)
            if not self.missing and not answer.get("more") and not answer.get("stale"):
                return
        raise AssertionError("the phone never settles")

    def request(self, device: str) -> dict[str, Any]:
        """What a phone says when it asks, under this name."""
        said = {"rid": f"r{len(self.seen)}", "device": device, "schema": SCHEMA, "clock": 0, "cursor": self.cursor}
        return said | {"have": self.have, "want": [], "next_n": self.n, "push": []}

    @property
    def missing(self) -> list[str]:
        return [scope for scope in self.scopes if scope not in self.loaded] if self.have else []

    def change(self, id: UUID, name: str, scope: UUID | None, args: dict[str, Any]) -> dict[str, Any]:
        """The next change of this phone."""
        self.n += 1
        said = {"n": self.n - 1, "id": str(id), "at": "2026-01-01T00:00:00Z", "name": name, "v": 1}
        return said | {"scope": None if scope is None else str(scope), "args": args}

    def _keep(self, answer: dict[str, Any]) -> None:
        self.cursor = answer.get("cursor", self.cursor)
        if "manifest" in answer:
            self.have = answer["manifest"]["digest"]
            self.scopes = [scope for scope, _ in answer["manifest"]["scopes"]]
        self.loaded |= {load["scope"] for load in answer.get("load", ())}

    def _plain(self, value: Any, name: str) -> Any:
        """The value with its times as steps, and without what may differ."""
        if name == "lease_until" and isinstance(value, int):
            value -= AHEAD["lease_until"]
        if name in ("cursor", "receipt", "renew", "problem.id") and isinstance(value, str):
            return f"{name} of {len(value)}"
        if isinstance(value, dict):
            where = "problem." if name == "problem" else ""
            return {key: self._plain(each, where + key) for key, each in value.items()}
        if isinstance(value, list):
            return [self._plain(each, "") for each in value]
        if isinstance(value, str) and INSTANT.fullmatch(value):
            return self.clock.place(int(datetime.fromisoformat(value).timestamp() * 1000) - AHEAD.get(name, 0)) or value
        if name in ("now", "lease_until") and isinstance(value, int):
            return self.clock.place(value) or value
        return value
