"""Kinto on PostgreSQL and pouchdb-server, installed apart for the measurement and thrown away with it."""

from __future__ import annotations

import base64
import json
import random
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from backend import node
from backend.embedded import Embedded
from tests.bench.stage import cpu_seconds, in_thread
from tests.bench.work import DOCUMENTS, text
from tests.journeys.house import free_port

KINTO, POUCH = ("kinto[postgresql]==26.5.0",), ("pouchdb-server@4.2.0", "express-pouchdb@4.2.0", "pouchdb@9.0.0")
INI = """
[server:main]
use = egg:waitress
host = 127.0.0.1
port = {port}
threads = 16
[app:main]
use = egg:kinto
kinto.storage_backend = kinto.core.storage.postgresql
kinto.storage_url = {url}
kinto.storage_pool_size = 20
kinto.permission_backend = kinto.core.permission.postgresql
kinto.permission_url = {url}
kinto.permission_pool_size = 20
kinto.cache_backend = kinto.core.cache.memory
multiauth.policies = basicauth
kinto.bucket_create_principals = system.Authenticated
[loggers]
keys = root
[handlers]
keys = console
[formatters]
keys = plain
[logger_root]
level = ERROR
handlers = console
[handler_console]
class = StreamHandler
args = (sys.stderr,)
formatter = plain
[formatter_plain]
format = %(message)s
"""


@dataclass
class Told:
    """See work.Answer."""

    count: int
    wire: int
    cursor: Any


def documents(rng: random.Random) -> list[dict[str, Any]]:
    """500 invented documents of about 2 kB of JSON."""
    return [{"id": str(uuid.UUID(int=rng.getrandbits(128), version=4)), "v": 0, "text": text(rng, 1930)} for _ in range(DOCUMENTS)]


@dataclass
class Kinto:
    """One collection, one user; `?_since=` for a delta."""

    port: int
    pids: tuple[int, ...]
    docs: list[dict[str, Any]]
    name: str = "kinto_postgresql"
    at: int = 0
    heads: dict[str, str] = field(default_factory=lambda: {"Authorization": "Basic " + base64.b64encode(b"b:b").decode()})

    def cpu_s(self) -> float:
        return sum(map(cpu_seconds, self.pids))

    @property
    def records(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1/buckets/bench/collections/cases/records"

    async def fill(self, http: aiohttp.ClientSession) -> None:
        collection = self.records.removesuffix("/records")
        for url in (collection.rpartition("/collections")[0], collection):
            async with http.put(url, json={"data": {}}, headers=self.heads) as answer:
                assert answer.status in (200, 201), await answer.text()
        for doc in self.docs:
            await self._put(http, doc)

    async def reset(self) -> None:
        """A push changes a document in place."""

    async def initial(self, http: aiohttp.ClientSession) -> Told:
        return await self._get(http, "")

    async def delta(self, http: aiohttp.ClientSession, cursor: Any) -> Told:
        return await self._get(http, f"?_since={cursor}")

    async def change(self, http: aiohttp.ClientSession, many: int) -> None:
        for _ in range(many):
            await self.push(http)

    async def push(self, http: aiohttp.ClientSession) -> None:
        self.at += 1
        doc = self.docs[self.at % DOCUMENTS]
        doc["v"] = self.at
        await self._put(http, doc)

    async def nothing_new(self, http: aiohttp.ClientSession, cursor: Any) -> int:
        headers = self.heads | {"If-None-Match": f'"{cursor}"', "Accept-Encoding": "gzip"}
        async with http.get(f"{self.records}?_since={cursor}", headers=headers) as answer:
            return len(await answer.read())

    async def _get(self, http: aiohttp.ClientSession, query: str) -> Told:
        async with http.get(self.records + query, headers=self.heads | {"Accept-Encoding": "gzip"}) as answer:
            body = await answer.read()
            return Told(len(json.loads(body)["data"]), len(body), answer.headers["ETag"].strip('"'))

    async def _put(self, http: aiohttp.ClientSession, doc: dict[str, Any]) -> None:
        async with http.put(f"{self.records}/{doc['id']}", json={"data": doc}, headers=self.heads) as answer:
            assert answer.status in (200, 201), await answer.text()


@dataclass
class Pouch:
    """CouchDB's protocol on LevelDB; `_changes` for a delta."""

    port: int
    pids: tuple[int, ...]
    docs: list[dict[str, Any]]
    name: str = "pouchdb_server"
    at: int = 0
    revs: dict[str, str] = field(default_factory=dict)

    def cpu_s(self) -> float:
        return sum(map(cpu_seconds, self.pids))

    @property
    def database(self) -> str:
        return f"http://127.0.0.1:{self.port}/bench"

    async def fill(self, http: aiohttp.ClientSession) -> None:
        async with http.put(self.database) as answer:
            assert answer.status in (201, 412), await answer.text()
        for doc in self.docs:
            await self._put(http, doc)

    async def reset(self) -> None:
        """A push changes a document in place."""

    async def initial(self, http: aiohttp.ClientSession) -> Told:
        return await self.delta(http, 0)

    async def delta(self, http: aiohttp.ClientSession, cursor: Any) -> Told:
        url = f"{self.database}/_changes?since={cursor}&include_docs=true"
        async with http.get(url, headers={"Accept-Encoding": "gzip"}) as answer:
            body = await answer.read()
            told = json.loads(_plain(body, answer))
            return Told(len(told["results"]), len(body), told["last_seq"])

    async def change(self, http: aiohttp.ClientSession, many: int) -> None:
        for _ in range(many):
            await self.push(http)

    async def push(self, http: aiohttp.ClientSession) -> None:
        self.at += 1
        doc = self.docs[self.at % DOCUMENTS]
        doc["v"] = self.at
        await self._put(http, doc)

    async def nothing_new(self, http: aiohttp.ClientSession, cursor: Any) -> int:
        url = f"{self.database}/_changes?since={cursor}&include_docs=true"
        async with http.get(url, headers={"Accept-Encoding": "gzip"}) as answer:
            return len(await answer.read())

    async def _put(self, http: aiohttp.ClientSession, doc: dict[str, Any]) -> None:
        sent = {key: value for key, value in doc.items() if key != "id"} | {"_id": doc["id"]}
        if doc["id"] in self.revs:
            sent["_rev"] = self.revs[doc["id"]]
        async with http.put(f"{self.database}/{doc['id']}", json=sent) as answer:
            assert answer.status == 201, await answer.text()
            self.revs[doc["id"]] = json.loads(await answer.read())["rev"]


def _plain(body: bytes, answer: aiohttp.ClientResponse) -> bytes:
    import gzip

    return gzip.decompress(body) if answer.headers.get("Content-Encoding") == "gzip" else body


@contextmanager
def kinto(folder: Path, server: Embedded) -> Iterator[Kinto]:
    """A Kinto of its own on a database of its own of this PostgreSQL, which listens on the loopback too."""
    from backend.embedded import ensure_database

    python = folder / "kinto" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", str(folder / "kinto")], check=True)
    subprocess.run([str(python), "-m", "pip", "install", "-q", *KINTO], check=True, stdout=sys.stderr)
    in_thread(ensure_database(server, "kinto"))
    port, ini = free_port(), folder / "kinto.ini"
    ini.write_text(INI.format(port=port, url=server.url("kinto")))
    program = str(folder / "kinto" / "bin" / "kinto")
    subprocess.run([program, "migrate", "--ini", str(ini)], check=True, stdout=sys.stderr)
    with _running([program, "start", "--ini", str(ini)], folder) as pid:
        postmaster = int((server.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        _wait(port, "/v1/")
        yield Kinto(port, (pid, postmaster), documents(random.Random(7)))


@contextmanager
def pouch(folder: Path) -> Iterator[Pouch]:
    """A pouchdb-server of its own in a folder of its own."""
    home = folder / "pouch"
    home.mkdir()
    (home / "package.json").write_text('{"private": true}')
    tools = node.find_node()
    subprocess.run([*tools.npm, "install", "--no-audit", "--no-fund", *POUCH], cwd=home, check=True, stdout=sys.stderr)
    port = free_port()
    program = [str(tools.folder / "node"), "node_modules/pouchdb-server/bin/pouchdb-server"]
    with _running([*program, "-p", str(port), "-o", "127.0.0.1", "-d", "./data", "--no-stdout-logs"], home) as pid:
        _wait(port, "/")
        yield Pouch(port, (pid,), documents(random.Random(7)))


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[int]:
    with (folder / "said.log").open("ab") as said:
        process = subprocess.Popen(command, cwd=folder, stdout=said, stderr=said)
    try:
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _wait(port: int, path: str) -> None:
    import urllib.request

    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing answers on port {port}")
