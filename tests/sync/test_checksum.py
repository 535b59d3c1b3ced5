"""One checksum in two languages: these vectors bind the server's and the app's (pwa/tests/sync/scrub.test.ts)."""

import json
from pathlib import Path
from uuid import UUID
from zlib import crc32

import msgspec

from sync.pull import checksum

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "checksums.json").read_text())


def test_the_sum_of_a_scope_is_what_the_app_computes() -> None:
    for vector in VECTORS["sums"]:
        rows = [(aud, kind, UUID(id), rev, msgspec.Raw(b"{}")) for aud, kind, id, rev in vector["rows"]]
        assert (vector["name"], checksum(rows), checksum(rows[::-1])) == (vector["name"], vector["sum"], vector["sum"])


def test_the_crc_of_a_text_is_the_usual_one() -> None:
    assert {text: f"{crc32(text.encode()):08x}" for text in VECTORS["crc32"]} == VECTORS["crc32"]
