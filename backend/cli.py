"""Every command of `./porchlight`, what it needs, and where it is carried out.

Standard library only, so that help and mistakes are answered before anything is installed. The code of a command is
imported when it is given.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, NoReturn
from uuid import UUID

from backend import environment
from backend.environment import Level

Add = Callable[[argparse.ArgumentParser], None]

ABOUT = """Porchlight: child support on a phone that works without a signal."""
START = """start here:
  ./porchlight run          everything on this machine, with a demonstration agency; then open the address it prints
  ./porchlight test         everything that has to hold

`./porchlight COMMAND --help` tells more of a command. Settings come from the environment: see README, "Settings"."""


class Command(NamedTuple):
    """One command: `target` is "module:function", called with the parsed arguments, answering an exit code or none."""

    name: str
    says: str
    target: str
    needs: Level
    add: Add | None = None
    stands: bool = False  # on a database, the environment's or our own, as backend/ground.py lays it


def enter(argv: list[str]) -> NoReturn:
    """From the door: understand the command, make the environment it needs, and become it."""
    needs = parse(argv).needs  # help and mistakes end here, before anything is installed
    environment.ensure(needs)
    python = sys.executable if needs == "none" else str(environment.PYTHON)
    os.environ["PYTHONPATH"] = str(environment.ROOT) if needs == "none" else ""
    os.execv(python, [python, "-P", "-m", "backend.cli", *argv])  # noqa: S606


def parse(argv: Sequence[str]) -> Command:
    """The command that is meant; ends the process for help and for mistakes."""
    chosen: Command = _parser().parse_args(argv or ["--help"]).command
    return chosen


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out a command; the environment is there."""
    arguments = _parser().parse_args(argv)
    module, _, function = arguments.command.target.partition(":")
    with contextlib.ExitStack() as stack:
        if arguments.command.stands:
            stack.enter_context(_standing())
        answer = getattr(importlib.import_module(module), function)(arguments)
    return answer if isinstance(answer, int) else 0


@contextlib.contextmanager
def _standing() -> Iterator[None]:
    from backend import ground
    from backend.postgres_binaries import Trouble

    try:
        with ground.standing():
            yield
    except Trouble as trouble:
        sys.exit(str(trouble))


def _run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (default: PORCHLIGHT_HOST, else 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: PORCHLIGHT_PORT, else 8000)")
    parser.add_argument("--no-build", action="store_true", help="serve the app as it was last built")


def _test(parser: argparse.ArgumentParser) -> None:
    says = (
        "only these test files or folders, without linters; `push`: web push in both real browsers; "
        "`engines`: the app in Chromium, Firefox and WebKit (default: everything)"
    )
    parser.add_argument("paths", nargs="*", help=says)
    parser.add_argument("-k", dest="matching", help="only tests whose names match")
    says = "how many random histories are played, where tests play some (default: 100)"
    parser.add_argument("--histories", type=int, default=100, help=says)


def _ingest(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", help="an extract: a folder, a .zip or a .tar.gz with a signed manifest")


def _demo(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    extract = what.add_parser("extract", help="write a synthetic agency's signed extracts to a folder")
    extract.add_argument("--out", help="folder to write to (default: in the data folder)")
    extract.add_argument("--seed", type=int, default=1, help="the same seed writes the same agency (default: 1)")
    extract.add_argument("--cases", type=int, default=1000, help="how many cases (default: 1000)")
    extract.add_argument("--anchor", metavar="YYYY-MM-DD", help="the day that the full extract is of (default: yesterday)")
    extract.add_argument("--days", type=int, default=30, help="how many daily deltas after the full extract (default: 30)")
    what.add_parser("load", help="load the demonstration agency into an empty database")
    what.add_parser("tomorrow", help="let the demonstration agency live one more day")


def _bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("which", nargs="?", default="first", help="which measurements (default: first)")
    parser.add_argument("--payments", type=int, default=10_000_000, help="rows of the ledger of sync.ledger (default: 10000000)")
    parser.add_argument("--devices", type=int, default=1_000, help="how many come back at once in sync.returning (default: 1000)")


def _attack(parser: argparse.ArgumentParser) -> None:
    tools = ("schemathesis", "wapiti", "sqlmap", "ffuf", "csp_evaluator", "slowhttptest", "axe", "stuffing")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(tools)} (default: all)")
    parser.add_argument("--cases", type=int, default=100, help="schemathesis: how many requests of each kind to each route (default: 100)")
    parser.add_argument("--seconds", type=int, default=120, help="how long a tool may go on with one kind of attack (default: 120)")
    parser.add_argument("--connections", type=int, default=1_000, help="slowhttptest: how many (default: 1000)")
    parser.add_argument("--pairs", type=int, default=100_000, help="stuffing: how many logins and passwords (default: 100000)")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with (default: 1)")


def _mutate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("which", nargs="?", choices=("all", "rules", "vault"), default="all", help="whose rules (default: all)")
    parser.add_argument("--only", metavar="PART", help="of the Python rules only files whose path has this in it")


def _soak(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rounds", type=int, default=200, help="kills of an API process, and as many of PostgreSQL (default: 200)")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="begin no round after so long (default: no limit)")
    parser.add_argument("--seed", type=int, default=1, help="what chance begins with (default: 1)")
    parser.add_argument("--schedules", action="store_true", help="instead: every order of three transactions and two pulls")
    parser.add_argument("--push", type=int, metavar="N", help="instead: so many notices to push services on a bad day")
    parser.add_argument("--kills", type=int, default=50, help="with --push: workers killed and Redis wiped so often (default: 50)")


def _simulate(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device-hours", type=float, help="how long all simulated phones together (default: 10000)")
    parser.add_argument("--seeds", metavar="A-B", help="these seeds instead, both included")
    parser.add_argument("--from-seed", type=int, default=0, metavar="N", help="begin here: go on where an earlier run ended (default: 0)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="in so many processes (default: 1)")
    parser.add_argument("--seed", type=int, help="one seed alone")
    parser.add_argument("--trace", action="store_true", help="with --seed: everything that happens in it")
    parser.add_argument("--write-traces", action="store_true", help="write tests/vectors/sync-traces anew, for the app's tests")
    parser.add_argument("--planted", action="store_true", help="plant each known defect, and show which seed finds it")


def _account(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    add = what.add_parser("add", help="make an account, and print a code with which its person makes a passkey")
    add.add_argument("login", help="what is typed to sign in, for instance an e-mail address")
    roles = ("parent", "caseworker", "supervisor", "navigator", "admin", "auditor")
    add.add_argument("--role", choices=roles, default="admin", help="what the account is for (default: admin)")
    add.add_argument("--name", help="the name that others see (default: the login)")
    add.add_argument("--language", choices=("en", "es"), default="en", help="language of words to this person")
    add.add_argument("--person-id", help="a parent's person_id in the system of record")
    add.add_argument("--worker-login", help="a worker's login in the system of record")
    add.add_argument("--password", action="store_true", help="with a password instead, asked for or the first line of standard input")
    code = what.add_parser("code", help="print a new code for an account; when it is used, older ways to sign in end")
    code.add_argument("login", help="whose it is")


def _push(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    what.add_parser("check", help="diagnose web push from end to end: keys, encryption by two encoders, delivery")
    what.add_parser("keys", help="make the application server's keys when there are none, and show the public one")
    what.add_parser("rotate", help="make new keys; devices subscribe again by themselves")


def _sync(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    found = what.add_parser("doctor", help="whether what sync believes is what the domain says; exit code 1 when it is not")
    found.add_argument("--repair", action="store_true", help="put right what is wrong")
    what.add_parser("devices", help="every device: last sync, unsent and refused changes, clock, version, state")


def _quarantine(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    what.add_parser("list", help="what waits, the oldest first")
    for name, says in (("show", "its content"), ("release", "have it done, under present rights"), ("discard", "have it forgotten")):
        what.add_parser(name, help=says).add_argument("item", type=UUID, help="its id, as list shows it")


def _audit(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for name, says in (
        ("verify", "whether the journal is what it was: every link, signature and anchor; exit code 1 when it is not"),
        ("anchor", "seal the journal now, and append its head to the anchors"),
    ):
        what.add_parser(name, help=says).add_argument("--anchors", metavar="FILE", help="the file of anchors (default: AUDIT_ANCHORS)")
    prove = what.add_parser("prove", help="change made-up chains in every way, and see that each change is noticed")
    prove.add_argument("--mutations", type=int, default=10_000, help="how many changes (default: 10000)")
    prove.add_argument("--seed", type=int, default=1, help="what chance begins with (default: 1)")


def _exposure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("person", help="the person's number in the system of record")


def _incident(parser: argparse.ArgumentParser) -> None:
    what = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    what.add_parser("user", help="close an account, end its sessions, wipe its devices").add_argument("which", metavar="LOGIN")
    what.add_parser("unit", help="the same for everybody of a unit").add_argument("which", metavar="UNIT")
    key = what.add_parser("key", help="retire our keys of a kind, and make a new one")
    key.add_argument("which", choices=("lease", "outbox"), help="what signs leases and orders, or what the outbox is sealed for")
    what.add_parser("release", help="recall every app older than this").add_argument("which", metavar="VERSION")


def _call(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--from", dest="telephone", default="+12025550123", help="the telephone that is shown (default: an invented one)")


def _screenshots(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", default="test-results/screenshots", help="folder to write to")
    parser.add_argument("--publish", action="store_true", help="only those of the README and of the app's manifest, in place")


def _worker(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--while-stdin", action="store_true", help="stop when standard input closes")


def _policy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--write", action="store_true", help="write the page where it is kept, backend/POLICY.md")


def _noninterference(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pairs", type=int, default=10_000, help="how many pairs of worlds (default: 10000)")
    parser.add_argument("--seed", default="1", help="what chance begins with (default: 1)")


def _wire(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="change nothing; fail when the file is not what would be made")


COMMANDS = (
    Command("run", "run everything on this machine (or on DATABASE_URL and REDIS_URL)", "backend.run:main", "run", _run),
    Command("test", "install what is needed and check everything", "backend.check:test", "dev", _test),
    Command("lint", "linters and types only", "backend.check:lint", "dev"),
    Command("ingest", "load an extract of the system of record", "backend.ingest.cli:main", "run", _ingest, True),
    Command("demo", "the demonstration agency: extract, load, tomorrow", "backend.demo.cli:main", "run", _demo, True),
    Command("account", "accounts: add, code", "backend.enrolment.cli:main", "run", _account, True),
    Command("push", "web push: check, keys, rotate", "backend.notifications.cli:main", "run", _push, True),
    Command("sync", "sync: doctor, devices", "backend.operating:main", "run", _sync, True),
    Command("quarantine", "work of revoked devices: list, show, release, discard", "backend.custody:main", "run", _quarantine, True),
    Command("audit", "the journal as evidence: verify, anchor, prove", "backend.audit.cli:main", "run", _audit),
    Command("exposure", "what was ever visible of a person, to whom, when", "backend.custody:exposure", "run", _exposure, True),
    Command("incident", "take trust away at once: user, unit, key, release", "backend.custody:incident", "run", _incident, True),
    Command("call", "call the phone line of the server on this machine, from this terminal", "backend.voice.cli:main", "run", _call),
    Command("build", "build the app for phones into pwa/dist", "backend.node:main", "run"),
    Command("wire", "write pwa/src/wire.ts from the declared nouns", "backend.typescript:main", "run", _wire),
    Command("screenshots", "a picture of every screen", "tests.journeys.screenshots:main", "dev", _screenshots),
    Command("bench", "measure, and write the figures down", "tests.bench.cli:main", "dev", _bench),
    Command("soak", "kill processes at random under load, and see that nothing is lost", "tests.soak.cli:main", "dev", _soak),
    Command("attack", "have tools that nobody here wrote look for faults in every route", "tests.attack.cli:main", "dev", _attack),
    Command("mutate", "change rules one by one, and count the changes that no test notices", "tests.attack.mutate:main", "dev", _mutate),
    Command("simulate", "sync under every fault, from seeds, against a model", "tests.simulation.cli:main", "dev", _simulate),
    Command("policy", "who may learn and do what, as a page", "backend.policy.page:main", "run", _policy),
    Command(
        "noninterference",
        "pairs of worlds that differ in one parent's secrets: the other can tell none apart",
        "tests.privacy.cli:main",
        "dev",
        _noninterference,
    ),
    Command("migrate", "bring the database of DATABASE_URL to this version", "backend.migrate:main", "run"),
    Command("api", "one API process, for DATABASE_URL and REDIS_URL", "backend.cli:api", "run"),
    Command("worker", "one job worker, for DATABASE_URL and REDIS_URL", "backend.worker:main", "run", _worker),
    Command("install", "only install what running or testing needs", "backend.cli:nothing", "dev"),
    Command("lock", "make the lock files anew", "backend.cli:lock", "none"),
)


def nothing(arguments: argparse.Namespace) -> None:
    """The environment is there; that was all."""


def api(arguments: argparse.Namespace) -> None:
    """One API process."""
    from backend.web import server

    server.main()


def lock(arguments: argparse.Namespace) -> int:
    """Make the lock files anew."""
    return environment.lock()


def _parser() -> argparse.ArgumentParser:
    shape = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("./porchlight", description=ABOUT, epilog=START, formatter_class=shape)
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for command in COMMANDS:
        one = commands.add_parser(command.name, help=command.says, description=command.says[0].upper() + command.says[1:])
        one.set_defaults(command=command)
        if command.add is not None:
            command.add(one)
    return parser


if __name__ == "__main__":
    sys.exit(main())
