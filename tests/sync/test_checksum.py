"""One checksum in two languages: these vectors bind the server's and the app's (pwa/tests/sync/scrub.test.ts)."""

import json
from pathlib import Path
from zlib import crc32

from backend.db import connection
from sync.pull import KEY, checksum

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "checksums.json").read_text())


KEYS = f"SELECT {KEY} FROM unnest($1::int2[], $2::int2[], $3::uuid[], $4::int4[]) AS r (aud, kind, id, rev)"


async def test_the_sum_of_a_scope_is_what_the_app_computes(db: object) -> None:
    for vector in VECTORS["sums"]:
        columns = map(list, zip(*vector["rows"], strict=True)) if vector["rows"] else ([], [], [], [])
        async with connection() as held:
            keys = [key.encode() for (key,) in await held.fetch(KEYS, *columns)]
        assert (vector["name"], checksum(keys), checksum(keys[::-1])) == (vector["name"], vector["sum"], vector["sum"])


def test_the_crc_of_a_text_is_the_usual_one() -> None:
    assert {text: f"{crc32(text.encode()):08x}" for text in VECTORS["crc32"]} == VECTORS["crc32"]
