"""The demonstration agency in the database: loaded like any other agency, by its extracts."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from backend.accounts.passwords import hash_password
from backend.accounts.wire import DemoPerson
from backend.db import DB, connection
from backend.demo.agency import BOTH, PAYING, RECEIVING, build
from backend.demo.extract import FULL, SOURCE, delta_name, local_key, write_all
from backend.demo.families import SUPERVISOR, WORKERS, ZONE
from backend.demo.papers import leave_papers
from backend.ingest.actions import load
from backend.ingest.wire import Report
from backend.settings import SETTINGS

SEED, CASES, DAYS = 1, 1000, 40
PASSWORD_BYTES = 12

PEOPLE = (
    DemoPerson(
        key="receiving",
        display_name="Maya Whitfield",
        role="parent",
        about_en="receiving parent: two children, a payment tomorrow and a hearing coming up",
        about_es="madre que recibe: dos hijos, un pago mañana y una audiencia próxima",
    ),
    DemoPerson(
        key="paying",
        display_name="Jordan Okafor",
        role="parent",
        about_en="paying parent in Maya's case: support is withheld from pay every two weeks",
        about_es="padre que paga en el caso de Maya: la manutención se descuenta del salario cada dos semanas",
    ),
    DemoPerson(
        key="both",
        display_name="Lucía Herrera",
        role="parent",
        about_en="receives in one case and pays in another; the app speaks Spanish",
        about_es="recibe en un caso y paga en otro; la aplicación habla español",
    ),
    DemoPerson(
        key="worker",
        display_name=WORKERS[0].name,
        role="caseworker",
        about_en="field worker with half of the agency's cases, Maya's and Lucía's among them",
        about_es="trabajadora de campo con la mitad de los casos, entre ellos los de Maya y Lucía",
    ),
    DemoPerson(
        key="worker2",
        display_name=WORKERS[1].name,
        role="caseworker",
        about_en="field worker with three cases in ten",
        about_es="trabajador de campo con tres de cada diez casos",
    ),
    DemoPerson(
        key="supervisor",
        display_name=SUPERVISOR.name,
        role="supervisor",
        about_en="supervisor of the field unit, who covers one case in twenty",
        about_es="supervisora de la unidad de campo, que cubre uno de cada veinte casos",
    ),
)
PERSON_OF = {"receiving": RECEIVING, "paying": PAYING, "both": BOTH}
WORKER_OF = {"worker": WORKERS[0].worker_login, "worker2": WORKERS[1].worker_login, "supervisor": SUPERVISOR.worker_login}

# A first load tells nobody. The demonstration's parents have used the app for a while: what came lately they were told, and have read.
TOLD = """
INSERT INTO notice (account_id, event_key, kind, case_id, subject_id, collapse_key, not_before, expires_at, state, created_at,
    ended_at, told_at, told_on, opened_at)
SELECT a.id, 'demo:' || e.kind || ':' || e.subject_id, e.kind, e.case_id, e.subject_id, e.kind, e.at, e.at + interval '1 day', 'sent',
    e.at, e.at, e.at, e.at::date, e.at + interval '1 hour'
FROM account a JOIN sync_grant g ON g.principal = a.id JOIN (
    SELECT id AS subject_id, case_id, 'payment' AS kind, 1 AS aud, (posted_on + time '09:10') AT TIME ZONE $1 AS at
    FROM payment WHERE NOT closed AND reversed_by IS NULL
    UNION ALL SELECT id, case_id, 'disbursement', 2, (status_on + time '09:40') AT TIME ZONE $1
    FROM disbursement WHERE NOT closed AND status IN ('sent', 'available', 'held')
    UNION ALL SELECT id, case_id, 'hearing', 1, ((now() AT TIME ZONE $1)::date - 9 + time '10:20') AT TIME ZONE $1
    FROM hearing WHERE status IN ('set', 'moved') AND starts_local > now()) e ON e.case_id = g.scope AND g.mask & e.aud <> 0
WHERE a.demo_key IS NOT NULL AND a.role = 'parent' AND e.at BETWEEN now() - interval '21 days' AND now()
ON CONFLICT DO NOTHING"""
SPANISH = frozenset({"both"})


async def demo_people() -> Sequence[DemoPerson]:
    """Those of the demonstration's people who can sign in here: none unless its agency is loaded."""
    async with connection() as held:
        rows = await held.fetch("SELECT demo_key FROM account WHERE demo_key IS NOT NULL AND active")
    keys = {row["demo_key"] for row in rows}
    return tuple(person for person in PEOPLE if person.key in keys)


def write_extracts(out: Path, *, seed: int = SEED, anchor: date | None = None, cases: int = CASES, days: int = DAYS) -> Path:
    """Write the full extract and the deltas; the agency is as it was on the evening of the anchor (default: yesterday)."""
    built = build(seed, anchor or yesterday(), cases, days)
    write_all(built.book, out, local_key(SETTINGS.data))
    return out


def yesterday() -> date:
    """Where the agency is, so that the first delta is today's or the next business day's."""
    return (datetime.now(ZoneInfo(ZONE)) - timedelta(days=1)).date()


async def load_if_empty(cases: int = CASES, days: int = DAYS) -> Report | None:
    """Make, sign and load the demonstration agency when nothing was ever loaded here; its people can sign in afterwards."""
    async with connection() as held:
        if await held.fetchval("SELECT EXISTS (SELECT 1 FROM batch WHERE state = 'loaded')"):
            return None
    out = await asyncio.to_thread(write_extracts, folder(), cases=cases, days=days)
    report = await load(out / FULL)
    if report.state == "loaded":
        await _open_accounts()
        await _open_hours()
        await _tell_the_last_weeks()
        await leave_papers()
    return report


async def load_tomorrow() -> Report | None:
    """Load the next delta; none when the demonstration is not loaded here, or has no further day."""
    async with connection() as held:
        sql = "SELECT sequence, as_of, first FROM batch WHERE source = $1 AND state = 'loaded' ORDER BY sequence"
        loaded = await held.fetch(sql, SOURCE)
    if not loaded:
        return None
    step = int(loaded[-1]["sequence"])
    delta = folder() / delta_name(step)
    if not delta.exists() and step <= DAYS:  # the folder was cleared: the same anchor writes the same days
        anchor = loaded[0]["as_of"].astimezone(ZoneInfo(ZONE)).date()
        await asyncio.to_thread(write_extracts, folder(), anchor=anchor, cases=CASES, days=DAYS)
    return await load(delta) if delta.exists() else None


def folder() -> Path:
    """Where the demonstration's extracts lie."""
    return SETTINGS.data / "demo" / "extract"


async def _open_accounts() -> None:
    """An account for each of the demonstration's people. They share a password of this installation's own, kept beside the extract."""
    password = await asyncio.to_thread(_password)
    hashed = await hash_password(password)
    rows = [
        (
            person.role,
            f"{person.key}@demo.example",
            hashed,
            person.display_name,
            "es" if person.key in SPANISH else "en",
            PERSON_OF.get(person.key),
            WORKER_OF.get(person.key),
            person.key,
        )
        for person in PEOPLE
    ]
    async with DB.transaction(), connection() as held:
        await held.executemany(
            """
            INSERT INTO account (role, login, password_hash, display_name, language, person_id, worker_login, demo_key)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING""",
            rows,
        )


async def _open_hours() -> None:
    """The agency sees people by phone every morning, by video every afternoon, and on two days in person."""
    lines = [(day, "09:00", "12:00", "phone") for day in range(1, 6)] + [(day, "13:00", "16:00", "video") for day in range(1, 6)]
    lines += [(day, "09:00", "15:00", "in_person") for day in (2, 4)]
    async with DB.transaction(), connection() as held:
        await held.executemany(
            """
            INSERT INTO bookable_hours (agency_id, weekday, from_local, to_local, minutes, channel)
            SELECT id, $1, $2, $3, 30, $4 FROM agency ON CONFLICT DO NOTHING""",
            lines,
        )


def _password() -> str:
    path = SETTINGS.data / "demo" / "password"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(PASSWORD_BYTES))
    return path.read_text()


async def _tell_the_last_weeks() -> None:
    async with DB.transaction(), connection() as held:
        await held.execute(TOLD, ZONE)
