# ruff: noqa: E501 (the lines to change stand here as they stand in the code)
"""Leaks planted into the code or the database, each of them small and of the kind that slips in: a parent can tell by every one.

A search that does not find these proves nothing by finding nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType
from typing import NamedTuple

from backend import journal
from backend.accounts import factors, throttle
from backend.appointments import actions as appointments
from backend.contacts import actions as contacts
from backend.db import connection
from backend.devices import actions as devices
from backend.documents import actions as documents
from backend.documents import downloads
from backend.messages import actions as messages
from backend.notifications import queue
from backend.notifications import rules as notices
from backend.permits import actions as permits
from backend.voice import reads as calls
from sync import cursor, pull
from tests.locks import changed, first_lock_alone


class Code(NamedTuple):
    """A leak by changed lines of a module."""

    name: str
    module: ModuleType
    changes: tuple[tuple[str, str], ...]


class Trigger(NamedTuple):
    """A leak by a statement that runs after every change of a table's row."""

    name: str
    table: str
    does: str


Leak = Code | Trigger

LEAKS: tuple[Leak, ...] = (
    Code("a hint for whoever holds the case", journal, (('| row["audience"]', "| 0x7FFF"),)),
    Code(
        "a notice of money for both sides",
        notices,
        (('"disbursement.available": (Kind.DISBURSEMENT, RECEIVING)', '"disbursement.available": (Kind.DISBURSEMENT, PARENTS)'),),
    ),
    Code("what became of the money, told by telephone to who pays it", calls, (("AND (g.mask & 2) <> 0 ORDER BY", "ORDER BY"),)),
    Code(
        "a time refused because the other parent has it",
        appointments,
        (("        if _rows(hours) == len(needed):", '        if _rows(hours) == len(needed) and not await held.fetchval(TOGETHER, row["worker_login"], needed, row["case_id"], row["thread"], False):'),),
    ),
    Code("free times without those that the other has", appointments, (("AND (case_id <> $4 OR thread = $5)", "AND (true OR case_id <> $4 OR thread = $5)"),)),
    Code("a count as the version of a row", pull, (("b.id, b.rev, b.body", "b.id, (SELECT count(*) FROM sync_row s WHERE s.scope = b.scope)::int AS rev, b.body"),)),
    Code("rows in the order of what is hidden of them", pull, (
        ('key=lambda r: (r["kind"], r["id"].int)', 'key=lambda r: r["kind"]'),
        ("ORDER BY kind, id)", "ORDER BY kind, (SELECT max(s.x::text::bigint) FROM sync_row s WHERE s.id = bodies.id AND s.kind = 33), id)"),
    )),
    Code("a delta for every audience", pull, (("JOIN granted g ON g.scope = r.scope AND (r.aud & g.mask) <> 0)", "JOIN granted g ON g.scope = r.scope)"),)),
    Code("a load for every audience", pull, (("ON r.scope = w.scope AND (r.aud & w.mask) <> 0", "ON r.scope = w.scope"),)),
    Code("a cursor as long as much was written", cursor, (("bytes(-len(plain) % BLOCK_BYTES)", 'bytes(int(cursor.snapshot.split(":")[1]) % 97)'),)),
    Code(
        "forbidden, where there is nothing, if it is somebody else's device",
        devices,
        (('    if row["principal"] != actor.account_id or', '    if row["principal"] not in (None, actor.account_id):\n        raise Refused("forbidden", "This is not yours.")\n    if row["principal"] != actor.account_id or'),),
    ),
    Code(
        "a refusal with what the other parent said",
        contacts,
        (("from backend.cases.parties import get_party\n", 'async def get_party(*asked: object) -> dict[str, int]:\n    return {"party_bit": 0}\n'),),
    ),
    Code(
        "a refusal that tells in which language to write",
        messages,
        (('($4 OR p.person_id = $3::text)"""', """($4 OR p.person_id = $3::text)
UNION ALL SELECT 0::int2, NULL, true FROM participant p WHERE p.id = $2 AND NOT $4 AND p.person_id <> $3::text AND p.language = 'es' LIMIT 1\"\"\""""),),
    ),
    Code(
        "a paper that one parent is asked for, told to both",
        notices,
        (("    if kind is None or entry.batch_id is not None:", "    if kind is None or entry.verb in CONCERNS:"),),
    ),
    Code("a document taken for what the other was asked for", documents, ((' AND thread = $3)"', ' AND $3::uuid IS NOT NULL)"'),)),
    Trigger("a case planned by what one parent is asked for", "document_request", "UPDATE ivd_case SET next_step_on = NEW.by_on WHERE id = NEW.case_id"),
    Code("a receipt of the team's answer to the other", messages, (("WHERE thread = $1 AND from_party AND answered_at", "WHERE case_id = (SELECT case_id FROM message WHERE thread = $1 LIMIT 1) AND from_party AND answered_at"),)),
    Code("somebody's change is taken up, everybody's is marked", contacts, (("WHERE id = $1 AND case_id = $2 AND state = 'sent' RETURNING id", "WHERE $1::uuid IS NOT NULL AND case_id = $2 AND state = 'sent' RETURNING id"),)),
    Code(
        "papers that were looked into, told to both parents",
        notices,
        (("    return kind, recipients.party_bits", '    return kind, PARENTS if entry.verb.startswith("document.") else recipients.party_bits'),),
    ),
    Code("a ticket for a file of the case, whoever's it is", downloads, (("(g.mask & (d.party_bit | 8)) <> 0", "g.mask <> 0"),)),
    Code(
        "texts that stop when anybody of the case is in danger",
        queue,
        (("WHERE w.private OR NOT {UNSAFE", "WHERE w.private AND NOT EXISTS (SELECT 1 FROM account a JOIN participant o ON o.person_id = a.person_id JOIN participant p ON p.case_id = o.case_id WHERE a.id = r.account_id AND p.family_violence) OR NOT {UNSAFE"),),
    ),
    Code(
        "guesses at anybody's password, counted together",
        throttle,
        (("    throttle_key,\n    wait_s,\n)\n", '    wait_s,\n)\nfrom backend.accounts.rules import throttle_key as _key_of\n\n\ndef throttle_key(kind: str, *parts: str) -> str:\n    return _key_of(kind, *(parts if kind != "abroad" else ()))\n\n'),),
    ),
    Code(
        "a recovery that everybody in the case is warned of",
        factors,
        (("WHERE id = $1 AND ($2 IN", "WHERE (id = $1 OR person_id IN (SELECT p.person_id FROM participant p JOIN participant o ON o.case_id = p.case_id JOIN account a ON a.person_id = o.person_id WHERE a.id = $1)) AND ($2 IN"),),
    ),
    Code("whom the other let see the case", permits, (("WHERE m.account_id = $1 OR m.given_by = $1 OR $2 AND", "WHERE m.account_id = $1 OR m.case_id IN (SELECT scope FROM sync_grant WHERE principal = $1) OR $2 AND"),)),
    Trigger("a case touched by a way in by telephone", "phone_line", "UPDATE ivd_case SET next_step_code = 'line' || txid_current() WHERE id IN (SELECT p.case_id FROM participant p JOIN account a ON a.person_id = p.person_id WHERE a.id = NEW.account_id)"),
    Trigger("when the case was last touched", "participant", "UPDATE ivd_case SET next_step_code = 'touched ' || txid_current() WHERE id = NEW.case_id"),
    Trigger("a balance refreshed when money goes out", "disbursement", "UPDATE balance SET amount_cents = amount_cents + 1 WHERE case_id = NEW.case_id"),
    Trigger("a hearing's room that tells how somebody appears", "hearing", "UPDATE hearing SET room = coalesce(NEW.appearance, '') WHERE id = NEW.id AND room IS DISTINCT FROM coalesce(NEW.appearance, '')"),
    Trigger("an event for both when the team wrote a note", "note", "INSERT INTO key_event (event_id, case_id, code, happened_on, visible_to) VALUES (NEW.id, NEW.case_id, 'noted', current_date, 'both')"),
    Trigger("a case touched by a mark of danger", "safety_mark", "UPDATE ivd_case SET next_step_code = 'mark' || txid_current() WHERE id = NEW.case_id"),
    Trigger("an order dated by a message", "message", "UPDATE support_order SET review_due_on = current_date + length(NEW.body) WHERE case_id = NEW.case_id"),
)  # fmt: skip


@asynccontextmanager
async def planted(leak: Leak) -> AsyncIterator[None]:
    """The leak is there for as long as the block lasts, and the second lock, which would hold most of them, is not."""
    async with first_lock_alone():
        async with _leaking(leak):
            yield


@asynccontextmanager
async def _leaking(leak: Leak) -> AsyncIterator[None]:
    if isinstance(leak, Code):
        with changed(leak.module, *leak.changes):
            yield
        return
    await _run(
        f"CREATE FUNCTION leak() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {leak.does}; RETURN NULL; END $$; "
        f"CREATE TRIGGER leak AFTER INSERT OR UPDATE ON {leak.table} FOR EACH ROW EXECUTE FUNCTION leak();"
    )
    try:
        yield
    finally:
        await _run(f"DROP TRIGGER leak ON {leak.table}; DROP FUNCTION leak();")


async def _run(sql: str) -> None:
    async with connection() as held:
        await held.execute(sql)
