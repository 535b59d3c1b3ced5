"""What happens in a world: the agency's loads, and what the parents and the staff do, round by round; and the same story with
other secrets in it.

The observed parents do exactly the same in both. Everybody else may do something else, or nothing, or more, as long as it
is not addressed to the observed parent.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from backend.ingest.files import SPECS
from tests.backend.ingest.extracts import Row, Tables
from tests.privacy.families import (
    DRAWS,
    Family,
    base,
    family_of,
    make_family,
    natural,
    news,
    redraw,
    thread,
    vary,
)

ROUNDS = 2
ACT_CHANCE, OWN_CHANCE = 0.12, 0.3
OFTEN = {"appointment.request": 2.5, "contact.take_up": 3.0, "appointment.accept": 2.0} | {  # where two stories meet
    **{"document.offer": 2.0, "document.checked": 4.0, "document.accept": 4.0, "document.send_back": 2.0},
    "phone_line.try": 0.3,  # each costs as much as all else that a family does
}
NAMES = UUID("6f1e1f0e-0000-4000-8000-000000000001")
CHANNEL = "phone"


class Act(NamedTuple):
    """Somebody sends a change: a parent by person id, or the worker of the case. `mine` is what the observed parent may know of."""

    family: int
    who: str
    name: str
    case: str | None
    args: dict[str, Any]
    mine: bool

    @property
    def id(self) -> UUID:
        return uuid5(NAMES, repr(tuple(self)))


@dataclass(frozen=True)
class Round:
    """A load, if any; then acts in order; then these families' observed parents sync."""

    delta: Tables
    acts: tuple[Act, ...]
    syncing: frozenset[int]


@dataclass(frozen=True)
class World:
    """A whole story. `varied` are the families in which some secret differs from the story it was made from."""

    seed: str
    day: date
    families: dict[int, Family]
    base: Tables
    rounds: tuple[Round, ...]
    varied: frozenset[int] = field(default_factory=frozenset)


def make_world(seed: str, families: int, day: date) -> World:
    """A random agency and what happens in it. The same seed and day make the same."""
    rng = Random(seed)
    made = {number: make_family(rng, number) for number in range(1, families + 1)}
    tables = base(rng, made.values())
    rounds = []
    latest = _keyed(tables)
    cities = {row["person_id"]: row["city"] for row in tables["people.csv"]}
    for number in range(ROUNDS):
        delta = _delta(rng, made, latest, f"{number}", day)
        acts = tuple(act for family in made.values() for act in _acts(_Told(rng, seed, day, family, number, cities)))
        rounds.append(Round(delta, acts, frozenset(n for n in made if rng.random() < 0.75)))
    return World(seed, day, made, tables, tuple(rounds))


def variation(world: World, number: int) -> World:
    """The same story with other secrets in every family."""
    rng = Random(f"{world.seed}/{number}")
    tables = vary(rng, world.families, world.base)
    latest = _keyed(tables)
    rounds = []
    for at, told in enumerate(world.rounds):
        delta = vary(rng, world.families, told.delta)
        _add_secret_rows(rng, world, latest, delta)
        latest |= _keyed(delta)
        acts = _vary_acts(rng, world, told.acts, f"{number}/{at}")
        rounds.append(replace(told, delta=delta, acts=acts))
    return replace(world, base=tables, rounds=tuple(rounds), varied=frozenset(world.families))


def only(world: World, other: World, number: int) -> World:
    """The first world with the other's secrets in one family alone: whose secret it was that was seen."""

    def pick(mine: Tables, theirs: Tables) -> Tables:
        return {
            name: [row for row in mine.get(name, []) if family_of(row) != number]
            + [row for row in theirs.get(name, []) if family_of(row) == number]
            for name in dict.fromkeys((*mine, *theirs))
        }

    rounds = []
    for a, b in zip(world.rounds, other.rounds, strict=True):
        acts = [act for n in world.families for act in (b if n == number else a).acts if act.family == n]
        rounds.append(replace(a, delta=pick(a.delta, b.delta), acts=tuple(acts)))
    return replace(world, base=pick(world.base, other.base), rounds=tuple(rounds), varied=frozenset({number}))


Latest = dict[tuple[str, tuple[str, ...]], Row]


def _keyed(tables: Tables) -> Latest:
    return {(name, tuple(str(row[k]) for k in SPECS[name].key)): row for name, rows in tables.items() for row in rows}


def _delta(rng: Random, families: dict[int, Family], latest: Latest, key: str, day: date) -> Tables:
    """A nightly load: for some families rows that changed, for some new ones."""
    delta: Tables = {}
    for (name, _), row in list(latest.items()):
        if family_of(row) in families and rng.random() < 0.08 and (changed := _changed(rng, name, row)) != row:
            delta.setdefault(name, []).append(changed)
    for family in families.values():
        for case in (family.case, *((family.other_case,) if family.second else ())):
            if rng.random() < 0.5:
                for name, row in news(rng, case, f"{case.replace('-', '')}n{key}", day.isoformat()):
                    delta.setdefault(name, []).append(row)
    latest |= _keyed(delta)
    return delta


def _changed(rng: Random, name: str, row: Row) -> Row:
    columns = [c.name for c in SPECS[name].columns if c.name in DRAWS and c.name not in SPECS[name].key and c.name in row]
    if name == "balances.csv":
        return row | {"amount_cents": rng.randrange(10**6)}
    if name == "hearings.csv":
        return row | {"room": str(rng.randrange(9)), "starts_local": rng.choice(("2099-04-07T09:30", "2099-05-08T10:00"))}
    if not columns or (name not in ("people.csv", "disbursements.csv") and "status" in columns):
        columns = [c for c in columns if c != "status"]
    return row | {c: DRAWS[c](rng) for c in columns if rng.random() < 0.5}


def _add_secret_rows(rng: Random, world: World, latest: Latest, delta: Tables) -> None:
    """Loads of the varied world also bring rows in which only secrets changed."""
    here = _keyed(delta)
    for (name, key), row in latest.items():
        number = family_of(row)
        family = world.families.get(number) if number is not None else None
        if family is None or (name, key) in here or rng.random() > 0.1:
            continue
        changed = redraw(rng, family, name, row)
        if changed != row:
            delta.setdefault(name, []).append(changed)


class _Told(NamedTuple):
    """Where in the story acts are made."""

    rng: Random
    seed: str
    day: date
    family: Family
    round: int
    cities: dict[str, str]

    def id(self, *label: object) -> UUID:
        return uuid5(NAMES, "/".join(map(str, (self.seed, self.family.number, self.round, *label))))

    def request(self, who: str) -> str:
        """What this person is asked for by the team, if they are."""
        return str(self.id("q", who))

    def act(self, who: str, name: str, args: dict[str, Any], case: str | None, *, mine: bool) -> Act:
        return Act(self.family.number, who, name, case, args, mine)

    def was(self, who: str) -> str | None:
        """The city that stands for this person before the story begins; often another stands by now."""
        return self.cities.get(who)

    def by_on(self) -> str:
        return (self.day + timedelta(days=self.rng.randrange(2, 20))).isoformat()

    def time(self, pool: int) -> str:
        """A time that can be asked for, of a pool small enough that two ask for the same."""
        at = datetime.combine(self.day + timedelta(days=4 + pool), time(9, 0)) + timedelta(minutes=30 * self.rng.randrange(2))
        return at.isoformat(timespec="minutes")


HELPER = "helper@example.org"
SHARED, APART = 0, 5  # pools of times: what both parents ask for, and what the team proposes


def _acts(told: _Told) -> list[Act]:
    """What happens in a family in one round: of everything a little."""
    family, rng = told.family, told.rng
    acts = []
    for who in family.opponents:
        acts += [act for act in _of_parent(told, who, family.case, mine=False) if rng.random() < chance(act, ACT_CHANCE)]
    if family.second:
        acts += [
            act for act in _of_parent(told, f"P-{family.number}", family.other_case, mine=False) if rng.random() < chance(act, ACT_CHANCE)
        ]
    acts += [act for one in family.opponents for act in _of_team(told, one, mine=False) if rng.random() < chance(act, ACT_CHANCE)]
    acts += [act for act in safety_acts(family) if rng.random() < ACT_CHANCE]
    acts += [act for act in _of_parent(told, family.observed, family.case, mine=True) if rng.random() < chance(act, OWN_CHANCE)]
    acts += [act for act in _of_team(told, family.observed, mine=True) if rng.random() < chance(act, OWN_CHANCE)]
    rng.shuffle(acts)
    acts += [act for who in family.opponents for act in _privately(told, who) if rng.random() < chance(act, ACT_CHANCE)]
    if told.round == 0:
        other = family.opponents[0]
        acts.append(told.act(other, "device.register", {"device": second_device(other)}, family.case, mine=False))
    return acts


def _privately(told: _Told, who: str) -> list[Act]:
    """What a person does for themselves, by other doors than sync (see stage.PRIVATE)."""
    rng, case = told.rng, told.family.case

    def act(name: str, /, **args: Any) -> Act:
        return told.act(who, name, args, case, mine=False)

    topics = rng.sample(["contact", "messages", "dates", "money", "events"], 2)
    return [
        act("device.register", device=natural("device of", who, told.round)),
        act("passkey.add", id=str(told.id("key", who)), name=rng.choice(WORDS)),
        act("reach.give", channel="text", address=f"+1202555{rng.randrange(100, 200):04}"),
        act("reach.give", channel="email", address=f"{rng.choice(WORDS)}{rng.randrange(1000)}@example.org"),
        act("permit.give", navigator=HELPER, topics=topics, days=rng.randrange(1, 90)),
        act("document.checked", document=str(told.id("f", f"{who}{case}"))),
        act("recovery.ask"),
        act("recovery.cancel"),
        act("sign_in.try"),
        act("phone_line.try"),
        act("phone_line.end"),
    ]


def offered(world: World, family: Family, who: str, at: int) -> UUID:
    """The document that this person may have offered in this round."""
    return _Told(Random(), world.seed, world.day, family, at, {}).id("f", f"{who}{family.case}")


def second_device(who: str) -> UUID:
    """A phone that this person may have besides."""
    return natural("second device", who)


def chance(act: Act, usual: float) -> float:
    """How probable it is that somebody does this now."""
    return usual * OFTEN.get(act.name, 1.0)


def _of_parent(told: _Told, who: str, case: str, *, mine: bool, label: str = "") -> list[Act]:
    """Everything that a parent can send, also what is refused."""
    own = str(thread(case, who))
    other = str(thread(case, told.family.opponents[0])) if mine else own
    not_me = next(party for party in told.family.parties if party != who)
    account = str(natural("account", who))

    def act(name: str, of: str | None = case, /, **args: Any) -> Act:
        return told.act(who, name, args, of, mine=mine)

    key = f"{who}{case}{label}"
    return [
        act("message.send", id=str(told.id("m", key)), thread=own, body=f"{told.rng.choice(WORDS)} {told.rng.randrange(999)}"),
        act("message.send", id=str(told.id("x", key)), thread=other, body="to whom?"),
        act("contact.change", id=str(told.id("c", key)), thread=own, field="city", was=told.was(who), now=_some(told.rng, "city")),
        act("contact.change", id=str(told.id("d", key)), thread=other, field="phone", was=None, now=_some(told.rng, "phone")),
        act(
            "appointment.request",
            id=str(told.id("a", key)), thread=own, starts_local=told.time(SHARED), channel=CHANNEL, topic="other",
        ),
        act("appointment.cancel", appointment=str(told.id("a", key)), seen_local=told.time(SHARED)),
        act("preference.set", account, name="text", value=told.rng.choice(("large", "larger", "normal"))),
        act("message.read", account, thread=own, read_at="2026-01-01T00:00:00Z"),
        act("note.add", id=str(told.id("n", key)), body="a parent has no notes"),
        act("document.offer", id=str(told.id("f", key)), thread=own, kind=told.rng.choice(KINDS), files=[_file(told.rng)], note="a file"),
        act("document.offer", id=str(told.id("g", key)), thread=other, kind="other", files=[_file(told.rng)]),
        act("document.offer", id=str(told.id("h", key)), thread=own, kind="pay", files=[_file(told.rng)], request=told.request(who)),
        act("document.offer", id=str(told.id("i", key)), thread=own, kind="pay", files=[_file(told.rng)], request=told.request(not_me)),
        act("document.withdraw", document=str(told.id("f", key))),
    ]  # fmt: skip


KINDS = ("pay", "job", "paid", "other")


def _file(rng: Random) -> dict[str, Any]:
    """What a parent says of a file that will follow."""
    return {"sha256": f"{rng.getrandbits(256):064x}", "bytes": rng.randrange(1000, 90_000), "media_type": "image/jpeg"}


def _of_team(told: _Told, about: str, *, mine: bool, label: str = "") -> list[Act]:
    """What the case team does: with one party, which only that party may learn, and for itself."""
    case, own = told.family.case, str(thread(told.family.case, about))
    key = f"team{about}{label}"

    def act(name: str, /, **args: Any) -> Act:
        return told.act("team", name, args, case, mine=mine)

    pool = APART if mine else SHARED  # both parents in one hour is refused to the team, so what it offers the observed is apart
    acts = [
        act("message.send", id=str(told.id("m", key)), thread=own, body=f"Answer {told.rng.randrange(999)}"),
        act("document.ask", id=told.request(about + label), thread=own, kind="pay", by_on=told.by_on(), why=f"Why {told.rng.random()}"),
        act("appointment.offer", id=str(told.id("o", key)), thread=own, starts_local=told.time(pool), channel=CHANNEL, topic="other"),
    ]
    if not mine:
        acts += [
            act("document.cancel_ask", request=told.request(about)),
            act("note.add", id=str(told.id("n", key)), body=f"Note {told.rng.randrange(999)}"),
            act("contact.take_up", change=str(told.id("c", f"{about}{case}"))),
            act("document.accept", document=str(told.id("f", f"{about}{case}"))),
            act("document.send_back", document=str(told.id("f", f"{about}{case}")), reason="unreadable"),
            act("appointment.accept", appointment=str(told.id("a", f"{about}{case}")), starts_local=told.time(SHARED)),
            act(
                "appointment.ask_move",
                appointment=str(told.id("a", f"{about}{case}")), seen_local=told.time(SHARED), starts_local=told.time(SHARED),
            ),
        ]  # fmt: skip
    return acts


SAFETY = ("safety.mark", "safety.clear")


def safety_acts(family: Family) -> list[Act]:
    """The team finds somebody to be in danger, or safe again: nobody of the family may learn it, not even of oneself."""
    return [
        Act(family.number, "team", name, family.case, {"participant": str(thread(family.case, who))}, mine=False)
        for who in family.parties
        for name in SAFETY
    ]


def _vary_acts(rng: Random, world: World, acts: tuple[Act, ...], label: str) -> tuple[Act, ...]:
    """What is the observed parent's stays as it is and in its order; the rest is dropped, or done otherwise, or there is more."""
    varied: list[Act] = []
    for act in acts:
        if act.mine:
            varied.append(act)
        elif rng.random() < 0.5:
            varied.append(act._replace(args=_vary_args(rng, deepcopy(act.args))))
        if rng.random() < 0.15:
            told = _Told(rng, world.seed, world.day, world.families[act.family], 0, {})
            who = rng.choice(told.family.opponents)
            extra = [*_of_parent(told, who, told.family.case, mine=False, label=f"{label}{len(varied)}")]
            extra += [*_of_team(told, who, mine=False, label=f"{label}{len(varied)}"), *safety_acts(told.family)]
            extra += _privately(told._replace(round=len(varied) + 10), who)
            varied.append(rng.choice(extra))
    return tuple(varied)


def _vary_args(rng: Random, args: dict[str, Any]) -> dict[str, Any]:
    if "body" in args:
        args["body"] = f"{rng.choice(WORDS)} {rng.randrange(10**6)}"
    if "files" in args:
        args["files"] = [_file(rng) for _ in range(rng.randrange(1, 4))]
    if "why" in args:
        args["why"] = f"{rng.choice(WORDS)} {rng.randrange(10**6)}"
    if "now" in args:
        args["now"] = _some(rng, args["field"])
    return args


def _some(rng: Random, column: str) -> str:
    return DRAWS[column](rng)


WORDS = ("alpha", "bravo", "charlie", "delta", "echo", "foxtrot")
