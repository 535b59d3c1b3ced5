"""The money of one case, consistent to the cent: what falls due, what is paid, how it is split, what is still owed.

Past-due support on any day = opening + what fell due - what was paid and not taken back - what is still open of this month.
"""

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, count
from random import Random
from typing import NamedTuple

from backend.demo.book import Book, Calendar, add_business, days_due, iso, month_start, next_business
from backend.demo.families import Plan
from backend.demo.names import EMPLOYERS
from backend.demo.rows import Balance, Disbursement, Distribution, Obligation, Order, Payment

HOLDS = ("address", "no_payment_method", "bank_returned", "name_mismatch", "dispute", "unidentified")
JOINT_RETURN = "joint_return"  # what a state may write; the loader turns it into a neutral code
METHODS = ("direct_deposit", "card", "check")
REACHES_AFTER = {"direct_deposit": 2, "card": 3, "check": 5}  # business days after it is sent
SMALLEST_CENTS = 500
ROUTING = "99000001"  # of nobody


class Counters:
    """Numbers that are used once in the whole agency."""

    def __init__(self) -> None:
        self.traces, self.disbursements, self.events, self.hearings = count(1), count(1), count(1), count(1)


class Attempt(NamedTuple):
    """Somebody means to pay: how much at most, and by what way."""

    day: int
    cents: int
    source: str


@dataclass(frozen=True)
class Terms:
    """An order as the ledger needs it. `payback_cents` is what is taken for arrears each time."""

    start: int
    frequency: str
    current_cents: int
    payback_cents: int
    opening_cents: int
    state_cents: int  # the part of the opening arrears that is owed to the state
    employer: int
    method: str
    splits_after: int = 1  # business days until a payment is distributed


class Totals:
    """A sum over time that can be asked for any day."""

    def __init__(self, pairs: list[tuple[int, int]]) -> None:
        self.days = [day for day, _ in pairs]
        self.sums = [0, *accumulate(cents for _, cents in pairs)]

    def until(self, day: int) -> int:
        return self.sums[bisect_right(self.days, day)]


class Ledger:
    """Runs one case through the window, and writes what happens into the book."""

    def __init__(self, book: Book, plan: Plan, terms: Terms, draw: Random, counters: Counters) -> None:
        self.book, self.plan, self.terms, self.draw, self.counters = book, plan, terms, draw, counters
        calendar = book.calendar
        first = max(terms.start, calendar.start)
        due = days_due(terms.frequency, terms.start, calendar.end)
        self.charges = Totals([(day, terms.current_cents) for day in due[bisect_right(due, first - 1) :]])
        self.effects: list[tuple[int, int]] = []

    def owed(self, day: int) -> int:
        """Everything that is owed on this day."""
        return self.terms.opening_cents + self.charges.until(day) - sum(cents for at, cents in self.effects if at <= day)

    def open_this_month(self, day: int, owed: int) -> int:
        """What of the owed fell due in this month, and so is not yet past due."""
        month = self.charges.until(day) - self.charges.until(month_start(day) - 1)
        return max(0, min(owed, month))

    def run(self, attempts: list[Attempt]) -> None:
        """Every payment, and then the balances."""
        for attempt in attempts:
            owed = self.owed(attempt.day)
            cents = min(attempt.cents, owed)
            if cents < SMALLEST_CENTS or attempt.day > self.book.calendar.end:
                continue
            taken_back = attempt.source == "self" and self.draw.random() < 0.015
            self._pay(attempt, cents, owed, add_business(attempt.day, 6) if taken_back else 0)
        self._balances()

    def _pay(self, attempt: Attempt, cents: int, owed: int, back_on: int) -> None:
        trace = next(self.counters.traces)
        employed = attempt.source == "employer"
        row = Payment(
            f"1{990_000_000 + self.terms.employer}" if employed else "SDUWEB",
            iso(attempt.day),
            f"{ROUTING}{trace:07d}" if employed else f"W{trace:09d}",
            self.plan.case_number,
            iso(next_business(attempt.day - 4) if employed else attempt.day),
            iso(attempt.day),
            cents,
            attempt.source,
            "",
        )
        self.book.write(row, attempt.day)
        self.effects.append((attempt.day, cents))
        if back_on:
            self.effects.append((back_on, -cents))
            if back_on <= self.book.calendar.end:
                self.book.write(row._replace(reversed_by=f"R{trace:09d}"), back_on)
            return
        self._distribute(row, attempt, cents, owed)

    def _distribute(self, row: Payment, attempt: Attempt, cents: int, owed: int) -> None:
        """Current support first, then arrears of the family, then of the state: 42 USC 657, as for former assistance."""
        current = min(cents, self.open_this_month(attempt.day, owed))
        past = owed - self.open_this_month(attempt.day, owed)
        to_family = min(cents - current, max(0, past - self.terms.state_cents))
        to_state = cents - current - to_family
        day = add_business(attempt.day, self.terms.splits_after)
        parts = (("current", "family", current), ("arrears_family", "family", to_family), ("arrears_state", "state", to_state))
        for line, (kind, payee, part) in enumerate((p for p in parts if p[2]), 1):
            key = (row.originator, row.settled_on, row.trace, line, row.case_number)
            self.book.write(Distribution(*key, kind, payee, part, iso(day)), day)
        if current + to_family:
            self._disburse(row, attempt, current + to_family, day)

    def _disburse(self, row: Payment, attempt: Attempt, cents: int, day: int) -> None:
        """From processing to the receiver's hands; some are held on the way. Only the steps that can still be seen are written."""
        terms = self.terms
        reason, held_days = "", 0
        if attempt.source == "offset":
            reason, held_days = JOINT_RETURN, 120
        elif self.draw.random() < 0.02:
            reason, held_days = self.draw.choice(HOLDS), self.draw.randrange(5, 21)
        sent = add_business(day, 1) if not held_days else next_business(day + held_days)
        there = add_business(sent, REACHES_AFTER[terms.method])
        number = f"D{next(self.counters.disbursements):08d}"
        base = (number, row.case_number, row.originator, row.trace, row.settled_on, cents, terms.method)
        stops = [
            Disbursement(*base, "held" if reason else "processing", iso(day), iso(there), reason),
            Disbursement(*base, "sent", iso(sent), iso(there), ""),
            Disbursement(*base, "available", iso(there), iso(there), ""),
        ]
        days = (day, sent, there)
        if there <= self.book.calendar.anchor:
            self.book.write(stops[-1], there)
            return
        for stop, on in zip(stops, days, strict=True):
            if on <= self.book.calendar.end:
                self.book.write(stop, on)

    def arrears(self, day: int) -> int:
        """Past-due support on this day."""
        owed = self.owed(day)
        return owed - self.open_this_month(day, owed)

    def _balances(self) -> None:
        """A balance for the full extract, and one for every later day on which it changed."""
        self.effects.sort()
        settled = Totals(self.effects)
        last: dict[str, int] = {}
        for day in (self.book.calendar.anchor, *self.book.calendar.steps):
            owed = self.terms.opening_cents + self.charges.until(day) - settled.until(day)
            past = owed - self.open_this_month(day, owed)
            state = min(self.terms.state_cents, past)
            kinds = {"arrears_family": past - state, "arrears_state": state} if self.terms.state_cents else {"arrears": past}
            for kind, cents in kinds.items():
                if last.get(kind) != cents:
                    last[kind] = cents
                    self.book.write(Balance(self.plan.case_number, kind, iso(day), cents), day)


def draw_terms(plan: Plan, draw: Random, calendar: Calendar) -> Terms:
    """An ordinary order."""
    start = next_business(plan.opened + 150)
    monthly = draw.randrange(180, 1400) * 100
    frequency = draw.choices(("weekly", "biweekly", "semimonthly", "monthly"), (20, 38, 12, 30))[0]
    parts = {"weekly": 52, "biweekly": 26, "semimonthly": 24, "monthly": 12}[frequency]
    old = start < calendar.start
    behind = {"steady": 900, "lump": 6_000, "irregular": 7_000, "stopped": 4_000, "none": 14_000}[plan.pattern]
    opening = draw.randrange(behind * 100) if old and draw.random() < 0.7 else 0
    return Terms(
        start=start,
        frequency=frequency,
        current_cents=monthly * 12 // parts,
        payback_cents=monthly * 12 // parts // 5 if opening else 0,
        opening_cents=opening,
        state_cents=opening // 3 if opening and draw.random() < 0.25 else 0,
        employer=draw.randrange(len(EMPLOYERS)),
        method=draw.choices(METHODS, (35, 52, 13))[0],
    )


def write_order(book: Book, plan: Plan, terms: Terms) -> Order:
    """The order and its lines."""
    order = Order(
        f"O{plan.number:05d}",
        "Larkfield County Family Court",
        docket_of(plan),
        plan.case_number,
        iso(terms.start - 20),
        iso(terms.start),
        "",
        iso(terms.start - 20 + 3 * 365),
    )
    withheld = "Y" if plan.pattern in ("steady", "lump", "stopped") else "N"
    book.write(order)
    lines = [("current", terms.current_cents), ("arrears", terms.payback_cents)]
    for line, (kind, cents) in enumerate((pair for pair in lines if pair[1]), 1):
        book.write(Obligation(order.order_id, line, kind, cents, terms.frequency, iso(terms.start), "", withheld))
    return order


def docket_of(plan: Plan) -> str:
    """The court's number for this family."""
    return f"FM-{int(iso(plan.opened + 90)[:4]) % 100:02d}-{1000 + plan.number}"


def draw_attempts(plan: Plan, terms: Terms, draw: Random, calendar: Calendar) -> list[Attempt]:
    """Who means to pay when, in the manner of this family."""
    first = max(terms.start, calendar.start)
    due = [day for day in days_due(terms.frequency, terms.start, calendar.end) if day >= first]
    lost_job = calendar.start + draw.randrange(200, 700) if plan.pattern == "stopped" else calendar.end + 1
    attempts: list[Attempt] = []
    if plan.pattern in ("steady", "lump", "stopped"):
        whole = terms.current_cents + terms.payback_cents
        attempts = [Attempt(next_business(day + draw.randrange(1, 4)), whole, "employer") for day in due if day < lost_job]
    if plan.pattern == "irregular" or (plan.pattern == "stopped" and draw.random() < 0.3):
        attempts += _now_and_then(terms, draw, max(first, min(lost_job, calendar.end)) if attempts else first, calendar.end)
    if plan.pattern == "lump":
        day = next_business(first + draw.randrange(max(1, calendar.anchor - first)))
        attempts.append(Attempt(day, draw.randrange(80_000, 600_000), draw.choice(("other", "offset"))))
    return sorted(attempts)


def _now_and_then(terms: Terms, draw: Random, first: int, last: int) -> list[Attempt]:
    attempts, day = [], first + draw.randrange(30)
    while day <= last:
        attempts.append(Attempt(next_business(day), draw.randrange(2, 26) * 2_500, "self"))
        day += draw.randrange(9, 75)
    return attempts
