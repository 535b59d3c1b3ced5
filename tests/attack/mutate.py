"""`./porchlight mutate`: changes the rules one by one, and counts which changes no test notices.

mutmut changes the Python rules, Stryker those of the vault in the app. Both work on a copy. A change that survives has to stand in
`SURVIVORS.md` with the reason why no test can or need notice it.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from backend.environment import PYTHON, ROOT
from tests.attack import tools

LEAST_PERCENT = 95.0
SURVIVORS = Path(__file__).with_name("SURVIVORS.md")
LISTED = re.compile(r"^- `([^`]+)`", re.MULTILINE)
RULES = (
    *("backend/policy/operations.py", "backend/policy/classes.py", "backend/policy/columns.py", "backend/policy/agreement.py"),
    *("backend/policy/page.py", "backend/access.py", "backend/accounts/rules.py", "backend/accounts/digits.py"),
    *("backend/enrolment/rules.py", "backend/permits/rules.py", "backend/devices/rules.py"),
)
TESTS = (
    *("tests/backend/web/test_policy_table.py", "tests/backend/web/test_policy.py", "tests/backend/web/test_access.py"),
    *("tests/backend/accounts/test_rules.py", "tests/backend/accounts/test_throttle.py", "tests/backend/enrolment/test_codes.py"),
    *("tests/backend/permits/test_rules.py", "tests/backend/devices/test_rules.py", "tests/backend/devices/test_protocol.py"),
)
COPIED = ("backend", "sync", "push", "migrations", "tests", "pyproject.toml", "requirements.lock", "requirements-tools.lock")
VAULT = tuple(f"src/vault/{name}.ts" for name in ("rules", "slots", "keys", "proof", "lasting", "record"))

# In the copy stands this instead of tests/conftest.py: rules are pure, so what asks for a database is left out.
PURE = '''
import os

os.environ["PORCHLIGHT_SECRET"] = "bm90IGEgc2VjcmV0OiBvbmx5IHRlc3RzIHVzZSB0aGlzIQ=="
ROOMS = {"db", "pool", "server", "fresh_db", "redis_server", "request_db", "open_folder"}


def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if not ROOMS & set(item.fixturenames)]
'''


class Tally(NamedTuple):
    """How the changes of one file fared."""

    killed: int
    survived: list[str]

    @property
    def percent(self) -> float:
        """Of those that ran, how many were noticed."""
        return 100 * self.killed / max(1, self.killed + len(self.survived))


def main(arguments: argparse.Namespace) -> int:
    """Answers 1 when too many changes survive, or one without a reason in the list."""
    listed = set(LISTED.findall(SURVIVORS.read_text()))
    found: dict[str, Tally] = {}
    with tempfile.TemporaryDirectory(prefix="porchlight-mutate-") as folder:
        if arguments.which in ("rules", "all"):
            found |= _rules(Path(folder) / "rules", arguments.only)
        if arguments.which in ("vault", "all"):
            found |= _vault(Path(folder) / "vault")
    survived = [name for tally in found.values() for name in tally.survived]
    for name in survived:
        print(("explained " if name in listed else "UNEXPLAINED ") + name)
    for place, tally in found.items():
        print(f"{place}: {tally.killed} noticed, {len(tally.survived)} not: {tally.percent:.1f} %")
    whole = Tally(sum(tally.killed for tally in found.values()), survived)
    print(json.dumps({"noticed": whole.killed, "survived": len(survived), "percent": round(whole.percent, 1)}))
    return 0 if found and whole.percent >= LEAST_PERCENT and set(survived) <= listed else 1


def _rules(copy: Path, only: str | None) -> dict[str, Tally]:
    copy.mkdir()
    for name in COPIED:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, copy / name)
    (copy / "tests" / "conftest.py").write_text(PURE)
    rules = [rule for rule in RULES if only is None or only in rule]
    _configure(copy / "pyproject.toml", rules)
    path = [copy, *(tools.packages("mutmut") / "lib").glob("python3*/site-packages")]
    environment = {"PYTHONPATH": ":".join(map(str, path)), "PATH": f"{PYTHON.parent}:/usr/bin:/bin", "HOME": str(copy)}
    done = subprocess.run([PYTHON, "-m", "mutmut", "run", "--max-children", "2"], cwd=copy, env=environment, stdout=sys.stderr)
    if done.returncode != 0:
        raise SystemExit(f"mutmut ended with {done.returncode}")
    found = {rule: _tally(copy / "mutants" / f"{rule}.meta") for rule in rules}
    for name in (name for tally in found.values() for name in tally.survived):
        subprocess.run([PYTHON, "-m", "mutmut", "show", name], cwd=copy, env=environment, stdout=sys.stderr)
    return found


def _configure(file: Path, rules: list[str]) -> None:
    settings = {
        "source_paths": ["backend/"],
        "only_mutate": rules,
        "also_copy": ["sync", "push", "migrations", "requirements.lock", "requirements-tools.lock"],
        "pytest_add_cli_args_test_selection": list(TESTS),
        "use_git_change_detection": False,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    file.write_text(file.read_text() + "\n[tool.mutmut]\n" + "\n".join(lines) + "\n")


def _tally(meta: Path) -> Tally:
    """From mutmut's own record of a file: exit codes of pytest by mutant; 0 is a mutant that lived, 33 one that no test reaches."""
    codes = json.loads(meta.read_text())["exit_code_by_key"] if meta.exists() else {}
    lived = [name for name, code in codes.items() if code in (0, 33)]
    return Tally(len(codes) - len(lived), lived)


def _vault(copy: Path) -> dict[str, Tally]:
    node, folder = tools.modules("stryker")
    shutil.copytree(ROOT / "pwa", copy, ignore=shutil.ignore_patterns("node_modules", "dist", ".cache", "screenshots"))
    (copy / "node_modules").symlink_to(ROOT / "pwa" / "node_modules")
    tests = copy / "vitest.config.ts"
    tests.write_text(tests.read_text().replace('"tests/**/*.test.ts"', '"tests/vault/**/*.test.ts"'))
    many = copy / "tests" / "vault" / "keys.test.ts"
    many.write_text(many.read_text().replace("MUTATIONS = 10_000", "MUTATIONS = 100"))  # for each change of a rule anew
    settings = {
        "testRunner": "vitest",
        "plugins": [str(folder / "node_modules" / "@stryker-mutator" / "vitest-runner" / "dist" / "src" / "index.js")],
        "mutate": list(VAULT),
        "reporters": ["json", "progress-append-only"],
        "concurrency": 2,
        "inPlace": True,
        "allowConsoleColors": False,
        "checkers": [],
        "vitest": {"configFile": "vitest.config.ts"},
    }
    (copy / "stryker.config.json").write_text(json.dumps(settings))
    stryker = folder / "node_modules" / "@stryker-mutator" / "core" / "bin" / "stryker.js"
    done = subprocess.run([node.folder / "node", stryker, "run"], cwd=copy, env=node.environment(), stdout=sys.stderr)
    if done.returncode != 0:
        raise SystemExit(f"stryker ended with {done.returncode}")
    report = json.loads((copy / "reports" / "mutation" / "mutation.json").read_text())
    return {f"pwa/{name}": _counted(name, file["mutants"]) for name, file in report["files"].items()}


def _counted(name: str, mutants: list[dict[str, object]]) -> Tally:
    states = Counter(str(mutant["status"]) for mutant in mutants)
    lived = [_named(name, mutant) for mutant in mutants if mutant["status"] in ("Survived", "NoCoverage")]
    return Tally(states["Killed"] + states["Timeout"], lived)


def _named(name: str, mutant: dict[str, object]) -> str:
    place: dict[str, dict[str, int]] = mutant["location"]  # type: ignore[assignment]
    text = " ".join(str(mutant.get("replacement", "")).split())[:60]
    return f"{name}:{place['start']['line']}:{place['start']['column']} {text}".replace("`", "'")
