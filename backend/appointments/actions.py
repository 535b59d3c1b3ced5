"""What can happen to appointments. The device decides nothing: each act is checked against how things stand now."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.access import Actor, Role
from backend.appointments import rules
from backend.appointments.rules import Hours, Standing, Verdict
from backend.appointments.tables import Appointment, BookableHours
from backend.appointments.wire import (
    AcceptAppointment,
    AskMove,
    CancelAppointment,
    NoteOutcome,
    OfferAppointment,
    RequestAppointment,
)
from backend.cases.parties import get_party
from backend.cases.tables import Agency
from backend.db import as_house, connection
from backend.errors import Refused
from backend.journal import Entry, record
from backend.policy import require

TEAM: Final = """
SELECT s.worker_login, coalesce(w.name, s.worker_login) AS worker_name
FROM assignment s LEFT JOIN worker w ON w.worker_login = s.worker_login
WHERE s.case_id = $1 AND s.from_on <= current_date AND (s.to_on IS NULL OR s.to_on > current_date)
ORDER BY s.worker_login IS NOT DISTINCT FROM $2::text DESC, s.part = 'primary' DESC, s.from_on DESC, s.worker_login LIMIT 1"""
FIND: Final = "SELECT * FROM appointment WHERE id = $1 AND case_id = $2 FOR UPDATE"
OPEN_OF: Final = "SELECT count(*) FROM appointment WHERE thread = $1 AND state = ANY($2) AND starts_local > $3"
# A worker's hour belongs to a case, and within it to each party once: another case cannot have it, the other party can. So
# neither parent learns from what is free that the other one booked; the team sees both, and asks one of them to move.
HOLD_HOURS: Final = """
SELECT 1 FROM appointment_hour WHERE (worker_login, at_local) IN
    (SELECT worker_login, at_local FROM appointment_slot WHERE appointment_id = $1) ORDER BY worker_login, at_local FOR UPDATE"""
RELEASE: Final = "DELETE FROM appointment_slot WHERE appointment_id = $1 RETURNING worker_login, at_local"
RELEASE_HOURS: Final = """
DELETE FROM appointment_hour h WHERE worker_login = $1 AND at_local = ANY($2)
    AND NOT EXISTS (SELECT 1 FROM appointment_slot s WHERE (s.worker_login, s.at_local) = (h.worker_login, h.at_local))"""
TAKE_HOURS: Final = """
INSERT INTO appointment_hour AS h (worker_login, at_local, case_id)
SELECT $1, at, $2 FROM unnest($3::timestamp[]) AS at ORDER BY at
ON CONFLICT (worker_login, at_local) DO UPDATE SET case_id = h.case_id WHERE h.case_id = excluded.case_id"""
TAKE: Final = """
INSERT INTO appointment_slot (worker_login, at_local, case_id, thread, appointment_id)
SELECT $1, at, $2, $3, $4 FROM unnest($5::timestamp[]) AS at ORDER BY at ON CONFLICT DO NOTHING"""
TAKEN: Final = """
SELECT at_local FROM appointment_slot
WHERE worker_login = $1 AND at_local >= $2 AND appointment_id <> $3 AND (case_id <> $4 OR thread = $5)"""
TOGETHER: Final = """
SELECT EXISTS (SELECT 1 FROM appointment_slot s JOIN appointment a ON a.id = s.appointment_id
    WHERE s.worker_login = $1 AND s.at_local = ANY($2) AND s.case_id = $3 AND s.thread <> $4 AND (a.state <> 'requested' OR NOT $5))"""
STAND: Final = "UPDATE appointment SET state = $2, starts_local = $3, asked_local = $4, asked_by = $5 WHERE id = $1"

TOLD_FOR: Final = timedelta(days=7)  # that an appointment was missed is news for so long
NO_TEAM: Final = "Nobody works this case at the moment. Call your child support office."
CHANGED: Final = "This appointment changed in the meantime. Look at it again."
TAKEN_SAYS: Final = "This time is not free any more."


class Place(msgspec.Struct, frozen=True):
    """Where and when all this happens: the agency's hours, its zone, and the wall time there now."""

    hours: Sequence[Hours]
    zone: str
    now_local: datetime


async def request_appointment(actor: Actor, case_id: UUID, args: RequestAppointment) -> None:
    """A party asks its case team for a time. Refused: forbidden, conflict, unavailable, too_many, slot_taken."""
    require(actor, "appointment.request")
    await _begin(actor, case_id, args)


async def offer_appointment(actor: Actor, case_id: UUID, args: OfferAppointment) -> None:
    """The team offers a party a time with whoever offers it, and keeps it until there is an answer.

    Refused: forbidden, conflict, unavailable, slot_taken, together.
    """
    require(actor, "appointment.offer")
    await _begin(actor, case_id, args)


async def _begin(actor: Actor, case_id: UUID, args: RequestAppointment) -> None:
    """An appointment comes to be, in the state that this end begins with."""
    party = await get_party(actor, case_id, args.thread)
    if await Appointment.exists().where(Appointment.id == args.id):
        raise Refused("conflict", "This request has already been received.")
    place, starts = await _place(), _local(args.starts_local)
    async with as_house(), connection() as held:
        team = await held.fetchrow(TEAM, case_id, actor.worker_login)
    if team is None:
        raise Refused("unavailable", NO_TEAM)
    await _not_too_many(actor, args.thread, place)
    row = {"id": args.id, "case_id": case_id, "thread": args.thread, "party_bit": party["party_bit"], **dict(team)}
    row |= {"starts_local": starts, "channel": args.channel, "topic": args.topic, "note": args.note, "state": rules.OWN[_side(actor)]}
    minutes = rules.minutes_of(place.hours, args.channel, starts)
    if minutes is None or not rules.bookable(starts, place.now_local):
        await _refuse_taken(row, starts, place)
    row |= {"time_zone": place.zone, "minutes": minutes, "requested_at": datetime.now(UTC)}
    await _not_together(actor, row, starts, only_agreed=False)
    await Appointment.insert(Appointment(**row))
    await _take(row, [starts], starts, place)
    await _tell(actor, row["state"], row, starts)


async def accept_appointment(actor: Actor, case_id: UUID, args: AcceptAppointment) -> None:
    """The end that was asked agrees to the time. Refused: forbidden, changed."""
    row, standing = await _find(actor, case_id, args.appointment)
    agreed = _local(args.starts_local)
    if _go(rules.accept(standing, _side(actor), agreed), row):
        await _not_together(actor, row, agreed, only_agreed=True)
        await _stand(row, Standing("confirmed", agreed, None, None), await _place())
        await _tell(actor, "confirmed", row, agreed)


async def ask_move(actor: Actor, case_id: UUID, args: AskMove) -> None:
    """Either end asks for another time; what it asked for or offered itself, and nobody has answered, simply moves there.

    Refused: forbidden, changed, slot_taken.
    """
    row, standing = await _find(actor, case_id, args.appointment)
    side, wanted = _side(actor), _local(args.starts_local)
    if not _go(rules.ask_move(standing, side, _local(args.seen_local), wanted), row):
        return
    place = await _place()
    if not rules.minutes_of(place.hours, row["channel"], wanted) or not rules.bookable(wanted, place.now_local):
        await _refuse_taken(row, wanted, place)
    await _not_together(actor, row, wanted, only_agreed=False)
    own = rules.OWN[side]
    moved = Standing("move_asked", standing.starts_local, wanted, side)
    await _stand(row, Standing(own, wanted, None, None) if standing.state == own else moved, place)
    await _tell(actor, "moved", row, wanted)


async def cancel_appointment(actor: Actor, case_id: UUID, args: CancelAppointment) -> None:
    """Either end calls it off, and its time is free again. Refused: forbidden, changed."""
    row, standing = await _find(actor, case_id, args.appointment)
    if _go(rules.cancel(standing, _local(args.seen_local)), row):
        await _stand(row, Standing("cancelled", standing.starts_local, None, None), await _place())
        await _tell(actor, "cancelled", row, rules.on_the_table(standing))


async def note_outcome(actor: Actor, case_id: UUID, args: NoteOutcome) -> None:
    """The team says whether it took place, once its time has come. Refused: forbidden, changed, too_early."""
    require(actor, "appointment.outcome")
    row, standing = await _find(actor, case_id, args.appointment)
    if not _go(rules.outcome(standing, _local(args.seen_local), args.outcome), row):
        return
    place = await _place()
    if place.now_local < standing.starts_local:
        raise Refused("conflict", "This appointment is still to come.", {"code": "appointment_early"})
    await _stand(row, Standing(args.outcome, standing.starts_local, None, None), place)
    await _tell(actor, args.outcome, row, place.now_local + TOLD_FOR)


async def _find(actor: Actor, case_id: UUID, appointment: UUID) -> tuple[dict[str, Any], Standing]:
    """The appointment, held until the end of the transaction; for a parent only one of their own."""
    require(actor, "appointment.answer")
    async with connection() as held:
        found = await held.fetchrow(FIND, appointment, case_id)
    if found is None:
        raise Refused("forbidden", "There is no such appointment.")
    await get_party(actor, case_id, found["thread"])
    return dict(found), Standing(*(found[name] for name in Standing._fields))


def _go(verdict: Verdict, row: dict[str, Any]) -> bool:
    """Whether there is something to do. Refused: changed, with how it stands."""
    if verdict is not Verdict.CHANGED:
        return verdict is Verdict.GO
    asked = row["asked_local"]
    raise Refused(
        "conflict",
        CHANGED,
        {
            "code": "appointment_changed",
            "appointment": str(row["id"]),
            "state": row["state"],
            "starts_local": _said(row["starts_local"]),
            "asked_local": asked and _said(asked),
        },
    )


async def _not_too_many(actor: Actor, thread: UUID, place: Place) -> None:
    """A parent asks for so many times and no more; what the team offers takes nothing of that."""
    if _side(actor) == "team":
        return
    counted = [state for state in rules.OPEN if state != rules.OWN["team"]]
    async with connection() as held:
        if await held.fetchval(OPEN_OF, thread, counted, place.now_local) >= rules.OPEN_MOST:
            raise Refused("too_many", "You have asked for several appointments already.", {"code": "too_many_appointments"})


async def _stand(row: dict[str, Any], now: Standing, place: Place) -> None:
    """How it stands from now on, and the worker's hours with it."""
    async with connection() as held:
        await held.execute(STAND, row["id"], *now)
    async with as_house(), connection() as held:
        await held.execute(HOLD_HOURS, row["id"])
        free = [slot["at_local"] for slot in await held.fetch(RELEASE, row["id"])]
        await held.execute(RELEASE_HOURS, row["worker_login"], free)
    if now.state in rules.OPEN:
        both = [at for at in (now.starts_local, now.asked_local) if at is not None]
        await _take(row, both, rules.on_the_table(now), place)


async def _take(row: dict[str, Any], starts: list[datetime], wanted: datetime, place: Place) -> None:
    """Takes the worker's hours, all or none: two who ask at the same moment cannot both have them."""
    needed = sorted({unit for at in starts for unit in rules.units(at, row["minutes"])})
    async with as_house(), connection() as held:
        hours = await held.execute(TAKE_HOURS, row["worker_login"], row["case_id"], needed)
        if _rows(hours) == len(needed):
            made = await held.execute(TAKE, row["worker_login"], row["case_id"], row["thread"], row["id"], needed)
            if _rows(made) == len(needed):
                return
    await _refuse_taken(row, wanted, place)


def _rows(tag: str) -> int:
    """How many rows a statement says it wrote."""
    return int(tag.rsplit(" ", 1)[1])


async def _not_together(actor: Actor, row: dict[str, Any], at: datetime, *, only_agreed: bool) -> None:
    """The team never puts both parents into one hour. Only the team is told; a parent's own wish is never refused for it."""
    if _side(actor) == "party":
        return
    async with as_house(), connection() as held:
        needed = rules.units(at, row["minutes"])
        if await held.fetchval(TOGETHER, row["worker_login"], needed, row["case_id"], row["thread"], only_agreed):
            raise Refused("conflict", "The other parent has this hour.", {"code": "appointment_together", "appointment": str(row["id"])})


async def _refuse_taken(row: dict[str, Any], wanted: datetime, place: Place) -> None:
    async with as_house(), connection() as held:
        rows = await held.fetch(TAKEN, row["worker_login"], place.now_local, row["id"], row["case_id"], row["thread"])
    taken = {each["at_local"] for each in rows}
    free = rules.free_times(place.hours, row["channel"], taken, wanted, place.now_local)
    raise Refused(
        "conflict",
        TAKEN_SAYS,
        {"code": "slot_taken", "appointment": str(row["id"]), "wanted": _said(wanted), "free": [_said(at) for at in free]},
    )


async def _tell(actor: Actor, verb: str, row: dict[str, Any], at: datetime) -> None:
    until = at.replace(tzinfo=ZoneInfo(row["time_zone"])).isoformat()
    detail = {"thread": str(row["thread"]), "from_party": _side(actor) == "party", "until": until}
    entry = Entry(f"appointment.{verb}", actor.account_id, row["case_id"], row["id"], detail=detail)
    await record([entry])


async def _place() -> Place:
    agency = await Agency.select(Agency.id, Agency.time_zone).first()
    if agency is None:
        raise Refused("unavailable", NO_TEAM)
    lines = await BookableHours.select().where(BookableHours.agency_id == agency["id"])
    hours = [Hours(**{name: line[name] for name in Hours._fields}) for line in lines]
    now = datetime.now(ZoneInfo(agency["time_zone"])).replace(tzinfo=None)
    return Place(hours, agency["time_zone"], now)


def _side(actor: Actor) -> str:
    return "party" if actor.role == Role.PARENT else "team"


def _local(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("invalid", "This is not a time.") from error


def _said(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
