"""Nothing that a stranger sends gets further than it should: each hostile file is refused, or kept without what was hidden in it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pikepdf
import pytest
from PIL import Image

from tests.backend.documents.corpus import CLEAN, JPEG, MARK, PDF, PNG, Hostile, corpus, packed, paper, picture

CPU_MOST_S = 25.0  # the limit, and what ending takes
RSS_MOST_KB = 512 * 1024


class Ended(NamedTuple):
    """How the examination of one file went: the fault, "clean" or "killed"; what is kept; what it cost."""

    said: str
    kept: bytes
    rss_kb: int
    cpu_s: float


def examine_all(folder: Path, files: list[tuple[str, bytes]]) -> list[Ended]:
    for n, (_, data) in enumerate(files):
        (folder / f"{n}.in").write_bytes(data)
    words = [sys.executable, "-I", str(Path(__file__).with_name("forks.py")), str(folder)]
    types = " ".join(media_type for media_type, _ in files)
    done = subprocess.run(words, input=types, capture_output=True, text=True, check=True)
    ends = []
    for n, line in enumerate(done.stdout.splitlines()):
        code, rss, cpu, _ = line.split()
        said = json.loads((folder / f"{n}.said").read_text()) if code == "0" else {"fault": "killed"}
        kept = (folder / f"{n}.clean").read_bytes() if "pages" in said else b""
        ends.append(Ended(said.get("fault", "clean"), kept, int(rss), float(cpu)))
    return ends


def test_every_hostile_file_is_refused_or_kept_without_what_was_hidden_in_it(tmp_path: Path) -> None:
    files = corpus()
    assert len(files) >= 100
    ends = examine_all(tmp_path, [(file.media_type, file.data) for file in files])
    assert len(ends) == len(files)
    wrong = {file.name: end.said for file, end in zip(files, ends, strict=True) if end.said not in file.expected}
    assert wrong == {}
    marked = [file.name for file, end in zip(files, ends, strict=True) if end.said == "clean" and tells(file, end.kept)]
    assert marked == []
    costly = {file.name: end[2:] for file, end in zip(files, ends, strict=True) if end.rss_kb > RSS_MOST_KB or end.cpu_s > CPU_MOST_S}
    assert costly == {}


def tells(file: Hostile, kept: bytes) -> bool:
    """Whether anything marked is left, also where it is packed; or whatever is kept is not what it claims."""
    if file.media_type == PDF:
        with pikepdf.open(io.BytesIO(kept)) as found:
            plain = io.BytesIO()
            found.save(plain, qdf=True, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
        return MARK.encode() in kept + plain.getvalue()
    with Image.open(io.BytesIO(kept)) as image:
        image.load()
        extra = set(image.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density", "dpi"}
        frames = getattr(image, "n_frames", 1)
    return MARK.encode() in kept or b"script" in kept or bool(extra) or frames != 1 or bool(image.getexif())


def test_what_people_really_send_is_kept(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # the camera was held upright
    large = io.BytesIO()
    Image.radial_gradient("L").resize((7300, 5470)).convert("RGB").save(large, "JPEG", exif=turned.tobytes())
    grey = io.BytesIO()
    Image.new("L", (50, 40), 128).save(grey, "PNG")
    inks = io.BytesIO()
    Image.new("CMYK", (50, 40), (1, 2, 3, 4)).save(inks, "JPEG")
    indexed = io.BytesIO()
    Image.new("P", (50, 40)).save(indexed, "PNG", transparency=0)
    form = paper(2)
    form.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([]))
    form.Root.OpenAction = pikepdf.Array([form.pages[0].obj, pikepdf.Name.Fit])
    files = [
        (JPEG, picture(640, 480, exif=turned.tobytes())),
        (JPEG, picture(4000, 3000)),
        (JPEG, large.getvalue()),
        (JPEG, inks.getvalue()),
        (JPEG, picture(320, 200, progressive=True)),
        (PNG, grey.getvalue()),
        (PNG, indexed.getvalue()),
        (PDF, packed(form)),
        (PDF, packed(paper(200), object_stream_mode=pikepdf.ObjectStreamMode.generate)),
    ]
    ends = examine_all(tmp_path, files)
    assert [end.said for end in ends] == ["clean"] * len(files)
    with Image.open(io.BytesIO(ends[0].kept)) as upright:
        assert upright.size == (480, 640)
    with pikepdf.open(io.BytesIO(ends[7].kept)) as kept:
        assert len(kept.pages) == 2
        assert b"Pay stub" in kept.pages[1].Contents.read_bytes()


@pytest.mark.parametrize("attempt", ["open('/etc/hostname')", "__import__('socket').socket()", "b'x' * (2 << 30)"])
def test_once_it_looks_it_can_open_nothing_and_has_little_memory(attempt: str) -> None:
    folder = Path(__file__).parents[3]
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); import socket; from backend.documents import examine"
    code = f"{code}; examine.limit(1 << 29); {attempt}"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    assert "Too many open files" in done.stderr or "MemoryError" in done.stderr


def test_the_corpus_holds_files_of_every_end() -> None:
    expected = {fault for file in corpus() for fault in file.expected}
    assert expected >= {"wrong_kind", "unreadable", "active", "locked", "too_many_pixels", "too_many_pages", "heic", *CLEAN}
