"""Families in conflict, as an agency's system of record would list them, and what of it one of the parents may not learn.

Rows are those of an extract. Of each family one parent is observed. Everything that the policy's table does not let this
parent read is a secret, and `vary` draws it anew: values, and whether a row is there at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from hashlib import md5
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from backend.ingest.files import SPECS
from backend.policy.classes import Channel, Reader, readers
from backend.policy.columns import class_of
from tests.backend.ingest.extracts import Row, Tables, disbursement, hearing, payment, person

SINCE = "2023-05-01"
SECRET_CHANCE, KEEP_CHANCE = 0.6, 0.5
WORDS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel", "Ironwood", "Juniper", "Linden", "Maple")


class Family(NamedTuple):
    """One case `C-n` between `R-n` and `P-n` (and `G-n` in some), with the child `K-n`; `P-n` has another, `D-n`, in some."""

    number: int
    observed: str
    parties: tuple[str, ...]
    second: bool

    @property
    def case(self) -> str:
        return f"C-{self.number}"

    @property
    def other_case(self) -> str:
        return f"D-{self.number}"

    @property
    def worker(self) -> str:
        return f"w{self.number}"

    @property
    def other_worker(self) -> str:
        """Who works the other case: that a worker's hour is taken by some other case can be seen, whoever's it is."""
        return f"v{self.number}"

    @property
    def part(self) -> Reader:
        return Reader.RECEIVING if self.observed.startswith("R") else Reader.PAYING

    @property
    def opponents(self) -> tuple[str, ...]:
        return tuple(party for party in self.parties if party != self.observed)


def natural(table: str, *key: object) -> UUID:
    """The id that a row gets on the stage: by its key, so that it is the same in both worlds (see stage.NATURAL)."""
    return UUID(md5((table + "".join(f"/{part}" for part in key)).encode(), usedforsecurity=False).hexdigest())


def case_id(number: str) -> UUID:
    return natural("ivd_case", number)


def thread(case: str, person_id: str) -> UUID:
    """The participant row of a person."""
    return natural("participant", case_id(case), person_id, role_of(case, person_id), SINCE)


def role_of(case: str, person_id: str) -> str:
    letter = person_id[0]
    if case.startswith("D"):  # there, who pays in the first case receives
        return {"P": "CP", "Q": "NCP"}[letter]
    return {"R": "CP", "P": "NCP", "G": "AP", "K": "CH"}[letter]


def make_family(rng: Random, number: int) -> Family:
    parties = (f"R-{number}", f"P-{number}", *((f"G-{number}",) if rng.random() < 0.25 else ()))
    second = rng.random() < 0.3
    return Family(number, rng.choice(parties[:2]) if not second else parties[0], parties, second)


def base(rng: Random, families: Iterable[Family]) -> Tables:
    """The agency before the trace begins."""
    tables: Tables = {name: [] for name in SPECS}
    tables["offices.csv"] = [{"office_code": code, "name": code, "time_zone": "America/New_York"} for code in ("N", "S")]
    tables["workers.csv"] = [_worker("cover")]
    for family in families:
        tables["workers.csv"] += [_worker(family.worker), _worker(family.other_worker)]
        _add_case(rng, tables, family, family.case, (*family.parties, f"K-{family.number}"))
        tables["people.csv"] += [_person(rng, one) for one in (*family.parties, f"K-{family.number}")]
        if family.second:
            tables["people.csv"].append(_person(rng, f"Q-{family.number}"))
            _add_case(rng, tables, family, family.other_case, (f"P-{family.number}", f"Q-{family.number}"))
    return tables


def _worker(login: str) -> Row:
    return {"worker_login": login, "name": f"Worker {login}", "role": "caseworker", "office_code": "N", "active": "Y", "unit_code": "U"}


PERSONAL = {column.name for column in SPECS["people.csv"].columns} - {"last_name"}


def _person(rng: Random, person_id: str) -> Row:
    made = person(person_id, rng.choice(WORDS), rng.choice(WORDS))
    return made | {column: draw(rng) for column, draw in DRAWS.items() if column in PERSONAL}


def _add_case(rng: Random, tables: Tables, family: Family, case: str, people: tuple[str, ...]) -> None:
    n = case.replace("-", "")
    state = {"status": "open", "stage": "enforcement", "office_code": "N", "opened_on": SINCE, "closed_on": ""}
    tables["cases.csv"].append({"case_number": case, **state})
    given = {"case_number": case, "from_on": SINCE, "to_on": ""}
    tables["assignments.csv"].append(
        {**given, "worker_login": family.worker if case == family.case else family.other_worker, "part": "primary"}
    )
    tables["participants.csv"] += [{**given, "person_id": one, "role": role_of(case, one), "child_resides_with": ""} for one in people]
    order = {"court": "Family Court", "docket_number": f"FM-{n}", "entered_on": SINCE, "effective_on": SINCE, "ended_on": ""}
    tables["orders.csv"].append({"order_id": f"O-{n}", "case_number": case, **order})
    line = {"line": 1, "kind": "current", "amount_cents": 45000, "frequency": "monthly", "from_on": SINCE, "to_on": ""}
    tables["obligations.csv"].append({"order_id": f"O-{n}", **line, "withholding": "Y"})
    tables["balances.csv"].append({"case_number": case, "kind": "arrears", "as_of_on": "2026-03-01", "amount_cents": 120050})
    tables["hearings.csv"].append(hearing(f"H-{n}", "2099-04-07T09:30", case))
    for number in range(2):
        for name, row in news(rng, case, f"{n}{number}"):
            tables[name].append(row)


def news(rng: Random, case: str, key: str, day: str = "2026-02-21") -> list[tuple[str, Row]]:
    """What a day may bring to a case: money in and out, an event."""
    event = {"event_id": f"E-{key}", "case_number": case, "happened_on": "2026-02-02", "detail_code": ""}
    split = {"line": 1, "kind": "current", "payee": "family", "distributed_on": "2026-02-21"}
    paid = payment(f"T-{key}", rng.choice((45000, 20000, 99)), case, posted_on=day)
    ref = {name: paid[name] for name in ("originator", "settled_on", "trace", "case_number")}
    return [
        ("payments.csv", paid),
        ("distributions.csv", ref | split | {"amount_cents": paid["amount_cents"]}),
        ("disbursements.csv", disbursement(f"M-{key}", f"T-{key}", paid["amount_cents"], case, status=rng.choice(STATUSES), status_on=day)),
        ("events.csv", event | {"code": rng.choice(WORDS), "visible_to": rng.choice(("both", "cp", "ncp", "staff"))}),
    ]


STATUSES = ("processing", "held", "sent", "available", "returned")


def _one_of(*values: str) -> Callable[[Random], str]:
    return lambda rng: rng.choice(values)


def _word(rng: Random) -> str:
    return f"{rng.choice(WORDS)} {rng.randrange(1000)}"


# New values for a column. What has none is part of a key, or is what `news` already draws.
DRAWS: dict[str, Callable[[Random], str]] = {
    "middle_name": _word,
    "phone": lambda rng: f"555-01{rng.randrange(100):02}",
    "email": lambda rng: f"{rng.choice(WORDS)}{rng.randrange(1000)}@example.org".lower(),
    "address_1": _word,
    "address_2": _one_of("", "Apt 1", "Apt 22"),
    "city": _word,
    "state": _one_of("OH", "NY", "PA"),
    "postal_code": lambda rng: f"{rng.randrange(100000):05}",
    "born_on": lambda rng: f"19{rng.randrange(60, 99)}-0{rng.randrange(1, 10)}-11",
    "language": _one_of("en", "es"),
    "safe_to_contact": _one_of("Y", "N"),
    "family_violence": _one_of("Y", "N"),
    "employer_name": _word,
    "employer_phone": lambda rng: f"555-01{rng.randrange(100):02}",
    "child_resides_with": _one_of("", "CP", "NCP", "other"),
    "office_code": _one_of("N", "S"),
    "closure_code": _one_of("", "A1", "B2"),
    "initiating_fips": _one_of("", "39", "36"),
    "responding_fips": _one_of("", "39", "42"),
    "withholding": _one_of("Y", "N"),
    "source": _one_of("employer", "self", "offset", "other"),
    "method": _one_of("direct_deposit", "card", "check"),
    "status": _one_of(*STATUSES),
    "status_on": _one_of("2026-02-21", "2026-02-22", "2026-03-01"),
    "expected_on": _one_of("", "2026-03-05"),
    "hold_reason_code": _one_of("", "address", "irs_review"),
    "appearance": _one_of("", "in person", "by video", "behind a screen"),
    "name": _word,
    "unit_code": _one_of("U", "V"),
    "hours": _word,
    "address": _word,
    "detail_code": _one_of("", "x", "y"),
    "code": _one_of(*WORDS),
    "last_name": _one_of(*WORDS),
}
EXISTENCE = ("disbursements.csv", "events.csv", "distributions.csv")  # whole rows of these can be a secret


@cache
def _columns(name: str) -> tuple[str, ...]:
    """The columns of a file that can be drawn anew, in a fixed order."""
    spec = SPECS[name]
    drawn = [c.name for c in spec.columns if c.name in DRAWS and c.name not in spec.key]
    return tuple(sorted(c for c in drawn if c != "status" or name == "disbursements.csv"))


@cache
def _secret_columns(name: str, mine: frozenset[Reader], child: bool) -> list[str]:
    """Those of them that nobody of `mine` may read."""
    noun = SPECS[name].noun
    return [c for c in _columns(name) if not mine & readers(class_of(noun, c, child=child), Channel.OFFLINE)]


def family_of(row: Row) -> int | None:
    """The number of the family whom a row is about."""
    key = str(row.get("case_number") or row.get("person_id") or row.get("order_id") or "")
    digits = "".join(letter for letter in key if letter.isdigit())
    return int(digits) if digits else None


def whole(family: Family, name: str, row: Row) -> bool:
    """Whether already the existence of a row is a secret."""
    if name not in EXISTENCE:
        return False
    if _strange(family, row) or name == "distributions.csv":
        return True
    if name == "disbursements.csv":
        return family.part is not Reader.RECEIVING
    return row["visible_to"] not in ("both", "cp" if family.part is Reader.RECEIVING else "ncp")


def _strange(family: Family, row: Row) -> bool:
    """Of a case or a person with whom the observed parent shares nothing."""
    key = str(row.get("case_number") or row.get("order_id") or row.get("person_id") or "")
    return "D" in key or key.startswith("Q")


def secrets(family: Family, name: str, row: Row) -> list[str]:
    """The columns of a row that the observed parent may not read, by the policy's table; and that can be drawn anew."""
    if _strange(family, row) or whole(family, name, row) or name in ("workers.csv", "offices.csv"):
        return list(_columns(name))
    who = str(row.get("person_id", ""))
    mine = {family.part, Reader.SELF} if who == family.observed else {family.part}
    return _secret_columns(name, frozenset(mine), who.startswith("K"))


def redraw(rng: Random, family: Family, name: str, row: Row) -> Row:
    """The row with some of its secrets drawn anew."""
    found = [c for c in secrets(family, name, row) if rng.random() < SECRET_CHANCE]
    return row | {column: DRAWS[column](rng) for column in found}


def vary(rng: Random, families: dict[int, Family], tables: Tables) -> Tables:
    """The same rows with other secrets; rows whose existence is one may be gone."""
    varied: Tables = {}
    for name, rows in tables.items():
        kept: list[dict[str, Any]] = []
        for row in rows:
            number = family_of(row)
            family = families.get(number) if number is not None else None
            if name == "workers.csv":
                row = redraw(rng, next(iter(families.values())), name, row)
            if family is not None:
                if whole(family, name, row) and rng.random() < 1 - KEEP_CHANCE:
                    continue
                row = redraw(rng, family, name, row)
            kept.append(row)
        varied[name] = kept
    return varied
