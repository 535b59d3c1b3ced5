"""Writes the book as signed extracts: one full, then a delta for each business day."""

import base64
import csv
import hashlib
import io
import json
import os
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.demo.ach import ach_file
from backend.demo.agency import SHOWN
from backend.demo.book import Book
from backend.demo.families import ZONE
from backend.demo.ledger import ROUTING
from backend.demo.rows import FILE_OF, Payment, Row
from backend.ingest.files import SPECS
from backend.ingest.nacha import parse
from backend.ingest.signing import KEY_FOLDER, sign

SOURCE = "demo"
KEY_ID = "demo"
FULL = "full"
ACH_NAME = "employers.ach"
EVENING = time(21, 0)


def write_all(book: Book, out: Path, key: Ed25519PrivateKey) -> None:
    """The full extract and every delta, each a folder."""
    _write(book, 0, out / FULL, key)
    for step in range(1, len(book.calendar.steps) + 1):
        _write(book, step, out / delta_name(step), key)


def delta_name(step: int) -> str:
    """The folder of the k-th delta."""
    return f"delta-{step:03d}"


def sequence_of(step: int) -> int:
    """The full extract is number 1."""
    return step + 1


def local_key(data_folder: Path) -> Ed25519PrivateKey:
    """This installation's own key for demonstration extracts, made when there is none; its public half becomes known to the loader."""
    private = data_folder / "demo" / "extract.key"
    if not private.exists():
        private.parent.mkdir(parents=True, exist_ok=True)
        made = Ed25519PrivateKey.generate().private_bytes_raw()
        with open(os.open(private, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as sink:
            sink.write(made)
    key = Ed25519PrivateKey.from_private_bytes(private.read_bytes())
    public = data_folder / KEY_FOLDER / f"{KEY_ID}.pub"
    public.parent.mkdir(parents=True, exist_ok=True)
    public.write_text(base64.b64encode(key.public_key().public_bytes_raw()).decode())
    return key


def _write(book: Book, step: int, folder: Path, key: Ed25519PrivateKey) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    calendar = book.calendar
    day = date.fromordinal(calendar.anchor if step == 0 else calendar.steps[step - 1])
    entries = []
    page = book.pages[step]
    by_bank = _by_bank(page.get(Payment, {}), step)
    if by_bank:
        entries.append(_save_ach(folder, by_bank, day))
    for kind, name in FILE_OF.items():
        rows = list(page.get(kind, {}).values())
        if kind is Payment and by_bank:
            kept = set(by_bank)
            rows = [row for row in rows if row not in kept]
        if rows or step == 0:
            entries.append(_save(folder, name, kind, rows))
    as_of = datetime.combine(day, EVENING, ZoneInfo(ZONE)).isoformat()
    mode = "delta" if step else "full"
    manifest = {"source": SOURCE, "sequence": sequence_of(step), "mode": mode, "as_of": as_of, "files": entries}
    (folder / "manifest.json").write_text(json.dumps(sign(manifest, KEY_ID, key), indent=1))


def _by_bank(payments: dict[tuple[object, ...], Row], step: int) -> list[Payment]:
    """From the second delta on, a part of what employers pay comes by the banks' own file."""
    found = [row for row in payments.values() if isinstance(row, Payment) and row.trace.startswith(ROUTING)]
    return [row for row in found if step > 1 and not row.reversed_by and int(row.trace[-2:]) % 3 == SHOWN]


def _save(folder: Path, name: str, kind: type[Row], rows: list[Row]) -> dict[str, Any]:
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    writer.writerow(kind._fields)
    writer.writerows(rows)
    raw = sink.getvalue().encode()
    (folder / name).write_bytes(raw)
    places = {column: kind._fields.index(column) for column in SPECS[name].money}
    totals = {column: sum(int(row[at]) for row in rows) for column, at in places.items()}
    return {"name": name, "rows": len(rows), "sha256": hashlib.sha256(raw).hexdigest(), "totals": totals}


def _save_ach(folder: Path, payments: list[Payment], day: date) -> dict[str, Any]:
    raw = ach_file(payments, day)
    (folder / ACH_NAME).write_bytes(raw)
    read = parse(raw)
    totals = {"amount_cents": read.credit_cents}
    return {"name": ACH_NAME, "rows": read.entries, "sha256": hashlib.sha256(raw).hexdigest(), "totals": totals}
