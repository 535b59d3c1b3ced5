"""The operator's diagnosis."""

import argparse
import asyncio

import pytest

from backend.notifications import cli, engine
from push.endpoint import GuardedResolver
from tests.conftest import pools_laid_aside
from tests.push.test_endpoint import Names


async def run(what: str) -> int:
    """The command in a thread with a loop of its own, as on the command line."""
    await engine.close()
    with pools_laid_aside():
        return await asyncio.to_thread(cli.main, argparse.Namespace(what=what))


@pytest.mark.usefixtures("db")
async def test_the_check_reads_messages_of_both_encoders_and_says_what_cannot_be_reached(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    here_only = GuardedResolver(Names(*[["127.0.0.1"]] * 4))
    monkeypatch.setattr(cli, "GuardedResolver", lambda: here_only)
    code = await run("check")
    said = capsys.readouterr().out
    assert code == 0, said
    for name in ("webpush", "pywebpush"):
        assert f"ok    a message made by {name} is read whole by http_ece" in said
    assert "note  fcm.googleapis.com cannot be reached from here (ForbiddenAddress)" in said
    assert "web push is ready" in said


@pytest.mark.usefixtures("db")
async def test_keys_shows_the_same_key_twice_and_rotate_another(capsys: pytest.CaptureFixture[str]) -> None:
    shown = []
    for what in ("keys", "keys", "rotate"):
        assert await run(what) == 0
        shown.append(capsys.readouterr().out.splitlines()[0])
    assert shown[0] == shown[1] != shown[2]
