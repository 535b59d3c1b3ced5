"""Who lives in the demonstration: offices, workers, and one family for each case."""

from dataclasses import dataclass, replace
from random import Random

from backend.demo.book import Book, iso
from backend.demo.names import EMPLOYERS, People
from backend.demo.rows import Assignment, Case, Office, Participant, Person, Worker

ZONE = "America/New_York"
OFFICES = (
    Office("LARK", "Larkfield Office", "555-0110", "200 Lantern St, Larkfield, OH 43999", "Mon-Fri 8:00-17:00", ZONE),
    Office("LIND", "Port Linden Office", "555-0120", "41 Heron Way, Port Linden, OH 43996", "Mon-Fri 8:30-16:30", ZONE),
)
WORKERS = (
    Worker("dcoleman", "Denise Coleman", "LARK", "caseworker", "FIELD", "555-0131", "denise.coleman@agency.example", "Y"),
    Worker("tnakamura", "Theo Nakamura", "LIND", "caseworker", "FIELD", "555-0132", "theo.nakamura@agency.example", "Y"),
    Worker("agalvan", "Araceli Galván", "LARK", "caseworker", "INTAKE", "555-0133", "araceli.galvan@agency.example", "Y"),
    Worker("kboateng", "Kofi Boateng", "LARK", "caseworker", "ORDERS", "555-0134", "kofi.boateng@agency.example", "Y"),
    Worker("pdesai", "Priya Desai", "LIND", "caseworker", "INTAKE", "555-0135", "priya.desai@agency.example", "Y"),
    Worker("whale", "Wade Hale", "LIND", "caseworker", "ORDERS", "555-0136", "wade.hale@agency.example", "Y"),
    Worker("mhaddad", "Mina Haddad", "LIND", "caseworker", "STATES", "555-0137", "mina.haddad@agency.example", "Y"),
    Worker("ruth.okoye", "Ruth Okoye", "LARK", "supervisor", "FIELD", "555-0138", "ruth.okoye@agency.example", "Y"),
)
SUPERVISOR = WORKERS[-1]
FIELD_SHARES = (0.5, 0.3)  # of the cases, for the two field workers; the others share the rest
COVER_EVERY = 20
OTHER_STATES = ("18097", "21111", "42003", "54039")
OURS = "39999"
CLOSURES = ("01", "07a", "12", "15", "04")
NEXT_STEPS = {
    "intake": "documents",
    "locate": "locate_search",
    "parentage": "genetic_test",
    "establishment": "file_petition",
    "enforcement": "monitor_payments",
    "review": "review_order",
}


@dataclass(frozen=True)
class Plan:
    """What is decided of a family before anything happens to it."""

    number: int
    stage: str
    status: str
    pattern: str  # steady, irregular, stopped, lump, none
    spanish: bool
    violence: bool
    interstate: str  # "", initiating, responding
    opened: int
    children: int
    grandparent: bool

    @property
    def case_number(self) -> str:
        """The state's number of this case."""
        return f"LC-{240_000 + self.number * 7:07d}"

    @property
    def has_order(self) -> bool:
        """Whether a court has set support."""
        return self.stage in ("enforcement", "review")


@dataclass(frozen=True)
class Family:
    """A plan, and the people of it."""

    plan: Plan
    receiving: Person
    paying: Person
    children: tuple[Person, ...]


def draw_plan(number: int, draw: Random, anchor: int) -> Plan:
    """An ordinary family's fate, in the proportions that caseloads have."""
    stages = ("enforcement", "review", "establishment", "parentage", "locate", "intake")
    stage = draw.choices(stages, (66, 10, 9, 5, 6, 4))[0]
    patterns = draw.choices(("steady", "irregular", "stopped", "lump", "none"), (46, 22, 13, 7, 12))[0]
    young = stage in ("intake", "locate", "parentage", "establishment")
    opened = anchor - (draw.randrange(10, 300) if young else draw.randrange(200, 3600))
    return Plan(
        number=number,
        stage=stage,
        status="closed" if draw.random() < 0.06 else "open",
        pattern=patterns,
        spanish=draw.random() < 1 / 3,
        violence=draw.random() < 0.08,
        interstate=draw.choices(("", "initiating", "responding"), (93, 4, 3))[0],
        opened=opened,
        children=draw.choices((1, 2, 3, 4), (50, 32, 13, 5))[0],
        grandparent=draw.random() < 0.05,
    )


def draw_family(plan: Plan, draw: Random, year: int) -> Family:
    """The people of a plan."""
    people = People(draw, year)
    language = "es" if plan.spanish else "en"
    last = people.last(plan.spanish)
    age = draw.randrange(55, 72) if plan.grandparent else draw.randrange(20, 46)
    receiving = _adult(people, f"P{plan.number:05d}1", language, age)
    paying = _adult(people, f"P{plan.number:05d}2", language, draw.randrange(20, 50))
    receiving = receiving._replace(family_violence="Y" if plan.violence else "N", safe_to_contact="N" if plan.violence else "Y")
    if plan.has_order and plan.pattern != "none":
        paying = paying._replace(employer_name=draw.choice(EMPLOYERS), employer_phone=people.phone())
    children = tuple(
        _person(people, f"P{plan.number:05d}{3 + n}", language, draw.randrange(1, 17))._replace(last_name=last, phone="", email="")
        for n in range(plan.children)
    )
    home = {name: getattr(receiving, name) for name in ("address_1", "city", "state", "postal_code")}
    return Family(plan, receiving, paying._replace(last_name=last), tuple(child._replace(**home) for child in children))


def write_agency(book: Book) -> None:
    """Offices and workers."""
    for row in (*OFFICES, *WORKERS):
        book.write(row)


def write_family(book: Book, family: Family, share: float, next_step_on: int) -> None:
    """The case, its people and who works it; `share` tells where in the caseload it stands (0 to 1)."""
    plan = family.plan
    number = plan.case_number
    worker = _worker(plan, share)
    closed = min(plan.opened + 200, book.calendar.anchor - 20) if plan.status == "closed" else 0
    case = Case(
        number,
        worker.office_code,
        plan.status,
        plan.stage,
        iso(plan.opened),
        iso(closed) if closed else "",
        CLOSURES[plan.number % len(CLOSURES)] if closed else "",
        "" if closed else NEXT_STEPS[plan.stage],
        "" if closed else iso(next_step_on),
        OTHER_STATES[plan.number % 4] if plan.interstate == "responding" else OURS if plan.interstate else "",
        OTHER_STATES[plan.number % 4] if plan.interstate == "initiating" else OURS if plan.interstate else "",
    )
    book.write(case)
    opened = iso(plan.opened)
    book.write(Assignment(number, worker.worker_login, opened, "", "primary"))
    if plan.number % COVER_EVERY == COVER_EVERY // 2:
        book.write(Assignment(number, SUPERVISOR.worker_login, opened, "", "cover"))
    alleged = plan.stage in ("locate", "parentage") and not plan.grandparent
    for person, role in ((family.receiving, "CP"), (family.paying, "AP" if alleged else "NCP")):
        book.write(person)
        book.write(Participant(number, person.person_id, role, opened, "", ""))
    for child in family.children:
        book.write(child)
        book.write(Participant(number, child.person_id, "CH", opened, "", family.receiving.person_id))


def renamed(person: Person, first: str, last: str, language: str, email: str) -> Person:
    """The same person under the name by which the demonstration knows them."""
    return person._replace(first_name=first, last_name=last, language=language, email=email, safe_to_contact="Y")


def spared(plan: Plan, **given: object) -> Plan:
    """A plan with some of it decided otherwise."""
    return replace(plan, **given)  # type: ignore[arg-type]


def opened_for_long(plan: Plan, anchor: int) -> Plan:
    """A plan whose order is older than the payments that are shown."""
    return replace(plan, opened=min(plan.opened, anchor - 1100))


def _adult(people: People, person_id: str, language: str, age: int) -> Person:
    person = _person(people, person_id, language, age)
    street, city, state, postal_code = people.address()
    return person._replace(address_1=street, city=city, state=state, postal_code=postal_code)


def _person(people: People, person_id: str, language: str, age: int) -> Person:
    spanish = language == "es"
    first, last = people.first(spanish), people.last(spanish)
    born = f"{people.year - age}-{people.random.randrange(1, 13):02d}-{people.random.randrange(1, 29):02d}"
    email = f"{first}.{last}{person_id[-4:]}@mail.example".lower()
    return Person(person_id, first, last, "", people.phone(), email, "", "", "", "", "", born, language, "Y", "N", "", "")


def _worker(plan: Plan, share: float) -> Worker:
    first, second = FIELD_SHARES
    if share < first:
        return WORKERS[0]
    return WORKERS[1] if share < first + second else WORKERS[2 + plan.number % 5]
