"""The house rules that a machine can keep. (Who may import whom is kept by import-linter, in pyproject.toml.)"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.db import connection
from backend.environment import ROOT
from backend.settings import Settings, variable

FILE_LINES, FUNCTION_LINES, PARAMETERS = 400, 40, 5
NO_NOUNS = {"utils", "util", "helpers", "helper", "common", "services", "service", "managers", "manager", "core", "misc"}
CODE = ("backend", "sync", "push")
NEVER_LEAVES = {
    "appointment_hour",
    "app_floor",
    "appointment_slot",
    "assignment",
    "authenticator",
    "challenge",
    "claim",
    "enrolment",
    "identity_check",
    "passkey",
    "password_setup",
    "recovery",
    "recovery_code",
    "batch",
    "distribution",
    "document_file",
    "document_ticket",
    "exposure",
    "exposure_view",
    "heard_text",
    "job",
    "journal",
    "journal_head",
    "journal_seal",
    "journal_unsealed",
    "migration",
    "notice_tally",
    "office",
    "permit",
    "person",
    "phone_call",
    "phone_line",
    "push_delivery",
    "push_service",
    "push_subscription",
    "reach",
    "reach_delivery",
    "quarantine",
    "reject",
    "safety_clearing",
    "safety_mark",
    "session",
    "sync_device",
    "sync_epoch",
    "sync_grant",
    "sync_manifest",
    "sync_mutation",
    "sync_row",
    "throttle",
    "vapid_key",
    "vault_key",
    "vault_share",
    "worker",
}
READ_BY_SQL = {  # and sync_*: no Piccolo class
    "appointment_slot",
    "job",
    "journal",
    "migration",
    "notice_tally",
    "push_delivery",
    "push_service",
    "reach_delivery",
    "throttle",
    "appointment_hour",
    "app_floor",
    "exposure",
    "exposure_view",
    "heard_text",
    "journal_head",
    "journal_seal",
    "journal_unsealed",
    "permit",
    "phone_call",
    "quarantine",
    "safety_clearing",
    "safety_mark",
    "vault_key",
    "vault_share",
}
MACHINE = re.compile(r"/wor[k]/|/roo[t]/|/hom[e]/\w|registry\.npm[j]s|pyp[i]\.org|python[h]osted|deb\.debi[a]n")


def tracked(*endings: str) -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file() and (not endings or path.name.endswith(endings))]


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in tracked(".py"):
        if path.relative_to(ROOT).parts[0] in CODE:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield path, node


def named(path: Path, name: str) -> str:
    return f"{path.relative_to(ROOT)}: {name}"


def test_no_file_is_longer_than_a_person_reads() -> None:
    source = [path for path in tracked(".py", ".ts", ".tsx", ".css") if path != ROOT / "pwa" / "src" / "wire.ts"]
    long = {str(path.relative_to(ROOT)): lines for path in source if (lines := len(path.read_text().splitlines())) > FILE_LINES}
    assert long == {}


def test_no_function_is_longer_than_a_screen() -> None:
    assert [named(path, f.name) for path, f in functions() if (f.end_lineno or 0) - f.lineno + 1 > FUNCTION_LINES] == []


def test_no_function_takes_more_than_five_parameters() -> None:
    def count(arguments: ast.arguments) -> int:
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        return len([one for one in every if one.arg not in ("self", "cls")])

    assert [named(path, f.name) for path, f in functions() if count(f.args) > PARAMETERS] == []


def test_everything_has_a_noun() -> None:
    source = [path.relative_to(ROOT) for path in tracked() if path.relative_to(ROOT).parts[0] in (*CODE, "pwa")]
    assert [str(path) for path in source if {part.split(".")[0] for part in path.parts} & NO_NOUNS] == []


def test_every_module_says_what_it_is() -> None:
    modules = [path for path in tracked(".py") if path.relative_to(ROOT).parts[0] in CODE and path.name != "__init__.py"]
    assert [str(path.relative_to(ROOT)) for path in modules if not ast.get_docstring(ast.parse(path.read_text()))] == []


def test_every_room_is_a_package() -> None:
    folders = {path.parent for path in tracked(".py") if path.relative_to(ROOT).parts[0] in CODE}
    assert [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_lock_files_hold_versions_and_hashes_and_no_addresses() -> None:
    for path in ROOT.glob("requirements*.lock"):
        text = path.read_text()
        assert "://" not in text, path.name
        pinned = re.findall(r"^\w[\w.\-\[\]]*==", text, re.MULTILINE)
        assert pinned, path.name
        assert len(re.findall(r"^\w[^\n]*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pinned), path.name
    assert '"resolved"' not in (ROOT / "pwa" / "package-lock.json").read_text()


def test_tests_run_on_the_versions_that_run() -> None:
    def versions(name: str) -> dict[str, str]:
        return dict(re.findall(r"^(\w[\w.\-]*)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))

    run, dev = versions("requirements.lock"), versions("requirements-dev.lock")
    assert {name: dev.get(name) for name in run} == run


def test_nothing_tells_of_the_machine_it_was_made_on() -> None:
    found = []
    for path in tracked():
        if path == ROOT / "tests" / "test_house.py":
            continue
        text = path.read_bytes()
        if b"\0" not in text and (match := MACHINE.search(text.decode(errors="replace"))):
            found.append(named(path, match[0]))
    assert found == []


def test_every_setting_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    assert [field for field in Settings.__struct_fields__ if f"`{variable(field)}`" not in readme] == []


def test_every_route_has_a_guard() -> None:
    from backend.app import create_app

    handlers = [handler for route in create_app().routes for handler in getattr(route, "route_handlers", [])]
    ours = [handler for handler in handlers if "litestar." not in str(handler)]  # it answers OPTIONS itself
    assert ours
    assert [str(handler) for handler in ours if not handler.resolve_guards()] == []


def test_a_session_is_begun_only_where_somebody_proved_who_they_are() -> None:
    """So nobody, staff or operator, can become somebody else."""
    begins = {
        named(path, node.name)
        for path, node in functions()
        if "accounts.sessions import" in path.read_text()
        and any(isinstance(one, ast.Call) and ast.unparse(one.func) in ("begin", "sessions.begin") for one in ast.walk(node))
    }
    entries = ("sign_in", "passkey_sign_in", "demo_sign_in")
    assert begins == {*(f"backend/accounts/actions.py: {name}" for name in entries), "backend/enrolment/tickets.py: _finish"}
    assert [path for path in tracked(".py") if "INSERT INTO session " in path.read_text() and path.relative_to(ROOT).parts[0] in CODE] == [
        ROOT / "backend" / "accounts" / "sessions.py"
    ]


def test_the_app_makes_no_page_out_of_text() -> None:
    """Beside the content policy and oxlint's rules, for what neither reads: a way that only runs where nobody tests."""
    ways = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|dangerouslySet|new Function|\beval\(|srcdoc|Contextual")
    read = [path for path in tracked(".ts", ".tsx", ".html") if path.is_relative_to(ROOT / "pwa" / "src")]
    assert len(read) > 100
    assert [str(path.relative_to(ROOT)) for path in read if ways.search(path.read_text())] == []


def test_every_mutator_has_a_twin_in_the_app() -> None:
    from backend.registry import REGISTRY

    app = "".join(path.read_text() for path in tracked(".ts", ".tsx") if path.name != "wire.ts")
    assert [name for name in {mutator.name for mutator in REGISTRY.mutators} if f'"{name}"' not in app] == []


async def test_every_table_is_declared_synced_or_never_leaves(db: object) -> None:
    from backend.registry import REGISTRY

    synced = {declared.table for declared in REGISTRY.synced}
    async with connection() as held:
        rows = await held.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'effect'")
    assert {row["tablename"] for row in rows} - synced == NEVER_LEAVES
    assert not synced & NEVER_LEAVES


async def test_no_foreign_key_cascades(db: object) -> None:
    async with connection() as held:
        rows = await held.fetch("SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdeltype NOT IN ('a', 'r')")
    assert [row["conname"] for row in rows] == []


async def test_migrations_make_the_columns_that_the_table_classes_have(db: object) -> None:
    from backend.tables import tables

    made = await columns_made()
    declared = {table._meta.tablename: described(table) for table in tables()}
    assert {name: made.get(name) for name in declared} == declared
    unread = {name for name in made if not name.startswith("sync_")} - set(declared) - READ_BY_SQL
    assert unread == set()


COLUMNS = """SELECT * FROM information_schema.columns WHERE table_schema = 'public'
    AND table_name IN (SELECT tablename FROM pg_tables)"""
KINDS = {
    "uuid": {"uuid"},
    "text": {"text", "varchar"},
    "boolean": {"boolean"},
    "smallint": {"smallint"},
    "integer": {"integer", "int"},
    "bigint": {"bigint"},
    "date": {"date"},
    "bytea": {"bytea"},
    "jsonb": {"jsonb"},
    "timestamp with time zone": {"timestamptz"},
    "timestamp without time zone": {"timestamp"},
}


async def columns_made() -> dict[str, dict[str, tuple[str, bool]]]:
    """Table → column → (type, may be null), as PostgreSQL has them; what it computes is never null."""
    made: dict[str, dict[str, tuple[str, bool]]] = {}
    async with connection() as held:
        for row in await held.fetch(COLUMNS):
            table = made.setdefault(row["table_name"], {})
            computed = row["is_generated"] == "ALWAYS"
            table[row["column_name"]] = (row["data_type"], row["is_nullable"] == "YES" and not computed)
    return made


def described(table: Any) -> dict[str, tuple[str, bool]]:
    """The same, as the Piccolo class says."""
    names = {spelling: kind for kind, spellings in KINDS.items() for spelling in spellings}
    return {column._meta.db_column_name: (names.get(kind(column), kind(column)), column._meta.null) for column in table._meta.columns}


def kind(column: Any) -> str:
    """A column's SQL type, in small letters and without a length."""
    return re.sub(r"\(.*", "", str(column.column_type)).lower()


def test_the_sizes_are_measured_on_something() -> None:
    assert len(list(functions())) > 100


@pytest.mark.parametrize("name", ["porchlight", ".ci/run"])
def test_the_doors_can_be_opened(name: str) -> None:
    assert (ROOT / name).stat().st_mode & 0o111
