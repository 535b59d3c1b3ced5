"""Nothing that was changed after it was signed is believed, however it is packed."""

from __future__ import annotations

import base64
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.ingest.actions import load
from backend.ingest.signing import sign
from backend.ingest.words import told
from tests.backend.ingest.extracts import KEY, KEY_ID, Extract, payment, tarred, trust, zipped
from tests.backend.ingest.refusing import refused

pytestmark = pytest.mark.usefixtures("db")


async def test_every_byte_of_a_file_is_covered(tmp_path: Path) -> None:
    folder = Extract().write(tmp_path / "e")
    path = folder / "payments.csv"
    whole = path.read_bytes()
    for at in range(0, len(whole), 17):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert "payments.csv: is not the file that was signed" in told(await refused(folder))


async def test_a_file_cut_anywhere_is_refused_with_what_is_missing(tmp_path: Path) -> None:
    folder = Extract().write(tmp_path / "e")
    path = folder / "payments.csv"
    whole = path.read_bytes()
    for length in range(0, len(whole), 23):
        path.write_bytes(whole[:length])
        words = told(await refused(folder))
        assert "payments.csv: is not the file that was signed" in words
        assert words.count("payments.csv") > 1, "and what can be said of it"


async def test_a_row_that_was_slipped_in_is_refused(tmp_path: Path) -> None:
    folder = Extract().write(tmp_path / "e")
    with (folder / "payments.csv").open("ab") as sink:
        sink.write((folder / "payments.csv").read_bytes().splitlines()[1].replace(b"T-1", b"T-X") + b"\n")
    assert "payments.csv: the manifest says 3 rows, the file has 4" in told(await refused(folder))


@pytest.mark.parametrize("field", ["source", "sequence", "mode", "as_of", "files", "rows", "totals", "sha256", "name"])
async def test_every_word_of_the_manifest_is_covered_by_the_signature(tmp_path: Path, field: str) -> None:
    extract = Extract()
    manifest = extract.manifest()
    other = {"source": "else", "sequence": 9, "mode": "delta", "as_of": "2026-03-04T00:00:00Z", "files": manifest["files"][1:]}
    if field in other:
        manifest[field] = other[field]
    else:
        manifest["files"][0][field] = {"rows": 5, "totals": {"x": 1}, "sha256": "0" * 64, "name": "cases2.csv"}[field]
    report = await refused(extract.write(tmp_path / "e", manifest))
    assert "manifest.json: its signature does not fit" in told(report)


async def test_a_signature_by_another_key_under_a_known_name_is_refused(tmp_path: Path) -> None:
    extract = Extract()
    other = Ed25519PrivateKey.generate()
    assert "signature does not fit" in told(await refused(extract.write(tmp_path / "a", extract.manifest(other, KEY_ID))))
    assert "by a key we do not know" in told(await refused(extract.write(tmp_path / "b", extract.manifest(other, "nobody"))))


async def test_an_old_and_a_new_key_may_overlap(tmp_path: Path) -> None:
    new = Ed25519PrivateKey.generate()
    trust(new, "tests-new")
    first, second = Extract(), Extract({"payments.csv": [payment("T-5", 5)]}, 2, "delta")
    assert (await load(first.write(tmp_path / "1", first.manifest(KEY, KEY_ID)))).state == "loaded"
    assert (await load(second.write(tmp_path / "2", second.manifest(new, "tests-new")))).state == "loaded"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (lambda m: m["signature"].update(alg="none"), "is not signed with ed25519"),
        (lambda m: m["signature"].update(value=""), "its signature does not fit"),
        (lambda m: m["signature"].update(value=base64.b64encode(b"x" * 64).decode()), "its signature does not fit"),
        (lambda m: m.pop("signature"), "cannot be read"),
        (lambda m: m.update(extra=1), "cannot be read"),
        (lambda m: m.update(sequence="1"), "cannot be read"),
    ],
)
async def test_a_manifest_that_is_not_quite_one_is_refused(tmp_path: Path, spoil: Callable[[object], object], sentence: str) -> None:
    extract = Extract()
    manifest = extract.manifest()
    spoil(manifest)
    assert f"manifest.json: {sentence}" in told(await refused(extract.write(tmp_path / "e", manifest)))


async def test_a_manifest_that_says_something_twice_is_refused(tmp_path: Path) -> None:
    folder = Extract().write(tmp_path / "e")
    text = (folder / "manifest.json").read_text()
    (folder / "manifest.json").write_text('{"mode": "delta", ' + text.removeprefix("{"))
    assert "names something twice" in told(await refused(folder))


async def test_a_time_without_a_zone_is_refused(tmp_path: Path) -> None:
    assert "as_of has no time zone" in told(await refused(Extract(as_of="2026-03-02T23:00:00").write(tmp_path / "e")))


async def test_missing_and_extra_files_are_named(tmp_path: Path) -> None:
    folder = Extract().write(tmp_path / "e")
    (folder / "events.csv").rename(folder / "more.csv")
    words = told(await refused(folder))
    assert "events.csv: is missing" in words
    assert "more.csv: is not in the manifest" in words


async def test_a_file_named_twice_in_the_manifest_is_refused(tmp_path: Path) -> None:
    extract = Extract()
    entry = extract.manifest()["files"][0]
    extract.head["files"] = []
    manifest = sign({**extract.head, "files": [entry, entry]}, KEY_ID, KEY)
    assert "offices.csv: stands in the manifest twice" in told(await refused(extract.write(tmp_path / "e", manifest)))


@pytest.mark.parametrize("name", ["../evil.csv", "/etc/evil.csv", "a/b/c.csv", "..\\evil.csv", "C:evil.csv"])
async def test_an_archive_that_points_elsewhere_is_refused_and_writes_nothing_there(tmp_path: Path, name: str) -> None:
    path = zipped(Extract().write(tmp_path / "deep" / "e"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "x")
    words = told(await refused(path))
    assert "path that leads elsewhere" in words or "too many files or folders" in words
    assert not list(tmp_path.rglob("evil.csv"))


@pytest.mark.parametrize("pack", [zipped, tarred])
async def test_an_archive_cut_anywhere_is_refused(tmp_path: Path, pack: Callable[[Path], Path]) -> None:
    whole = pack(Extract().write(tmp_path / "e")).read_bytes()
    path = tmp_path / ("cut" + (".zip" if pack is zipped else ".tar.gz"))
    for length in range(0, len(whole) - 100, len(whole) // 40):  # a tar's own end holds nothing of ours
        path.write_bytes(whole[:length])
        await refused(path)


async def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    folder = Extract().write(tmp_path / "e")
    (folder / "events.csv").unlink()
    (folder / "events.csv").symlink_to(folder / "cases.csv")
    assert "not a plain file" in told(await refused(tarred(folder)))
    assert "is not a plain file" in told(await refused(folder))


async def test_an_archive_that_swells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.ingest.archive.UNPACKED_MAX_BYTES", 1000)
    assert "is too large when unpacked" in told(await refused(zipped(Extract().write(tmp_path / "e"))))


async def test_a_path_with_nothing_is_refused(tmp_path: Path) -> None:
    assert "is neither a folder nor a file" in told(await refused(tmp_path / "nowhere"))
    (tmp_path / "empty").mkdir()
    assert "manifest.json: is missing" in told(await refused(tmp_path / "empty"))
