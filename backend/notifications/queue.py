"""The notices that wait: written down with their cause, told when they are due, and joined when several are due together.

Telling is one transaction that sends nothing: it shows the notice in the app and writes down what has to be carried where
(`deliveries.py` carries it). PostgreSQL is the truth; a job only says that it is worth looking.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import msgspec

from backend.db import DB, connection
from backend.notifications.choices import find_choices
from backend.notifications.rules import MANNERS, SEVERAL, WEIGHT, Kind, NewNotice, is_urgent
from backend.notifications.timing import AT_LEAST_BEFORE, Choice, told_at
from push.notification import Urgency

if TYPE_CHECKING:
    from backend.db import Connection

CHUNK: Final = 5000
ACCOUNTS: Final = 500

# A reminder that was called off and is due again after all takes the place of its former self.
INSERT: Final = """
INSERT INTO notice (account_id, event_key, kind, case_id, subject_id, collapse_key, not_before, expires_at, speaks_of)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::uuid[], $6::text[], $7::timestamptz[],
    $8::timestamptz[], $9::timestamptz[])
ON CONFLICT (event_key, account_id) DO UPDATE SET state = 'queued', not_before = excluded.not_before,
    expires_at = excluded.expires_at, ended_at = NULL
WHERE notice.state = 'suppressed' AND notice.told_at IS NULL AND notice.speaks_of IS NOT NULL"""

# Who tells an account has it for the moment, so that what is due together is told together.
HOLD: Final = """
SELECT id FROM account WHERE id IN (
    SELECT account_id FROM notice WHERE state = 'queued' AND not_before <= now() ORDER BY not_before LIMIT $1)
ORDER BY id FOR NO KEY UPDATE SKIP LOCKED"""
DUE: Final = """
SELECT id, account_id, kind, collapse_key, created_at, expires_at, now() AS now FROM notice
WHERE account_id = ANY($1) AND state = 'queued' AND not_before <= now() ORDER BY account_id, not_before, id FOR NO KEY UPDATE"""

# A notice no longer holds when its account may not hold the case any more, a later entry about its subject ends it, its
# message was read, or the date that it reminds of has moved.
STALE: Final = """
SELECT n.id FROM notice n JOIN account a ON a.id = n.account_id WHERE n.id = ANY($1) AND (NOT a.active
    OR (n.case_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM sync_grant g WHERE g.principal = n.account_id AND g.scope = n.case_id))
    OR (n.subject_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM journal j JOIN unnest($2::text[], $3::text[]) AS m (kind, verb) ON m.verb = j.verb AND m.kind = n.kind
        WHERE j.case_id = n.case_id AND j.at > n.created_at AND j.subject_id = n.subject_id))
    OR (n.kind = 'message' AND EXISTS (
        SELECT 1 FROM read_mark r WHERE r.account_id = n.account_id AND r.read_at >= n.created_at
        AND n.collapse_key = 'message:' || r.thread))
    OR (n.speaks_of IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM coming_date c WHERE c.subject_id = n.subject_id AND c.starts_at = n.speaks_of)))"""

END: Final = "UPDATE notice SET state = $2, ended_at = now() WHERE id = ANY($1)"
PUT_OFF: Final = """
UPDATE notice n SET not_before = r.at FROM unnest($1::uuid[], $2::timestamptz[]) AS r (id, at) WHERE n.id = r.id"""
TELL: Final = """
UPDATE notice n SET told_at = now(), told_on = current_date, state = r.state, lead_id = r.lead, collapse_key = r.collapse_key,
    ended_at = CASE WHEN r.state <> 'sending' THEN now() END
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS r (id, lead, state, collapse_key) WHERE n.id = r.id"""
ADDRESS: Final = """
INSERT INTO push_delivery (notice_id, subscription_id, service, rank, expires_at)
SELECT r.id, s.id, s.service, r.rank, r.expires_at
FROM unnest($1::uuid[], $2::uuid[], $3::int2[], $4::timestamptz[]) AS r (id, account_id, rank, expires_at)
JOIN push_subscription s ON s.account_id = r.account_id AND s.state = 'active'
FOR KEY SHARE OF s
ON CONFLICT DO NOTHING RETURNING notice_id"""
# A person who is in danger, or whose contact is not safe, is written to only where they said that nobody else reads it.
UNSAFE: Final = """EXISTS (SELECT 1 FROM account a WHERE a.id = {} AND (
    EXISTS (SELECT 1 FROM participant p WHERE p.person_id = a.person_id AND p.to_on IS NULL AND NOT p.safe_to_contact)
    OR EXISTS (SELECT 1 FROM guarded_person g WHERE g.person_id = a.person_id)))"""
OUTSIDE: Final = f"""
INSERT INTO reach_delivery (notice_id, reach_id, expires_at)
SELECT r.id, w.id, r.expires_at
FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[]) AS r (id, account_id, channel, expires_at)
JOIN reach w ON w.account_id = r.account_id AND w.channel = r.channel AND w.verified_at IS NOT NULL AND w.stopped_at IS NULL
WHERE w.private OR NOT {UNSAFE.format("r.account_id")}
ON CONFLICT DO NOTHING RETURNING notice_id"""  # noqa: S608
TALLY: Final = """
INSERT INTO notice_tally AS t (kind, told) SELECT kind, n FROM unnest($1::text[], $2::bigint[]) AS r (kind, n) ORDER BY kind
ON CONFLICT (kind) DO UPDATE SET told = t.told + excluded.told"""

# Three months of deliveries answer an operator's questions; a year of notices answers a person's.
TIDY: Final = (
    "DELETE FROM push_delivery WHERE last_at < now() - interval '90 days' AND state <> 'queued'",
    "DELETE FROM reach_delivery WHERE last_at < now() - interval '90 days' AND state <> 'queued'",
    "DELETE FROM notice n WHERE n.ended_at < now() - interval '400 days' "
    "AND NOT EXISTS (SELECT 1 FROM push_delivery d WHERE d.notice_id = n.id) "
    "AND NOT EXISTS (SELECT 1 FROM reach_delivery d WHERE d.notice_id = n.id)",
    "DELETE FROM push_subscription s WHERE s.state = 'gone' AND coalesce(s.last_ok_at, s.created_at) < now() - interval "
    "'90 days' AND NOT EXISTS (SELECT 1 FROM push_delivery d WHERE d.subscription_id = s.id)",
)


class Lead(msgspec.Struct, frozen=True):
    """The notice that speaks for all that one person is told at once, and by which channel."""

    id: UUID
    account_id: UUID
    channel: str
    kind: Kind
    collapse_key: str
    expires_at: datetime
    joined: list[UUID]


async def insert(notices: Sequence[NewNotice]) -> None:
    """Writes notices down, in the transaction of what they are about."""
    for begin in range(0, len(notices), CHUNK):
        part = notices[begin : begin + CHUNK]
        columns = [[getattr(notice, name) for notice in part] for name in NewNotice.__struct_fields__]
        async with connection() as held:
            await held.execute(INSERT, *columns)


async def tell_round() -> int:
    """Tells what is due, for some hundred accounts; answers how many notices were looked at."""
    async with DB.transaction(), connection() as held:
        accounts = [row["id"] for row in await held.fetch(HOLD, ACCOUNTS)]
        due = await held.fetch(DUE, accounts) if accounts else []
        if not due:
            return 0
        stale = await find_stale(held, [row["id"] for row in due])
        expired = [row["id"] for row in due if row["expires_at"] <= row["now"] and row["id"] not in stale]
        for ids, state in ((expired, "expired"), (list(stale), "suppressed")):
            if ids:
                await held.execute(END, ids, state)
        ended = {*expired, *stale}
        await _tell(held, [row for row in due if row["id"] not in ended], await find_choices(held, accounts))
        return len(due)


async def find_stale(held: Connection, notices: Collection[UUID]) -> set[UUID]:
    """Which of these notices do not hold any more."""
    pairs = [(kind.value, verb) for kind, manner in MANNERS.items() for verb in manner.ended_by]
    kinds, verbs = (list(side) for side in zip(*pairs, strict=True))
    return {row["id"] for row in await held.fetch(STALE, list(notices), kinds, verbs)}


async def tidy() -> None:
    """Deletes what nobody will ask about any more."""
    async with DB.transaction(), connection() as held:
        for statement in TIDY:
            await held.execute(statement)


def together(rows: Sequence[Any], choices: Mapping[UUID, Choice]) -> tuple[dict[UUID, datetime], list[Lead]]:
    """Which notices wait, until when; and of the others, who speaks for whom: one lead for each person and channel."""
    later: dict[UUID, datetime] = {}
    now: dict[tuple[UUID, str], list[Any]] = defaultdict(list)
    for row in rows:
        choice = choices[row["account_id"]]
        left = row["expires_at"] - row["now"]
        when = told_at(row["now"], row["created_at"], choice, is_urgent(Kind(row["kind"]), left))
        if row["now"] < when < row["expires_at"] - AT_LEAST_BEFORE:
            later[row["id"]] = when
        else:
            now[row["account_id"], choice.channels.get(row["kind"], "push")].append(row)
    return later, [_lead(channel, told) for (_, channel), told in now.items()]


def _lead(channel: str, told: Sequence[Any]) -> Lead:
    heavy = max(told, key=lambda row: WEIGHT[Kind(row["kind"])])
    return Lead(
        id=heavy["id"],
        account_id=heavy["account_id"],
        channel=channel,
        kind=Kind(heavy["kind"]),
        collapse_key=heavy["collapse_key"] if len({row["collapse_key"] for row in told}) == 1 else SEVERAL,
        expires_at=max(row["expires_at"] for row in told),
        joined=[row["id"] for row in told],
    )


async def _tell(held: Connection, rows: Sequence[Any], choices: Mapping[UUID, Choice]) -> None:
    later, leads = together(rows, choices)
    if later:
        await held.execute(PUT_OFF, list(later), list(later.values()))
    if not leads:
        return
    outside = await _outside(held, [lead for lead in leads if lead.channel in ("text", "email")])
    pushed = await _address(held, [lead for lead in leads if lead.channel != "none" and lead.id not in outside])
    carried = outside | pushed
    told = [(one, lead.id, "sending" if lead.id in carried else "suppressed", lead.collapse_key) for lead in leads for one in lead.joined]
    await held.execute(TELL, *(list(column) for column in zip(*told, strict=True)))
    kinds: dict[str, int] = defaultdict(int)
    for row in rows:
        kinds[row["kind"]] += row["id"] not in later
    await held.execute(TALLY, list(kinds), list(kinds.values()))


async def _outside(held: Connection, leads: Sequence[Lead]) -> set[UUID]:
    """By text or e-mail, where the person has confirmed such a way and it is safe; whom this does not reach is told by push."""
    if not leads:
        return set()
    columns = [[getattr(lead, name) for lead in leads] for name in ("id", "account_id", "channel", "expires_at")]
    return {row["notice_id"] for row in await held.fetch(OUTSIDE, *columns)}


async def _address(held: Connection, leads: Sequence[Lead]) -> set[UUID]:
    """Writes down one delivery for each browser of each lead's account; answers the leads that have any."""
    columns: tuple[list[Any], ...] = (
        [lead.id for lead in leads],
        [lead.account_id for lead in leads],
        [int(MANNERS[lead.kind].urgency is not Urgency.HIGH) for lead in leads],
        [lead.expires_at for lead in leads],
    )
    return {row["notice_id"] for row in await held.fetch(ADDRESS, *columns)}
