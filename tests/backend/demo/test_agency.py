"""The demonstration agency: the same from the same seed, consistent to the cent, and as varied as a real caseload."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from backend.demo.agency import SHOWN, Built, build
from backend.demo.extract import FULL, delta_name, write_all
from backend.demo.rows import FILE_OF
from backend.ingest.files import SPECS
from backend.ingest.nacha import parse

ANCHOR = date(2026, 3, 4)
KEY = Ed25519PrivateKey.from_private_bytes(b"a key for tests, of 32 bytes len")
CASES, DAYS = 1000, 30

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def built() -> Built:
    return build(1, ANCHOR, CASES, DAYS)


@pytest.fixture(scope="module")
def out(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    write_all(built.book, folder, KEY)
    return folder


def rows(folder: Path, name: str) -> Rows:
    path = folder / name
    return list(csv.DictReader(path.open(newline=""))) if path.exists() else []


def everything(out: Path, name: str, steps: int = DAYS) -> Rows:
    """The rows of a kind after so many deltas, as they stand then."""
    key = SPECS[name].key
    found: dict[tuple[str, ...], dict[str, str]] = {}
    for folder in [out / FULL, *(out / delta_name(step) for step in range(1, steps + 1))]:
        for row in [*rows(folder, name), *(by_bank(folder) if name == "payments.csv" else [])]:
            found[tuple(row[column] for column in key)] = row
    return list(found.values())


def by_bank(folder: Path) -> Rows:
    path = folder / "employers.ach"
    lines = parse(path.read_bytes()).lines if path.exists() else ()
    return [
        {
            "originator": line.originator, "settled_on": str(line.settled_on), "trace": line.trace, "case_number": line.case_number,
            "paid_on": str(line.paid_on), "posted_on": str(line.settled_on), "amount_cents": str(line.amount_cents),
            "source": line.source, "reversed_by": "",
        }
        for line in lines
    ]  # fmt: skip


def test_every_kind_of_row_has_exactly_the_columns_of_its_file() -> None:
    for kind, name in FILE_OF.items():
        assert sorted(kind._fields) == sorted(column.name for column in SPECS[name].columns)
    assert set(FILE_OF.values()) == set(SPECS)


def test_the_same_seed_writes_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    def written(seed: int, name: str) -> dict[str, bytes]:
        write_all(build(seed, ANCHOR, 40, 5).book, tmp_path / name, KEY)
        return {str(p.relative_to(tmp_path / name)): p.read_bytes() for p in (tmp_path / name).rglob("*.*")}

    assert written(7, "a") == written(7, "b")
    assert written(8, "c") != written(7, "d")


@pytest.mark.parametrize("steps", [0, 1, 13, DAYS])
def test_what_is_paid_is_distributed_and_disbursed_to_the_cent(out: Path, steps: int) -> None:
    payments = {row["trace"]: row for row in everything(out, "payments.csv", steps)}
    split: dict[str, int] = defaultdict(int)
    family: dict[str, int] = defaultdict(int)
    for row in everything(out, "distributions.csv", steps):
        split[row["trace"]] += int(row["amount_cents"])
        family[row["trace"]] += int(row["amount_cents"]) if row["payee"] == "family" else 0
    assert all(split[trace] == int(payments[trace]["amount_cents"]) for trace in split)
    sent = {row["trace"]: int(row["amount_cents"]) for row in everything(out, "disbursements.csv", steps)}
    assert sent == {trace: cents for trace, cents in family.items() if cents}
    assert not any(payments[trace]["reversed_by"] for trace in sent)
    day = ANCHOR if steps == 0 else date.fromisoformat(max(row["posted_on"] for row in payments.values()))
    late = [p for p in payments.values() if not p["reversed_by"] and p["posted_on"] < str(day - timedelta(days=14))]
    assert {p["trace"] for p in late} - split.keys() <= {p["trace"] for p in late if p["source"] == "self"}


def due_days(row: dict[str, str], first: date, last: date) -> list[date]:
    start = date.fromisoformat(row["from_on"])
    every = {"weekly": 7, "biweekly": 14}.get(row["frequency"])
    days = [first + timedelta(n) for n in range((last - first).days + 1)]
    if every:
        return [day for day in days if day >= start and (day - start).days % every == 0]
    return [day for day in days if day >= start and day.day in ((1, 15) if row["frequency"] == "semimonthly" else (1,))]


def opening(out: Path, steps: int, on: date) -> dict[str, int]:
    """What each case must have owed before the window, by its obligations, payments and balances alone."""
    first = ANCHOR - timedelta(days=730)
    standing: dict[str, int] = defaultdict(int)
    month: dict[str, int] = defaultdict(int)
    orders = {row["order_id"]: row["case_number"] for row in everything(out, "orders.csv", steps)}
    for row in everything(out, "obligations.csv", steps):
        if row["kind"] == "current":
            due = due_days(row, first, on)
            standing[orders[row["order_id"]]] += len(due) * int(row["amount_cents"])
            month[orders[row["order_id"]]] += sum(day >= on.replace(day=1) for day in due) * int(row["amount_cents"])
    for row in everything(out, "payments.csv", steps):
        standing[row["case_number"]] -= 0 if row["reversed_by"] else int(row["amount_cents"])
    past: dict[str, int] = defaultdict(int)
    for row in everything(out, "balances.csv", steps):
        past[row["case_number"]] += int(row["amount_cents"])
    # owed = past + what is open of this month; with all of the month open: owed = past + month, else past is 0
    return {number: cents + month[number] - standing[number] for number, cents in past.items() if cents > 0}


def test_balances_agree_with_what_fell_due_and_what_was_paid(out: Path, built: Built) -> None:
    last = date.fromordinal(built.book.calendar.steps[-1])
    at_first, at_last = opening(out, 0, ANCHOR), opening(out, DAYS, last)
    both = at_first.keys() & at_last.keys()
    assert len(both) > 300
    assert [number for number in both if at_first[number] != at_last[number]] == []
    effective = {row["case_number"]: row["effective_on"] for row in everything(out, "orders.csv", 0)}
    young = [number for number in at_first if effective[number] >= str(ANCHOR - timedelta(days=730))]
    assert len(young) > 20
    assert {at_first[number] for number in young} == {0}
    assert min(int(row["amount_cents"]) for row in everything(out, "balances.csv")) >= 0


def test_the_caseload_is_as_varied_as_a_real_one(out: Path) -> None:
    full = out / FULL
    cases = rows(full, "cases.csv")
    assert len(cases) == CASES
    assert {row["stage"] for row in cases} == {"intake", "locate", "parentage", "establishment", "enforcement", "review"}
    assert 20 < sum(row["status"] == "closed" for row in cases) < 120
    assert sum(row["initiating_fips"] != row["responding_fips"] for row in cases) > 30
    workers = rows(full, "workers.csv")
    assert len(workers) == 8
    assert len(rows(full, "offices.csv")) == 2
    part = Counter((row["worker_login"], row["part"]) for row in rows(full, "assignments.csv"))
    assert part.most_common(2) == [(("dcoleman", "primary"), 500), (("tnakamura", "primary"), 300)]
    assert part[("ruth.okoye", "cover")] == 50
    people = {row["person_id"]: row for row in rows(full, "people.csv")}
    parts = rows(full, "participants.csv")
    receiving = [people[row["person_id"]] for row in parts if row["role"] == "CP"]
    assert 0.28 < sum(row["language"] == "es" for row in receiving) / CASES < 0.39
    assert 40 < sum(row["family_violence"] == "Y" for row in receiving) < 130
    assert len({row["last_name"] for row in people.values()}) > 200
    roles = defaultdict(set)
    for row in parts:
        roles[row["person_id"]].add(row["role"])
    assert {"CP", "NCP"} in roles.values()


def test_payments_have_the_patterns_of_real_caseloads(out: Path) -> None:
    payments = rows(out / FULL, "payments.csv")
    assert len(payments) > 15_000
    assert min(row["posted_on"] for row in payments) < str(ANCHOR - timedelta(days=700))
    assert {row["source"] for row in payments} == {"employer", "self", "other", "offset"}
    assert sum(bool(row["reversed_by"]) for row in payments) > 20
    by_case = defaultdict(list)
    for row in payments:
        by_case[row["case_number"]].append(row)
    last = {number: max(row["posted_on"] for row in paid) for number, paid in by_case.items()}
    stopped = [n for n, paid in by_case.items() if last[n] < str(ANCHOR - timedelta(days=60)) and paid[0]["source"] == "employer"]
    assert len(stopped) > 40, "some lost their work"
    steady = [n for n, paid in by_case.items() if len(paid) > 20 and len({row["amount_cents"] for row in paid}) <= 3]
    assert len(steady) > 150, "many have support withheld from pay"
    lump = [n for n, paid in by_case.items() if max(int(r["amount_cents"]) for r in paid) > 5 * int(paid[0]["amount_cents"])]
    assert len(lump) > 20, "to some a large sum came"
    assert sum(row["status"] == "held" for row in rows(out / FULL, "disbursements.csv")) > 3


def test_days_bring_payments_by_two_ways_holds_releases_and_a_moving_docket(out: Path) -> None:
    folders = [out / delta_name(step) for step in range(1, DAYS + 1)]
    assert all(folder.exists() for folder in folders)
    assert sum((folder / "employers.ach").exists() for folder in folders) > 20
    hearings = [row["status"] for folder in folders for row in rows(folder, "hearings.csv")]
    assert {"set", "moved", "cancelled", "held"} <= set(hearings)
    status = [row["status"] for folder in folders for row in rows(folder, "disbursements.csv")]
    assert {"processing", "held", "sent", "available"} <= set(status)
    held = {row["disbursement_id"] for folder in folders for row in rows(folder, "disbursements.csv") if row["status"] == "held"}
    later = {row["disbursement_id"]: row["status"] for row in everything(out, "disbursements.csv")}
    assert "available" in {later[number] for number in held}


@pytest.mark.parametrize("weekday", range(7))
def test_tomorrow_always_brings_the_shown_family_a_payment_its_disbursement_and_a_moved_hearing(
    weekday: int, tmp_path: Path
) -> None:
    shown = build(1, ANCHOR + timedelta(days=weekday), 12, 2)
    write_all(shown.book, tmp_path, KEY)
    number = shown.families[SHOWN].plan.case_number
    first = tmp_path / delta_name(1)
    mine = {name: [row for row in rows(first, name) if row["case_number"] == number] for name in SPECS if rows(first, name)
            and "case_number" in rows(first, name)[0]}  # fmt: skip
    assert [row["amount_cents"] for row in mine["payments.csv"]] == ["45200"]
    assert [row["status"] for row in mine["disbursements.csv"]] == ["processing"]
    (moved,) = mine["hearings.csv"]
    (before,) = [row for row in rows(tmp_path / FULL, "hearings.csv") if row["hearing_id"] == moved["hearing_id"]]
    assert (before["status"], moved["status"]) == ("set", "moved")
    assert moved["starts_local"] > before["starts_local"] > str(ANCHOR)


def test_nobody_is_real(out: Path) -> None:
    text = "".join(path.read_text() for path in out.rglob("*.csv") if path.name in ("people.csv", "workers.csv", "offices.csv"))
    assert not re.search(r"\b\d{3}-\d{2}-\d{4}\b|\b\d{9}\b", text)
    phones = {row[column] for row in rows(out / FULL, "people.csv") for column in ("phone", "employer_phone")} - {""}
    assert all(re.fullmatch(r"555-01\d\d", phone) for phone in phones)
    mails = {row["email"].rpartition("@")[2] for row in rows(out / FULL, "people.csv")} - {""}
    assert all(mail.endswith(".example") for mail in mails)
