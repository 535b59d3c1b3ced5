"""Builds extracts for tests: a small agency that is right in everything, and every way to spoil it."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import tarfile
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.ingest.files import SPECS, spec_of
from backend.ingest.signing import KEY_FOLDER, sign
from backend.settings import SETTINGS

Row = dict[str, Any]
Tables = dict[str, list[Row]]

KEY = Ed25519PrivateKey.from_private_bytes(b"a key for tests, of 32 bytes len")
KEY_ID = "tests"
AS_OF = "2026-03-02T23:00:00-05:00"


def trust(key: Ed25519PrivateKey = KEY, key_id: str = KEY_ID) -> None:
    """Make the tests' key known to this installation."""
    folder = SETTINGS.data / KEY_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{key_id}.pub").write_text(base64.b64encode(key.public_key().public_bytes_raw()).decode())


def person(person_id: str, first: str, last: str, **more: Any) -> Row:
    usual = {"person_id": person_id, "first_name": first, "last_name": last, "language": "en"}
    return usual | {"safe_to_contact": "Y", "family_violence": "N", "phone": "555-0101", "email": ""} | more


def payment(trace: str, cents: int, case: str = "C-1", **more: Any) -> Row:
    usual = {"originator": "1999999999", "settled_on": "2026-02-20", "trace": trace, "case_number": case}
    return usual | {
        "paid_on": "2026-02-18", "posted_on": "2026-02-20", "amount_cents": cents, "source": "employer", "reversed_by": ""
    } | more  # fmt: skip


def hearing(hearing_id: str, starts: str, case: str = "C-1", **more: Any) -> Row:
    usual = {"hearing_id": hearing_id, "case_number": case, "docket_number": "FM-26-1", "kind": "review", "court": "Family Court"}
    return usual | {
        "starts_local": starts, "time_zone": "America/New_York", "minutes": 30, "room": "2", "address": "1 Court Street",
        "remote": "N", "status": "set", "appearance": "",
    } | more  # fmt: skip


def disbursement(number: str, trace: str, cents: int, case: str = "C-1", **more: Any) -> Row:
    usual = {"disbursement_id": number, "case_number": case, "originator": "1999999999", "settled_on": "2026-02-20"}
    return usual | {
        "trace": trace, "amount_cents": cents, "method": "card", "status": "sent", "status_on": "2026-02-21",
        "expected_on": "2026-02-24", "hold_reason_code": "",
    } | more  # fmt: skip


def agency() -> Tables:
    """Two cases: C-1 of a receiving parent, a paying parent and a child; C-2 of the same paying parent and a grandmother."""
    case = {"status": "open", "stage": "enforcement", "office_code": "N", "opened_on": "2023-05-01", "closed_on": ""}
    order = {"court": "Family Court", "docket_number": "FM-23-1", "entered_on": "2023-08-01", "effective_on": "2023-08-01"}
    part = {"from_on": "2023-05-01", "to_on": "", "child_resides_with": ""}
    return {
        "offices.csv": [{"office_code": "N", "name": "North", "time_zone": "America/New_York"}],
        "workers.csv": [{"worker_login": "w1", "name": "Wanda Olsen", "role": "caseworker", "office_code": "N", "active": "Y"}],
        "cases.csv": [{"case_number": "C-1", **case}, {"case_number": "C-2", **case}],
        "assignments.csv": [
            {"case_number": n, "worker_login": "w1", "from_on": "2023-05-01", "to_on": "", "part": "primary"} for n in ("C-1", "C-2")
        ],
        "people.csv": [
            person("P-1", "Rosa", "Quill"), person("P-2", "Dan", "Frost"), person("P-3", "Ivy", "Frost"), person("P-4", "Edna", "Poe")
        ],
        "participants.csv": [
            {"case_number": "C-1", "person_id": "P-1", "role": "CP", **part},
            {"case_number": "C-1", "person_id": "P-2", "role": "NCP", **part},
            {"case_number": "C-1", "person_id": "P-3", "role": "CH", **part},
            {"case_number": "C-2", "person_id": "P-4", "role": "CP", **part},
            {"case_number": "C-2", "person_id": "P-2", "role": "NCP", **part},
        ],
        "orders.csv": [{"order_id": "O-1", "case_number": "C-1", "ended_on": "", **order}],
        "obligations.csv": [
            {"order_id": "O-1", "line": 1, "kind": "current", "amount_cents": 45000, "frequency": "monthly",
             "from_on": "2023-08-01", "to_on": "", "withholding": "Y"}
        ],
        "balances.csv": [{"case_number": "C-1", "kind": "arrears", "as_of_on": "2026-03-01", "amount_cents": 120050}],
        "payments.csv": [payment("T-1", 45000), payment("T-2", 20000), payment("T-3", 99, "C-2", source="self")],
        "distributions.csv": [
            {"originator": "1999999999", "settled_on": "2026-02-20", "trace": "T-1", "line": 1, "case_number": "C-1", "kind": "current",
             "payee": "family", "amount_cents": 45000, "distributed_on": "2026-02-21"}
        ],
        "disbursements.csv": [disbursement("D-1", "T-1", 45000)],
        "hearings.csv": [hearing("H-1", "2026-04-07T09:30"), hearing("H-2", "2025-11-03T10:00", status="held")],
        "events.csv": [
            {"event_id": "E-1", "case_number": "C-1", "code": "order_entered", "happened_on": "2023-08-01", "visible_to": "both"}
        ],
    }  # fmt: skip


def text_of(name: str, rows: list[Row]) -> bytes:
    """A CSV file with every column of its kind, and those that the rows have besides."""
    spec = SPECS[name]
    columns = [column.name for column in spec.columns]
    columns += [extra for row in rows for extra in row if extra not in columns]
    sink = io.StringIO()
    writer = csv.DictWriter(sink, list(dict.fromkeys(columns)), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode()


class Extract:
    """An extract in the making. Change `files` (bytes by name) or `manifest` before `write`; `sign_again` after late changes."""

    def __init__(self, tables: Tables | None = None, sequence: int = 1, mode: str = "full", as_of: str = AS_OF) -> None:
        self.files = {name: text_of(name, rows) for name, rows in deepcopy(tables if tables is not None else agency()).items()}
        self.head: dict[str, Any] = {"source": "tests", "sequence": sequence, "mode": mode, "as_of": as_of}
        self.said: dict[str, dict[str, Any]] = {}

    def manifest(self, key: Ed25519PrivateKey = KEY, key_id: str = KEY_ID) -> dict[str, Any]:
        """Signed, and true unless `said` overrides what it says of a file."""
        entries = [self._entry(name, raw) | self.said.get(name, {}) for name, raw in self.files.items()]
        return sign({**self.head, "files": entries}, key_id, key)

    def write(self, folder: Path, manifest: dict[str, Any] | None = None) -> Path:
        folder.mkdir(parents=True, exist_ok=True)
        for name, raw in self.files.items():
            (folder / name).write_bytes(raw)
        (folder / "manifest.json").write_text(json.dumps(manifest or self.manifest()))
        return folder

    def _entry(self, name: str, raw: bytes) -> dict[str, Any]:
        spec = spec_of(name)
        totals = {}
        rows = 0
        if name.endswith(".ach"):
            control = next(line for line in raw.splitlines() if line.startswith(b"9") and not line.startswith(b"99"))
            rows = sum(line.startswith(b"6") for line in raw.splitlines())
            totals = {"amount_cents": int(control[43:55])}
        elif raw.strip():
            table = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig", "replace"), newline="")))
            rows = len(table)
            money = spec.money if spec else ()
            totals = {c: sum(int(row[c]) for row in table if (row[c] or "").lstrip("-").isdigit()) for c in money}
        return {"name": name, "rows": rows, "sha256": hashlib.sha256(raw).hexdigest(), "totals": totals}


def zipped(folder: Path, prefix: str = "") -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in sorted(folder.iterdir()):
            archive.write(item, prefix + item.name)
    return path


def tarred(folder: Path, prefix: str = "") -> Path:
    path = folder.with_name(folder.name + ".tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        for item in sorted(folder.iterdir()):
            archive.add(item, prefix + item.name)
    return path
