"""The door's own parts: which packages, which Node, which settings, and where every command is carried out."""

from __future__ import annotations

import importlib
import json
import logging
import re
from pathlib import Path

import pytest

from backend import cli, environment, node
from backend.settings import load


def test_the_environment_counts_as_ready_only_for_what_was_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "STAMP", tmp_path / "stamp.json")
    assert not environment._ready("run")
    environment.STAMP.write_text(json.dumps({"level": "run", "digest": environment._digest("run")}))
    assert environment._ready("run")
    assert not environment._ready("dev")
    environment.STAMP.write_text(json.dumps({"level": "dev", "digest": environment._digest("dev")}))
    assert environment._ready("run")
    assert environment._ready("dev")
    environment.STAMP.write_text("half a st")
    assert not environment._ready("run")


@pytest.mark.parametrize("name", ["uv", node.WHEEL])
def test_a_tool_is_installed_by_its_hashes(name: str) -> None:
    pinned = environment._pinned(name)
    assert re.match(rf"{name}==[\d.]+ \\\n", pinned)
    assert pinned.count("--hash=sha256:") >= 4
    assert pinned.count("==") == 1


@pytest.mark.parametrize(
    "version, enough",
    [
        ("", False),
        ("v18.20.0", False),
        ("v20.18.3", False),
        ("v20.19.0", True),
        ("v21.7.0", False),
        ("v22.11.0", False),
        ("v22.12.0", True),
        ("v24.1.0", True),
    ],
)
def test_only_a_node_that_can_build_the_app_is_used(version: str, enough: bool) -> None:
    assert node._new_enough(version) is enough


@pytest.mark.parametrize("command", cli.COMMANDS, ids=lambda command: command.name)
def test_every_command_is_carried_out_somewhere(command: cli.Command) -> None:
    module, _, function = command.target.partition(":")
    heard = {name: logging.getLogger(name).level for name in ("push", "asyncpg", "backend", "sync", "porchlight")}
    assert callable(getattr(importlib.import_module(module), function))
    levels = {name: logging.getLogger(name).level for name in heard}
    assert levels == heard, "a command that is only loaded must leave the log as it was"


def test_an_empty_environment_is_enough() -> None:
    settings = load({})
    assert (settings.host, settings.port, settings.origin, settings.demo) == ("127.0.0.1", 8000, "http://localhost:8000", False)
    assert not settings.secure
    assert load({"PORCHLIGHT_PORT": "8123"}).origin == "http://localhost:8123"
    assert load({"PORCHLIGHT_ORIGIN": "https://support.agency.example/"}).secure


@pytest.mark.parametrize(
    "name, value",
    [("PORCHLIGHT_PORT", "eighty"), ("PORCHLIGHT_DEMO", "yes"), ("EXTRACT_KEYS", "no-equals-sign"), ("PORCHLIGHT_POOL_SIZE", "-1")],
)
def test_a_wrong_setting_ends_the_process_with_a_sentence_that_names_it(name: str, value: str) -> None:
    with pytest.raises(SystemExit, match=name):
        load({name: value})


def test_several_extract_keys_are_read() -> None:
    assert load({"EXTRACT_KEYS": "state-2026=QUJD, state-2027=REVG"}).extract_keys == {"state-2026": "QUJD", "state-2027": "REVG"}
