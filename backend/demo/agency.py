"""The whole demonstration agency, from a seed: the same seed, anchor and size make the same agency to the byte."""

from datetime import date
from random import Random

from backend.demo.book import Book, Calendar, next_business
from backend.demo.docket import Docket
from backend.demo.families import (
    Family,
    Plan,
    draw_family,
    draw_plan,
    opened_for_long,
    renamed,
    spared,
    write_agency,
    write_family,
)
from backend.demo.ledger import Attempt, Counters, Ledger, Terms, draw_attempts, draw_terms, write_order
from backend.demo.names import EMPLOYERS

SHOWN, BOTH_RECEIVES, BOTH_PAYS = 0, 1, 2  # numbers of the cases in which the demonstration's people are
RECEIVING, PAYING, BOTH = "P000001", "P000002", "P000011"
MOVED_TO = "13:30"


class Built:
    """A finished book, with the families of it."""

    def __init__(self, book: Book, families: list[Family]) -> None:
        self.book = book
        self.families = families


def build(seed: int, anchor: date, cases: int, days: int) -> Built:
    """Every row of the agency, on the day on which the state would have written it."""
    calendar = Calendar(anchor, days)
    book, counters = Book(calendar), Counters()
    docket = Docket(book, counters)
    write_agency(book)
    families: list[Family] = []
    for number in range(cases):
        draw = Random(f"{seed}/{number}")  # noqa: S311
        plan = _decided(draw_plan(number, draw, calendar.anchor), calendar.anchor)
        family = _known(draw_family(plan, draw, anchor.year), families)
        families.append(family)
        write_family(book, family, number / cases, next_business(calendar.anchor + draw.randrange(5, 60)))
        terms = _money(book, plan, draw, counters)
        docket.history(family, terms, draw)
        if number > BOTH_PAYS:
            docket.ahead(plan, draw)
    plans = {family.plan.case_number: family.plan for family in families}
    _court_dates(docket, families, Random(f"{seed}/shown"))  # noqa: S311
    shown = {families[n].plan.case_number for n in (SHOWN, BOTH_RECEIVES, BOTH_PAYS) if n < cases}
    fixed = frozenset(key for key, coming in docket.coming.items() if coming.row.case_number in shown)
    others = {number: plan for number, plan in plans.items() if number not in shown}
    docket.live(others, fixed, Random(f"{seed}/docket"))  # noqa: S311
    return Built(book, families)


def _decided(plan: Plan, anchor: int) -> Plan:
    """The demonstration's people have open cases with an order and money that moves."""
    if plan.number > BOTH_PAYS:
        return plan
    calm = spared(plan, stage="enforcement", status="open", violence=False, interstate="", grandparent=False)
    if plan.number == SHOWN:
        return opened_for_long(spared(calm, pattern="steady", spanish=False, children=2), anchor)
    pattern = "irregular" if plan.number == BOTH_PAYS else "steady"
    return opened_for_long(spared(calm, pattern=pattern, spanish=True), anchor)


def _known(family: Family, before: list[Family]) -> Family:
    """The demonstration's people have names of their own; one of them is in two cases."""
    number = family.plan.number
    if number == SHOWN:
        receiving = renamed(family.receiving, "Maya", "Whitfield", "en", "maya@demo.example")
        paying = renamed(family.paying, "Jordan", "Okafor", "en", "jordan@demo.example")
        return Family(family.plan, receiving, paying, family.children)
    if number == BOTH_RECEIVES:
        receiving = renamed(family.receiving, "Lucía", "Herrera", "es", "lucia@demo.example")
        return Family(family.plan, receiving, family.paying, family.children)
    if number == BOTH_PAYS:
        return Family(family.plan, family.receiving, before[BOTH_RECEIVES].receiving, family.children)
    return family


def _money(book: Book, plan: Plan, draw: Random, counters: Counters) -> Terms | None:
    """The order and everything that is paid under it, where there is an order."""
    if not plan.has_order:
        return None
    calendar = book.calendar
    terms = _shown_terms(calendar) if plan.number == SHOWN else draw_terms(plan, draw, calendar)
    if terms.start > calendar.anchor:
        return None
    write_order(book, plan, terms)
    attempts = _shown_attempts(terms, calendar) if plan.number == SHOWN else draw_attempts(plan, terms, draw, calendar)
    if plan.status == "closed":
        attempts = []
    Ledger(book, plan, terms, draw, counters).run(attempts)
    return terms


def _first_step(calendar: Calendar) -> int:
    return calendar.steps[0] if calendar.steps else calendar.anchor + 1


def _shown_terms(calendar: Calendar) -> Terms:
    """Due every second week, two days before the first delta: tomorrow brings a payment, and what becomes of it."""
    start = _first_step(calendar) - 2 - 14 * 64
    return Terms(start, "biweekly", 41_200, 4_000, 312_450, 0, 3 % len(EMPLOYERS), "card", splits_after=0)


def _shown_attempts(terms: Terms, calendar: Calendar) -> list[Attempt]:
    whole = terms.current_cents + terms.payback_cents
    first = _first_step(calendar)
    return [Attempt(day, whole, "employer") for day in range(first - 14 * 52, calendar.end + 1, 14)]


def _court_dates(docket: Docket, families: list[Family], draw: Random) -> None:
    """The shown family's hearing moves tomorrow; the both-roles parent has one to come."""
    calendar = docket.book.calendar
    for number, ahead in ((SHOWN, 20), (BOTH_PAYS, 33)):
        if number >= len(families):
            continue
        plan = families[number].plan
        day = next_business(calendar.anchor + ahead)
        row = docket.hearing(plan, day, "review", draw)
        row = row._replace(starts_local=row.starts_local[:10] + "T09:30", room="Courtroom 4", remote="N", minutes=30)
        docket.set(plan, day, row._replace(address="75 Quarry Ave, Larkfield, OH 43999"), calendar.anchor - 9)
        if number == SHOWN and calendar.steps:
            docket.move(row.hearing_id, next_business(day + 6), MOVED_TO, calendar.steps[0])
