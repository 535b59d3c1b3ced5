"""What can happen: a notice is made, a browser subscribes, changes its subscription, or is forgotten."""

import asyncio
import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Awaitable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec

from backend.access import Actor
from backend.db import DB, as_house, connection
from backend.errors import Refused
from backend.jobs import enqueue
from backend.journal import Entry, poke, record
from backend.notifications import queue, reach, reminders
from backend.notifications.choices import quiet_of
from backend.notifications.engine import Engine, engine
from backend.notifications.rules import MANNERS, Kind, NewNotice, Recipients, is_news, notices_for, thread_of
from backend.notifications.timing import Quiet
from backend.notifications.wire import DeviceState, OpenNotices, PushKey, Renew, Subscribe, Subscribed
from backend.policy import require
from push.encrypt import check_keys
from push.endpoint import EndpointRefused

CHUNK: Final = 5000
MAX_SUBSCRIPTIONS: Final = 16
TEST_EVERY_S: Final = 10

RECIPIENTS: Final = """
SELECT g.scope, g.principal, g.mask, a.time_zone, p.value AS quiet FROM sync_grant g JOIN account a ON a.id = g.principal
LEFT JOIN preference p ON p.account_id = g.principal AND p.name = 'notice_quiet' WHERE g.scope = ANY($1)"""
PARTY_BITS: Final = "SELECT id, party_bit FROM participant WHERE id = ANY($1)"

LOCK_ACCOUNT: Final = "SELECT 1 FROM account WHERE id = $1 FOR UPDATE"
FIND: Final = "SELECT id, account_id, state, p256dh, auth FROM push_subscription WHERE endpoint_hash = $1 FOR UPDATE"
FIND_RENEWABLE: Final = """
SELECT s.id, s.account_id FROM push_subscription s JOIN account a ON a.id = s.account_id AND a.active
WHERE s.renew_hash = $1 FOR UPDATE OF s"""
FORGET: Final = """
UPDATE push_subscription SET state = 'gone', reason = $2, renew_hash = NULL, endpoint = ''::bytea, p256dh = '', auth = ''
WHERE id = ANY($1)"""
FORGET_DELIVERIES: Final = "UPDATE push_delivery SET state = 'gone' WHERE subscription_id = ANY($1) AND state = 'queued'"
OF_DEVICE: Final = """
SELECT id FROM push_subscription WHERE account_id = $1 AND device_id = $2 AND endpoint_hash <> $3
AND (state <> 'gone' OR renew_hash IS NOT NULL)"""
SURPLUS: Final = """
SELECT id FROM push_subscription WHERE account_id = $1 AND state = 'active' AND endpoint_hash <> $2
ORDER BY coalesce(last_ok_at, created_at) DESC OFFSET $3"""
SAVE: Final = """
INSERT INTO push_subscription AS s
    (account_id, device_id, endpoint, endpoint_hash, host, service, p256dh, auth, vapid_key_id, agent_class, locale, renew_hash)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
ON CONFLICT (endpoint_hash) DO UPDATE SET
    created_at = CASE WHEN s.state = 'active' AND s.account_id = excluded.account_id THEN s.created_at ELSE now() END,
    account_id = excluded.account_id, device_id = excluded.device_id, endpoint = excluded.endpoint, host = excluded.host,
    service = excluded.service,
    p256dh = excluded.p256dh, auth = excluded.auth, vapid_key_id = excluded.vapid_key_id,
    agent_class = excluded.agent_class, locale = excluded.locale, renew_hash = excluded.renew_hash,
    state = 'active', reason = NULL, last_error = NULL, fails = 0, first_fail_at = NULL
RETURNING id"""
REPLACE: Final = """
UPDATE push_subscription SET endpoint = $2, endpoint_hash = $3, host = $4, service = $5, p256dh = $6, auth = $7,
    vapid_key_id = $8,
    created_at = now(), state = 'active', reason = NULL, last_error = NULL, fails = 0, first_fail_at = NULL
WHERE id = $1"""
STATE: Final = """
SELECT s.state, k.retired_at IS NOT NULL AS retired FROM push_subscription s JOIN vapid_key k ON k.id = s.vapid_key_id
WHERE s.account_id = $1 AND s.device_id = $2 ORDER BY s.state = 'active' DESC, s.created_at DESC LIMIT 1"""
OF_ACCOUNT: Final = "SELECT id FROM push_subscription WHERE account_id = $1 AND endpoint_hash = $2"
OF_SESSIONS: Final = """
SELECT s.id FROM push_subscription s JOIN sync_device d ON d.id = s.device_id AND d.principal = s.account_id
WHERE s.account_id = ANY($1) AND d.session_id = ANY($2)"""
OF_PERSON: Final = "SELECT id FROM push_subscription WHERE account_id = $1"
OF_SIGN_OUT: Final = "SELECT id FROM push_subscription WHERE account_id = $1 AND device_id = $2"
OPEN: Final = """
UPDATE notice SET opened_at = now() WHERE account_id = $1 AND id = ANY($2) AND told_at IS NOT NULL AND opened_at IS NULL
RETURNING id, kind"""
OPENED: Final = """
INSERT INTO notice_tally AS t (kind, opened) SELECT kind, n FROM unnest($1::text[], $2::bigint[]) AS r (kind, n) ORDER BY kind
ON CONFLICT (kind) DO UPDATE SET opened = t.opened + excluded.opened"""
RECENT_TEST: Final = """
SELECT 1 FROM notice WHERE account_id = $1 AND kind = 'test' AND created_at > now() - make_interval(secs => $2)"""


class Checked(msgspec.Struct, frozen=True):
    """A subscription that passed every rule, as it is kept."""

    sealed: bytes
    endpoint_hash: bytes
    host: str
    service: str
    p256dh: str
    auth: str
    key_id: UUID


async def make_notices(entries: Sequence[Entry]) -> None:
    """The journal's listener: decides, in the transaction of the event itself, who is to be told."""
    await _fall_silent(entries)
    await _plan([entry for entry in entries if is_news(entry)])
    dated = list({entry.subject_id for entry in entries if entry.verb.startswith(reminders.DATED) and entry.subject_id is not None})
    if dated:
        async with connection() as held:
            await reminders.follow(held, dated)


async def current_key() -> PushKey:
    """The key that browsers subscribe with."""
    newest = await (await engine()).keys.newest()
    return PushKey(id=newest.id, key=newest.public)


async def subscribe(actor: Actor, wanted: Subscribe) -> Subscribed:
    """This browser tells the actor from now on, and nobody it told before. Refused: invalid, conflict."""
    by = await engine()
    checked = await _check(by, wanted)
    renew = secrets.token_urlsafe(32)
    async with DB.transaction(), connection() as held:
        await held.execute(LOCK_ACCOUNT, actor.account_id)
        found = await held.fetchrow(FIND, checked.endpoint_hash)
        if found is not None and found["account_id"] != actor.account_id:
            _must_hold_it(found, checked)
            await held.execute(FORGET_DELIVERIES, [found["id"]])
        await _make_room(held, actor.account_id, wanted.device, checked.endpoint_hash)
        kept = msgspec.structs.astuple(checked)
        said = (wanted.agent_class, wanted.locale.value, _renew_hash(renew))
        subscription_id = await held.fetchval(SAVE, actor.account_id, wanted.device, *kept, *said)
        await record([Entry("push.subscribed", actor.account_id, subject_id=subscription_id)])
    return Subscribed(state=DeviceState.ACTIVE, renew=renew)


async def renew(wanted: Renew) -> Subscribed:
    """The browser replaced its subscription by itself: the token says whose it is, for it serves this alone.

    The token stays good, since an answer lost on the way must not cost the person their notices. Refused: gone.
    """
    by = await engine()
    checked = await _check(by, wanted)
    async with DB.transaction(), connection() as held:
        row = await held.fetchrow(FIND_RENEWABLE, _renew_hash(wanted.renew))
        if row is None:
            raise Refused("gone", "This device is not subscribed any more. Open the app to turn notifications on again.")
        taken = await held.fetchrow(FIND, checked.endpoint_hash)
        if taken is not None and taken["id"] != row["id"]:
            raise Refused("conflict", "This subscription is known already.", {"code": "endpoint_taken"})
        kept = msgspec.structs.astuple(checked)
        await held.execute(REPLACE, row["id"], *kept)
        await record([Entry("push.renewed", row["account_id"], subject_id=row["id"])])
    return Subscribed(state=DeviceState.ACTIVE, renew=wanted.renew)


async def unsubscribe(actor: Actor, endpoint: str) -> None:
    """Forgets the actor's subscription of this browser; of one that is not theirs or unknown, nothing is said."""
    endpoint_hash = (await engine()).secrets.endpoint_hash(endpoint)
    async with DB.transaction(), connection() as held:
        ids = [row["id"] for row in await held.fetch(OF_ACCOUNT, actor.account_id, endpoint_hash)]
        await _forget(held, ids, "unsubscribed")
        await record([Entry("push.unsubscribed", actor.account_id, subject_id=each) for each in ids])


async def forget_device(account_id: UUID, device: UUID) -> None:
    """Somebody signed out on this device: it must not go on telling their news."""
    async with DB.transaction(), connection() as held:
        ids = [row["id"] for row in await held.fetch(OF_SIGN_OUT, account_id, device)]
        await _forget(held, ids, "signed_out")


async def device_state(actor: Actor, device: UUID) -> DeviceState:
    """What we know of the actor's subscription on a device."""
    async with connection() as held:
        row = await held.fetchrow(STATE, actor.account_id, device)
    if row is None:
        return DeviceState.NONE
    state = DeviceState(row["state"])
    return DeviceState.NEEDS_RESUBSCRIBE if row["retired"] and state is DeviceState.ACTIVE else state


async def send_test(actor: Actor) -> None:
    """The generic notification to the actor's own devices. Refused: too_many."""
    now = datetime.now(UTC)
    async with DB.transaction(), connection() as held:
        await held.execute(LOCK_ACCOUNT, actor.account_id)
        if await held.fetchval(RECENT_TEST, actor.account_id, TEST_EVERY_S):
            raise Refused("too_many", "A test is on its way. Please wait a moment.", retry_after_s=TEST_EVERY_S)
        notice = NewNotice(
            account_id=actor.account_id,
            event_key=f"test:{uuid4()}",
            kind=Kind.TEST,
            case_id=None,
            subject_id=None,
            collapse_key=Kind.TEST,
            not_before=now,
            expires_at=now + MANNERS[Kind.TEST].lasts,
        )
        await _add([notice], None)
        await record([Entry("push.tested", actor.account_id)])


async def open_notices(actor: Actor, args: OpenNotices) -> None:
    """The actor has seen these; of notices that are not theirs, nothing is kept."""
    require(actor, "notice.open")
    async with connection() as held:
        opened = await held.fetch(OPEN, actor.account_id, list(args.notices))
        if not opened:
            return
    kinds = Counter(row["kind"] for row in opened)
    async with as_house(), connection() as held:
        await held.execute(OPENED, list(kinds), list(kinds.values()))
    await record([Entry("notice.opened", actor.account_id, subject_id=opened[0]["id"], detail={"notices": len(opened)})])
    await poke({actor.account_id})


async def _fall_silent(entries: Sequence[Entry]) -> None:
    """Where somebody was signed out, nothing is told any more; when all ways to sign in are made anew, by no older way."""
    ended = [(e.actor_id, e.subject_id) for e in entries if e.verb in ("account.session_ended", "account.signed_out")]
    if ended:
        async with connection() as held:
            ids = [row["id"] for row in await held.fetch(OF_SESSIONS, *(list(column) for column in zip(*ended, strict=True)))]
            await _forget(held, ids, "signed_out")
    for entry in entries:
        if entry.verb == "account.signed_out" and entry.actor_id is not None and entry.detail.get("device"):
            await forget_device(entry.actor_id, UUID(str(entry.detail["device"])))
        elif entry.verb == "device.revoked" and entry.subject_id is not None:
            await forget_device(UUID(str(entry.detail["account"])), entry.subject_id)
        elif entry.verb == "account.ways_cleared" and entry.subject_id is not None:
            await _forget_person(entry.subject_id)


async def _forget_person(account_id: UUID) -> None:
    """Browsers, numbers and addresses: whose they are is not known any more."""
    async with connection() as held:
        await _forget(held, [row["id"] for row in await held.fetch(OF_PERSON, account_id)], "recovered")
    await reach.end_all(account_id)


async def _plan(news: list[Entry]) -> None:
    """A month's turn brings half a million entries: never all of their notices in memory at once.

    What a load brings one person stands together, so that who they are and when it is their turn is asked once. While PostgreSQL
    writes one part, the next is thought out beside it.
    """
    if not news:
        return
    now, size, batch_id = datetime.now(UTC), len(news), news[0].batch_id
    if size <= CHUNK:
        await _add(notices_for(news, await _recipients(news), now), batch_id)
        return
    news.sort(key=_by_case)
    beside = asyncio.get_running_loop().run_in_executor
    made: Awaitable[list[NewNotice]] | None = None
    for begin in range(0, size, CHUNK):
        part = news[begin : begin + CHUNK]
        following = beside(None, notices_for, part, await _recipients(part), now, size)
        if made is not None:
            await _add(await made, batch_id)
        made = following
    if made is not None:
        await _add(await made, batch_id)


def _by_case(entry: Entry) -> int:
    return entry.case_id.int if entry.case_id else 0


async def _recipients(news: Iterable[Entry]) -> Recipients:
    """Exactly those may be told of a case who may hold it: the grants say who, and by which audience."""
    by_case: dict[UUID, list[tuple[UUID, int]]] = {}
    zones: dict[UUID, str] = {}
    quiet: dict[UUID, Quiet] = {}
    threads = {thread for entry in news if (thread := thread_of(entry)) is not None}
    async with connection() as held:
        for row in await held.fetch(RECIPIENTS, list({entry.case_id for entry in news if entry.case_id is not None})):
            by_case.setdefault(row["scope"], []).append((row["principal"], row["mask"]))
            zones[row["principal"]] = row["time_zone"]
            if row["quiet"] is not None:
                quiet[row["principal"]] = quiet_of(row["quiet"])
        bits = {row["id"]: row["party_bit"] for row in await held.fetch(PARTY_BITS, list(threads))} if threads else {}
    return Recipients(by_case, bits, zones, quiet)


async def _add(notices: Sequence[NewNotice], batch_id: UUID | None) -> None:
    """Writes notices and has them looked at. A key only within a batch: transactions that share one wait for each other."""
    if notices:
        await queue.insert(notices)
        await enqueue("notices.deliver", key=str(batch_id) if batch_id else None)


async def _check(by: Engine, wanted: Subscribe | Renew) -> Checked:
    """Reads a subscription as the stranger's program that it may come from."""
    try:
        endpoint = by.hosts.check(wanted.endpoint)
        p256dh, auth = check_keys(wanted.p256dh, wanted.auth)
    except EndpointRefused:
        raise Refused("invalid", "This browser's push service is not one we can use.", {"code": "endpoint"}) from None
    except ValueError:
        raise Refused("invalid", "These keys are not a push subscription's.", {"code": "keys"}) from None
    if await by.keys.get(wanted.key_id) is None:
        raise Refused("conflict", "The app's key has changed. Please try again.", {"code": "key_retired"})
    endpoint_hash = by.secrets.endpoint_hash(endpoint.url)
    sealed = by.secrets.seal(endpoint.url.encode(), endpoint_hash)
    return Checked(sealed, endpoint_hash, endpoint.host, endpoint.service, p256dh, auth, wanted.key_id)


def _must_hold_it(found: Any, checked: Checked) -> None:
    """A subscription moves to another account (a shared phone) only for who shows its keys, as the browser itself can."""
    if found["state"] == "gone":
        return
    same = hmac.compare_digest(found["p256dh"] + found["auth"], checked.p256dh + checked.auth)
    if not same:
        raise Refused("conflict", "This subscription belongs to another device.", {"code": "endpoint_taken"})


async def _make_room(held: Any, account_id: UUID, device: UUID, endpoint_hash: bytes) -> None:
    """A device has one subscription, an account at most sixteen; the ones longest unused are forgotten."""
    older = [row["id"] for row in await held.fetch(OF_DEVICE, account_id, device, endpoint_hash)]
    await _forget(held, older, "replaced")
    surplus = [row["id"] for row in await held.fetch(SURPLUS, account_id, endpoint_hash, MAX_SUBSCRIPTIONS - 1)]
    await _forget(held, surplus, "too_many")


async def _forget(held: Any, ids: Sequence[UUID], reason: str) -> None:
    if ids:
        await held.execute(FORGET, ids, reason)
        await held.execute(FORGET_DELIVERIES, ids)


def _renew_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
