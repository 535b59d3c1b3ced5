"""What the court and the case went through: hearings past and to come, and the key events of a case's life."""

from random import Random
from typing import NamedTuple

from backend.demo.book import Book, add_business, iso, next_business
from backend.demo.families import ZONE, Family, Plan
from backend.demo.ledger import Counters, Terms, docket_of
from backend.demo.rows import Event, Hearing

ROOMS = ("Courtroom 2", "Courtroom 4", "Hearing Room B", "Hearing Room C")
HOURS = ("08:30", "09:00", "09:30", "10:15", "11:00", "13:00", "13:45", "14:30", "15:15")
COURT = "Larkfield County Family Court"
ADDRESS = "75 Quarry Ave, Larkfield, OH 43999"
KINDS = {"intake": "status", "locate": "status", "parentage": "parentage", "establishment": "establishment"}
AHEAD_DAYS = 75
AHEAD_SHARE = 0.14  # of the open cases have a date to come


class Coming(NamedTuple):
    """A hearing that has not taken place."""

    day: int
    row: Hearing


class Docket:
    """Writes hearings and events; `live` then moves the docket forward a day at a time."""

    def __init__(self, book: Book, counters: Counters) -> None:
        self.book, self.counters = book, counters
        self.coming: dict[str, Coming] = {}

    def history(self, family: Family, terms: Terms | None, draw: Random) -> None:
        """How the case came to where it stands."""
        plan, anchor = family.plan, self.book.calendar.anchor
        self._events(plan, terms, draw)
        if terms is not None:
            day = next_business(terms.start - 25)
            self.write(self.hearing(plan, day, "establishment", draw)._replace(status="held"), day)
        if plan.pattern == "stopped" and draw.random() < 0.5:
            day = next_business(anchor - draw.randrange(20, 200))
            if day < anchor:
                self.write(self.hearing(plan, day, "enforcement", draw)._replace(status="held"), day)

    def ahead(self, plan: Plan, draw: Random) -> None:
        """A date to come, for some."""
        if plan.status == "open" and draw.random() < AHEAD_SHARE:
            day = next_business(self.book.calendar.anchor + draw.randrange(2, AHEAD_DAYS))
            self.set(plan, day, self.hearing(plan, day, self._kind(plan, draw), draw), self.book.calendar.anchor - 15)

    def set(self, plan: Plan, day: int, row: Hearing, known_from: int) -> None:
        """A hearing to come, with its event."""
        self.write(row, known_from)
        self.coming[row.hearing_id] = Coming(day, row)
        self.event(plan.case_number, "hearing_set", known_from)

    def hearing(self, plan: Plan, day: int, kind: str, draw: Random) -> Hearing:
        """A hearing of this case on this day."""
        remote = draw.random() < 0.25
        return Hearing(
            f"H{next(self.counters.hearings):06d}",
            plan.case_number,
            docket_of(plan),
            kind,
            COURT,
            f"{iso(day)}T{draw.choice(HOURS)}",
            ZONE,
            draw.choice((20, 30, 45, 60)),
            "" if remote else draw.choice(ROOMS),
            "" if remote else ADDRESS,
            "separate_arrival" if plan.violence else "",
            "Y" if remote else "N",
            "set",
        )

    def write(self, row: Hearing, day: int) -> None:
        self.book.write(row, day)

    def event(self, case_number: str, code: str, day: int, visible_to: str = "both") -> None:
        """A key event; what lies beyond the demonstration is not written."""
        if day <= self.book.calendar.end:
            self.book.write(Event(f"E{next(self.counters.events):07d}", case_number, code, iso(day), "", visible_to), day)

    def live(self, plans: dict[str, Plan], fixed: frozenset[str], draw: Random) -> None:
        """Each day after the anchor: hearings take place, some move, some are called off, new ones are set."""
        for day in self.book.calendar.steps:
            self._take_place(day)
            movable = sorted(key for key, (on, _) in self.coming.items() if on > day + 3 and key not in fixed)
            for key in draw.sample(movable, min(2, len(movable))):
                self.move(key, next_business(self.coming[key].day + draw.randrange(7, 22)), draw.choice(HOURS), day)
            movable = [key for key in movable if self.coming[key].row.status == "set"]
            if movable:
                self.cancel(draw.choice(movable), day)
            open_cases = [plan for plan in plans.values() if plan.status == "open"]
            for plan in draw.sample(open_cases, min(2, len(open_cases))):
                on = next_business(day + draw.randrange(12, 60))
                self.set(plan, on, self.hearing(plan, on, self._kind(plan, draw), draw), day)

    def move(self, hearing_id: str, to: int, hour: str, day: int) -> None:
        """From this day on the hearing is at another time."""
        row = self.coming[hearing_id].row._replace(starts_local=f"{iso(to)}T{hour}", status="moved")
        self.coming[hearing_id] = Coming(to, row)
        self.write(row, day)
        self.event(row.case_number, "hearing_moved", day)

    def cancel(self, hearing_id: str, day: int) -> None:
        """From this day on the hearing is off."""
        row = self.coming.pop(hearing_id).row
        self.write(row._replace(status="cancelled"), day)
        self.event(row.case_number, "hearing_cancelled", day)

    def _take_place(self, day: int) -> None:
        for key in sorted(key for key, (on, _) in self.coming.items() if on < day):
            row = self.coming.pop(key).row
            self.write(row._replace(status="held"), day)
            self.event(row.case_number, "hearing_held", day)

    def _kind(self, plan: Plan, draw: Random) -> str:
        return KINDS.get(plan.stage) or draw.choice(("review", "enforcement", "status"))

    def _events(self, plan: Plan, terms: Terms | None, draw: Random) -> None:
        anchor = self.book.calendar.anchor
        life = [("case_opened", 0, "both"), ("assigned", 2, "staff"), ("locate_started", 5, "both")]
        if plan.stage not in ("intake", "locate"):
            life += [("parent_located", 30, "both"), ("address_confirmed", 33, "staff")]
        if terms is not None:
            life += [("petition_filed", 60, "both"), ("papers_served", 95, "both")]
            life += [("order_entered", 130, "both")]
            life += [("withholding_sent", 160, "ncp")] if plan.pattern != "irregular" else []
        if plan.interstate:
            life.append((f"interstate_{'sent' if plan.interstate == 'initiating' else 'received'}", 40, "both"))
        if plan.violence:
            life.append(("safety_review", 12, "staff"))
        for code, after, visible_to in life:
            if plan.opened + after <= anchor:
                self.event(plan.case_number, code, add_business(plan.opened + after, 0), visible_to)
        late = {"stopped": ("employment_ended", "staff"), "none": ("enforcement_notice", "ncp"), "lump": ("lump_sum", "both")}
        if terms is not None and plan.pattern in late and anchor - 120 > plan.opened + 160:
            code, visible_to = late[plan.pattern]
            self.event(plan.case_number, code, next_business(anchor - draw.randrange(20, 110)), visible_to)
        if plan.stage == "review" and plan.status == "open":
            self.event(plan.case_number, "review_started", next_business(anchor - draw.randrange(10, 90)))
        if plan.status == "closed":
            self.event(plan.case_number, "case_closed", min(plan.opened + 200, anchor - 20))
