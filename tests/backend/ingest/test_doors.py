"""The ways in: a command, a folder that is watched, and an upload that is signed."""

from __future__ import annotations

import asyncio
import io
import os
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend import jobs
from backend.ingest import jobs as ingest_jobs
from backend.ingest import routes
from backend.ingest.bench import bench_payments
from backend.ingest.progress import Bar
from backend.ingest.uploads import finish_upload
from backend.settings import SETTINGS
from tests.backend.browsing import browser, make_app, make_person, sign_in
from tests.backend.ingest.extracts import KEY_ID, Extract, payment, tarred, zipped
from tests.backend.ingest.states import value, values

APP = make_app()


async def command(path: Path) -> tuple[int, str]:
    """`./porchlight ingest` in a process of its own; its exit code and what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "backend.cli", "ingest", str(path)), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def test_the_command_prints_a_report_and_answers_whether_it_was_loaded(fresh_db: str, tmp_path: Path) -> None:
    folder = Extract().write(tmp_path / "e")
    code, words = await command(folder)
    assert code == 0
    assert ["payments.csv", "3", "3", "0", "0", "0"] in [line.split() for line in words.splitlines()]
    assert (await command(folder)) == (0, "tests 1 was loaded before; nothing was done.\n")
    (folder / "cases.csv").write_bytes(b"")
    code, words = await command(folder)
    assert code == 1
    assert words.startswith("tests 1 was refused, and nothing was changed:\n  cases.csv: is not the file that was signed")


@pytest.fixture
def drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "drop"
    folder.mkdir()
    monkeypatch.setattr(ingest_jobs, "SETTINGS", msgspec.structs.replace(SETTINGS, drop_folder=folder))
    return folder


def settle(folder: Path) -> None:
    """What lies there was written a while ago."""
    for path in folder.rglob("*"):
        os.utime(path, (time.time() - 60, time.time() - 60))


async def test_the_drop_folder_is_loaded_in_the_order_of_the_sequence_and_put_away(db: object, drop: Path) -> None:
    zipped(Extract({"payments.csv": [payment("T-5", 5)]}, 2, "delta").write(drop / "a")).rename(drop / "a-later.zip")
    for path in (drop / "a").iterdir():
        path.unlink()
    (drop / "a").rmdir()
    tarred(Extract().write(drop.parent / "b")).rename(drop / "b-first.tar.gz")
    (drop / "c-broken.zip").write_bytes(b"not a zip at all")
    (drop / "readme.txt").write_text("not for us")
    settle(drop)
    await ingest_jobs.scan({})
    assert await values("SELECT sequence FROM batch WHERE state = 'loaded' ORDER BY ended_at") == [1, 2]
    assert not await value("SELECT bool_or(gap) FROM batch")
    assert sorted(str(path.relative_to(drop)) for path in drop.rglob("*") if path.is_file()) == [
        "loaded/a-later.zip",
        "loaded/a-later.zip.report.txt",
        "loaded/b-first.tar.gz",
        "loaded/b-first.tar.gz.report.txt",
        "readme.txt",
        "refused/c-broken.zip",
        "refused/c-broken.zip.report.txt",
    ]
    assert "was loaded" in (drop / "loaded" / "a-later.zip.report.txt").read_text()


async def test_what_is_still_being_written_is_left_alone(db: object, drop: Path) -> None:
    Extract().write(drop / "fresh")
    (drop / "half").mkdir()
    (drop / "half" / "cases.csv").write_text("case_number")
    await ingest_jobs.scan({})
    assert await value("SELECT count(*) FROM batch") == 0
    settle(drop)
    await ingest_jobs.scan({})
    assert sorted(path.name for path in drop.iterdir()) == ["half", "loaded"]


async def test_a_load_whose_folder_was_not_yet_put_away_is_put_away_by_the_next_scan(db: object, drop: Path) -> None:
    from backend.ingest.actions import load

    folder = Extract().write(drop / "e")
    await load(folder)
    settle(drop)
    await ingest_jobs.scan({})
    assert (drop / "loaded" / "e" / "manifest.json").exists()
    assert await value("SELECT count(*) FROM batch") == 1


async def chunks(content: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    stream = io.BytesIO(content)
    while chunk := stream.read(size):
        yield chunk


@pytest.mark.parametrize("pack", [zipped, tarred])
async def test_a_signed_archive_is_taken_without_a_session_and_loaded_by_a_job(db: object, tmp_path: Path, pack: object) -> None:
    archive = pack(Extract().write(tmp_path / "e")).read_bytes()  # type: ignore[operator]
    async with browser(APP, headers={"content-type": "application/octet-stream"}) as machine:
        answer = await machine.post("/v1/extracts", content=chunks(archive))
    assert answer.status_code == 202
    batch = UUID(answer.json()["batch"])
    assert await value("SELECT state FROM batch WHERE id = $1", batch) == "loading"
    assert await values("SELECT kind FROM job") == ["ingest.upload"]
    await ingest_jobs.upload({"batch": str(batch)})
    await ingest_jobs.upload({"batch": str(batch)})
    assert await value("SELECT state FROM batch WHERE id = $1", batch) == "loaded"
    assert await value("SELECT count(*) FROM payment") == 3
    assert list((SETTINGS.data / "uploads").iterdir()) == []
    await make_person("admin@agency.example", "admin")
    await make_person("parent@mail.example", "parent")
    async with browser(APP) as client:
        assert (await client.get(f"/v1/extracts/{batch}")).status_code == 401
        await sign_in(client, "parent@mail.example")
        assert (await client.get(f"/v1/extracts/{batch}")).status_code == 403
        await sign_in(client, "admin@agency.example")
        seen = (await client.get(f"/v1/extracts/{batch}")).json()
        assert (seen["state"], seen["report"]["sequence"], seen["report"]["rejected"]) == ("loaded", 1, 0)
        assert (await client.get(f"/v1/extracts/{uuid4()}")).status_code == 404


async def test_the_same_upload_again_names_the_same_batch_and_does_nothing(db: object, tmp_path: Path) -> None:
    archive = zipped(Extract().write(tmp_path / "e")).read_bytes()
    async with browser(APP, headers={}) as machine:
        first, twin = [(await machine.post("/v1/extracts", content=archive)).json()["batch"] for _ in range(2)]
        assert first != twin, "neither is loaded yet"
        await finish_upload(UUID(first))
        await finish_upload(UUID(twin))
        assert await values("SELECT state FROM batch ORDER BY ended_at") == ["loaded", "refused"]
        assert (await machine.post("/v1/extracts", content=archive)).json()["batch"] == first
    assert list((SETTINGS.data / "uploads").iterdir()) == []


async def test_an_upload_that_nobody_signed_is_not_kept(db: object, tmp_path: Path) -> None:
    extract = Extract()
    stranger = extract.manifest(Ed25519PrivateKey.generate(), "stranger")
    forged = extract.manifest(Ed25519PrivateKey.generate(), KEY_ID)
    bodies = [zipped(extract.write(tmp_path / name, manifest)) for name, manifest in (("s", stranger), ("f", forged))]
    async with browser(APP, headers={}) as machine:
        answers = [await machine.post("/v1/extracts", content=path.read_bytes()) for path in bodies]
        nonsense = await machine.post("/v1/extracts", content=b"hello")
        nothing = await machine.post("/v1/extracts")
    assert [answer.status_code for answer in answers] == [401, 401]
    assert "by a key we do not know" in answers[0].json()["detail"]
    assert [nonsense.status_code, nothing.status_code] == [400, 400]
    assert await value("SELECT count(*) FROM batch") == 0
    assert list((SETTINGS.data / "uploads").iterdir()) == []


async def test_an_upload_may_not_be_larger_than_its_limit(db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "UPLOAD_BYTES", 5000)
    async with browser(APP, headers={}) as machine:
        answer = await machine.post("/v1/extracts", content=chunks(b"x" * 20_000))
    assert answer.status_code == 413
    assert list((SETTINGS.data / "uploads").iterdir()) == []


async def test_only_so_many_uploads_are_received_at_once(db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "_room", asyncio.Semaphore(0))
    async with browser(APP, headers={}) as machine:
        answer = await machine.post("/v1/extracts", content=b"x")
    assert answer.status_code == 503
    assert 15 <= int(answer.headers["retry-after"]) <= 22


def test_the_doors_are_registered_with_a_time_limit_that_a_long_load_keeps() -> None:
    assert jobs.HANDLERS["ingest.scan"].every_s
    assert jobs.HANDLERS["ingest.upload"].timeout_s >= 3600


def test_a_bar_is_drawn_for_someone_who_waits_and_for_nobody_else(capsys: pytest.CaptureFixture[str]) -> None:
    for watched in (False, True):
        bar = Bar(200, watched)
        bar.show(10, "too early")
        bar.next_at = 0
        bar.show(100, "payments.csv")
        bar.end()
        drawn = capsys.readouterr().err
        assert ("50% payments.csv" in drawn) is watched
        assert "too early" not in drawn


async def test_the_measurement_loads_every_payment_that_it_times(fresh_db: str) -> None:
    figures = await bench_payments(2_000)
    assert figures["rows"] == 2_000
    assert await value("SELECT count(*) FROM payment") == 2_000
