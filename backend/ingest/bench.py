"""How fast payments load, beside a bare COPY of the same rows into an equal table (columns, checks, indexes, foreign key)."""

import base64
import hashlib
import json
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.db import connection
from backend.ingest.actions import load
from backend.ingest.files import FILES
from backend.ingest.signing import KEY_FOLDER, sign
from backend.settings import SETTINGS

CASES = 2_000
DAYS = 730
SOURCE = "bench"


async def bench_payments(rows: int = 1_000_000) -> dict[str, float]:
    """Seconds and rows per second of a first load with so many payments, and of the bare COPY; needs an empty, migrated database."""
    with tempfile.TemporaryDirectory(prefix="porchlight-bench-") as made:
        folder = Path(made)
        _write_extract(folder / "extract", rows)
        began = time.perf_counter()
        report = await load(folder / "extract")
        load_s = time.perf_counter() - began
        if report.state != "loaded" or report.rejected:
            raise RuntimeError(f"the load went wrong: {report.state}")
        copy_s = await _bare_copy(folder / "copy.txt")
    return {
        "rows": rows,
        "load_s": round(load_s, 2),
        "load_rows_per_s": round(rows / load_s),
        "copy_s": round(copy_s, 2),
        "copy_rows_per_s": round(rows / copy_s),
        "times_copy": round(load_s / copy_s, 2),
    }


async def _bare_copy(path: Path) -> float:
    """COPY what was just loaded into a twin of its table."""
    columns = "id, originator, settled_on, trace, case_id, paid_on, posted_on, amount_cents, source, reversed_by, closed"
    async with connection() as held:
        await held.copy_from_query(f"SELECT {columns} FROM payment", output=path)
        await held.execute("CREATE TABLE payment_twin (LIKE payment INCLUDING ALL)")
        await held.execute("ALTER TABLE payment_twin ADD FOREIGN KEY (case_id) REFERENCES ivd_case (id)")
        try:
            began = time.perf_counter()
            await held.copy_to_table("payment_twin", source=path, columns=columns.split(", "))
            return time.perf_counter() - began
        finally:
            await held.execute("DROP TABLE payment_twin")


def _write_extract(folder: Path, rows: int) -> None:
    folder.mkdir()
    today = date.today()
    cases = (f"B-{n:06d},open,enforcement,B,{today - timedelta(DAYS)}" for n in range(CASES))
    files = {
        "cases.csv": ["case_number,status,stage,office_code,opened_on,closed_on", *(f"{line}," for line in cases)],
        "payments.csv": _payments(rows, today),
    }
    entries: list[dict[str, Any]] = []
    for name, lines in files.items():
        raw = ("\n".join(lines) + "\n").encode()
        (folder / name).write_bytes(raw)
        money = next(spec.money for spec in FILES if spec.name == name)
        totals = {column: sum(_cents(n) for n in range(rows)) for column in money}
        digest = hashlib.sha256(raw).hexdigest()
        entries.append({"name": name, "rows": len(lines) - 1, "sha256": digest, "totals": totals})
    key = Ed25519PrivateKey.generate()
    keys = SETTINGS.data / KEY_FOLDER
    keys.mkdir(parents=True, exist_ok=True)
    (keys / f"{SOURCE}.pub").write_text(base64.b64encode(key.public_key().public_bytes_raw()).decode())
    as_of = f"{today}T06:00:00+00:00"
    manifest = {"source": SOURCE, "sequence": time.time_ns(), "mode": "full", "as_of": as_of, "files": entries}
    (folder / "manifest.json").write_text(json.dumps(sign(manifest, SOURCE, key)))


def _payments(rows: int, today: date) -> list[str]:
    lines = ["originator,settled_on,trace,case_number,paid_on,posted_on,amount_cents,source,reversed_by"]
    days = [str(today - timedelta(n)) for n in range(DAYS)]
    for n in range(rows):
        day = days[n * 7 % DAYS]
        lines.append(f"{1000 + n % 40},{day},{n:015d},B-{n * 31 % CASES:06d},{day},{day},{_cents(n)},employer,")
    return lines


def _cents(n: int) -> int:
    return 5_000 + n * 7919 % 60_000
