"""The classes of what is known about people, and who may read each of them, by which way.

What a class does not name is refused. A column belongs to exactly one class (`columns.py`), so this table decides about
every field that can ever leave; `agreement.py` holds the registry to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final


class Reader(StrEnum):
    """Who reads, as seen from the field: what somebody is to the person or case that it tells of."""

    SELF = "self"  # the person whose own it is
    RECEIVING = "receiving"  # a parent who receives support in this case
    PAYING = "paying"  # a parent who pays it, or is named as the father
    TEAM = "team"  # the caseworker or supervisor to whom the case is assigned now
    UNIT = "unit"  # a supervisor, of what the own unit has to do with
    ADMIN = "admin"  # runs the installation
    PERMIT = "permit"  # an auditor, or a colleague with a reason, who holds a permit for the case now
    NAVIGATOR = "navigator"  # a helper, as far as a parent's consent goes
    ANYBODY = "anybody"  # whoever is signed in


class Channel(StrEnum):
    """The way by which something leaves us."""

    OFFLINE = "offline"  # sync: it stays on a device
    ONLINE = "online"  # the answer of a route, kept nowhere
    NOTICE = "notice"  # the text of a notification, by whatever carrier
    EXPORT = "export"  # a file that somebody takes along
    PHONE = "phone"  # said by the phone line to a parent who typed their PIN


class Class(StrEnum):
    """What kind of thing a field tells."""

    AGENCY = "agency"
    ACCOUNT = "account"
    CASE = "case"
    OFFICE_OF_CASE = "office_of_case"
    NAME = "name"
    CHILD_NAME = "child_name"
    CONTACT = "contact"
    IDENTITY = "identity"
    SAFETY = "safety"
    PROTECTION = "protection"
    CHILD_PLACE = "child_place"
    ORDER = "order"
    EMPLOYMENT = "employment"
    MONEY_IN = "money_in"
    MONEY_ORIGIN = "money_origin"
    MONEY_OUT = "money_out"
    MONEY_ROUTE = "money_route"
    HEARING = "hearing"
    APPEARANCE = "appearance"
    EVENT = "event"
    EVENT_READERS = "event_readers"
    CONVERSATION = "conversation"
    COLLEAGUE = "colleague"
    NOTE = "note"
    OWN_HABIT = "own_habit"
    TOLD = "told"
    REACH = "reach"
    STAFFING = "staffing"
    DEVICE = "device"
    QUARANTINE = "quarantine"
    PERMIT = "permit"
    EXPOSURE = "exposure"
    IDENTITY_CHECK = "identity_check"
    LOAD = "load"
    DECISION = "decision"
    SECRET = "secret"  # noqa: S105 (a class, not a secret)
    ENGINE = "engine"
    PLACE = "place"


Ways = frozenset[Channel]
PARENTS: Final = frozenset({Reader.SELF, Reader.RECEIVING, Reader.PAYING})
DEVICES: Final[Ways] = frozenset({Channel.OFFLINE})
SCREEN: Final[Ways] = frozenset({Channel.ONLINE})
BOTH_WAYS: Final[Ways] = DEVICES | SCREEN


@dataclass(frozen=True, slots=True)
class Rule:
    """A class in words, and who may read it by which ways. `by_row`: the row itself names which of the readers it is for."""

    says: str
    reads: Mapping[Reader, Ways] = field(default_factory=dict)
    by_row: bool = False


def _to(*readers: Reader, by: Ways = DEVICES, helped: bool = False, said: bool = False) -> dict[Reader, Ways]:
    """Readers by these ways. Who holds a permit sees on a screen what the team holds; a helper what is `helped`.

    What is `said` the phone line tells the parents among them.
    """
    reads = {reader: by | ({Channel.PHONE} if said and reader in PARENTS else set()) for reader in readers}
    if Reader.TEAM in readers and by == DEVICES:
        reads[Reader.PERMIT] = SCREEN
    if helped:
        reads[Reader.NAVIGATOR] = SCREEN
    return reads


SELF, RECEIVING, PAYING, TEAM = Reader.SELF, Reader.RECEIVING, Reader.PAYING, Reader.TEAM
CASE_PEOPLE: Final = (RECEIVING, PAYING, TEAM)

TABLE: Final[Mapping[Class, Rule]] = {
    Class.AGENCY: Rule("the agency's name, phone, hours and last load", _to(Reader.ANYBODY, by=BOTH_WAYS | {Channel.PHONE})),
    Class.ACCOUNT: Rule("one's own account: name shown, role, language, time zone", _to(SELF, by=BOTH_WAYS)),
    Class.CASE: Rule("number, stage and next step of a case", _to(*CASE_PEOPLE, helped=True, said=True)),
    Class.OFFICE_OF_CASE: Rule("which office and which other state have a case: they tell where a family lives", _to(TEAM)),
    Class.NAME: Rule("first and last name of the parents, and who is what", _to(*CASE_PEOPLE, helped=True)),
    Class.CHILD_NAME: Rule("a child's first name", _to(*CASE_PEOPLE, helped=True)),
    Class.CONTACT: Rule("where a parent is reached: phone, email, address, language", _to(SELF, TEAM, helped=True)),
    Class.IDENTITY: Rule("date of birth; a child's last name", _to(TEAM)),
    Class.SAFETY: Rule(
        "family violence, and whether contact is safe: never shown to any parent, so that its absence says nothing", _to(TEAM)
    ),
    Class.PROTECTION: Rule(
        "who marked a person as in danger, and who wishes that taken back: two people do that together", _to(TEAM, Reader.UNIT, by=SCREEN)
    ),
    Class.CHILD_PLACE: Rule("with whom a child lives, and how it is reached", _to(TEAM)),
    Class.ORDER: Rule("the order, what is owed under it, and the balance", _to(*CASE_PEOPLE, helped=True)),
    Class.EMPLOYMENT: Rule("that wages are withheld: it tells of an employer", _to(PAYING, TEAM)),
    Class.MONEY_IN: Rule("amount and dates of what was paid", _to(*CASE_PEOPLE, helped=True, said=True)),
    Class.MONEY_ORIGIN: Rule("from where a payment came, by which bank, and how the law split it; it may hold federal tax information"),
    Class.MONEY_OUT: Rule("what was paid out, when, and why it waits", _to(RECEIVING, TEAM, helped=True, said=True)),
    Class.MONEY_ROUTE: Rule("how money reaches the receiving parent", _to(RECEIVING)),
    Class.HEARING: Rule("court dates: time, place, kind, state", _to(*CASE_PEOPLE, helped=True, said=True)),
    Class.APPEARANCE: Rule("how somebody appears in court", _to(TEAM)),
    Class.EVENT: Rule("a key event, for those whom its row names", _to(*CASE_PEOPLE, helped=True), by_row=True),
    Class.EVENT_READERS: Rule("whom a key event is for", _to(TEAM)),
    Class.CONVERSATION: Rule("what one party and the team say, ask, agree or change between them", _to(SELF, TEAM, helped=True, said=True)),
    Class.COLLEAGUE: Rule("which colleague wrote, answered or meets", _to(TEAM)),
    Class.NOTE: Rule("what the team writes down for itself", _to(TEAM)),
    Class.OWN_HABIT: Rule("how far one has read, what one pinned, how one likes the app", _to(SELF)),
    Class.TOLD: Rule("of which thing one was told when, and whether one opened it", _to(SELF)),
    Class.REACH: Rule("the number and the address that one gave for texts and e-mails: sealed, never on a device", _to(SELF, by=SCREEN)),
    Class.STAFFING: Rule("offices, workers, who works which case, which hours are taken"),
    Class.DEVICE: Rule("devices and how they fare; nothing of a case", _to(SELF, Reader.ADMIN, Reader.UNIT, by=SCREEN)),
    Class.QUARANTINE: Rule("what was written on a device that is no longer trusted", _to(Reader.UNIT, by=SCREEN)),
    Class.PERMIT: Rule(
        "who may read a case for a while, by whose leave and why",
        _to(SELF, Reader.UNIT, Reader.PERMIT, Reader.NAVIGATOR, by=SCREEN),
    ),
    Class.EXPOSURE: Rule("what of a person could be seen by whom, on which device", _to(Reader.UNIT, by=SCREEN)),
    Class.IDENTITY_CHECK: Rule("claims of an account that somebody has to look into", _to(TEAM, Reader.UNIT, by=SCREEN)),
    Class.LOAD: Rule("how a load of the system of record went", _to(Reader.ADMIN, by=SCREEN)),
    Class.DECISION: Rule("the journal, and whom we told what by which carrier"),
    Class.SECRET: Rule("what proves who somebody is, and addresses that are secrets themselves"),
    Class.ENGINE: Rule("what the server must remember to do its work"),
    Class.PLACE: Rule("names of rows and where they belong: random, and told only together with what they name"),
}


def readers(of: Class, channel: Channel) -> frozenset[Reader]:
    """Who may read a class by this way."""
    return frozenset(reader for reader, ways in TABLE[of].reads.items() if channel in ways)
