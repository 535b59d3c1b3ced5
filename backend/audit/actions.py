"""What can happen to the journal as evidence: one sealer chains and signs it, heads are anchored elsewhere, and all is verified."""

import asyncio
import os
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import msgspec

from backend.audit.rules import Head, Link, Verifier, chain, text_of
from backend.db import DB, connection
from backend.installation import pair_for
from backend.settings import SETTINGS
from backend.signatures import is_signed, point_of, sign

BATCH: Final = 10_000
ONE_SEALER: Final = 0x6A6F75726E616C  # any constant that nothing else on the cluster uses
LATE: Final = "1 minute"

# The line: what a hash covers. Bytes that depend on no setting of a session.
LINE: Final = """
j.id, (extract(epoch FROM j.at) * 1000000)::bigint, j.actor_id, j.verb, j.case_id, j.subject_id, j.batch_id, j.detail"""
TAKE: Final = """
WITH taken AS (DELETE FROM journal_unsealed WHERE entry IN (SELECT entry FROM journal_unsealed ORDER BY entry LIMIT $1) RETURNING entry)
SELECT coalesce(array_agg(entry ORDER BY entry), '{}') FROM taken"""
LINES: Final = f"SELECT {LINE} FROM journal j WHERE j.id = ANY($1) ORDER BY j.id"  # noqa: S608
LAST: Final = "SELECT seq, hash FROM journal_seal ORDER BY seq DESC LIMIT 1"
SIGN: Final = "INSERT INTO journal_head (seq, hash, signature) VALUES ($1, $2, $3)"
HEADS: Final = "SELECT seq, hash, signature FROM journal_head ORDER BY seq"
# Each entry is looked up as its link is read (OFFSET 0 keeps it so): the first link comes at once, and nothing is sorted or held.
CHAIN: Final = f"""
SELECT s.seq, encode(s.hash, 'hex'), {LINE} FROM (SELECT seq, entry, hash FROM journal_seal ORDER BY seq) s
    LEFT JOIN LATERAL (SELECT * FROM journal WHERE id = s.entry OFFSET 0) j ON true ORDER BY s.seq"""  # noqa: S608
# What neither the chain nor the list of what waits knows: both name an entry once, so it is enough to count.
OUTSIDE: Final = """
SELECT (SELECT count(*) FROM journal) - $1::bigint - (SELECT count(*) FROM journal_unsealed u
    WHERE EXISTS (SELECT 1 FROM journal j WHERE j.id = u.entry) AND NOT EXISTS (SELECT 1 FROM journal_seal s WHERE s.entry = u.entry))"""
WAITING: Final = f"""
SELECT count(*) FROM journal_unsealed u JOIN journal j ON j.id = u.entry WHERE j.at < now() - interval '{LATE}'"""  # noqa: S608
GONE: Final = "SELECT count(*) FROM journal_unsealed u WHERE NOT EXISTS (SELECT 1 FROM journal j WHERE j.id = u.entry)"


class Anchor(msgspec.Struct, frozen=True):
    """A line of the file of anchors: a head, in hex, and when it was written there."""

    seq: int
    hash: str
    signature: str
    at: str


class Verified(msgspec.Struct, frozen=True):
    """How long the chain is, how much of it is anchored, and what is wrong with it."""

    links: int
    anchored: int
    faults: list[str]


async def seal(most: int = BATCH) -> int:
    """Chains and signs what was committed meanwhile, as one batch; answers how many entries. One at a time, whoever calls."""
    async with DB.transaction(), connection() as held:
        await held.execute("SELECT pg_advisory_xact_lock($1)", ONE_SEALER)
        entries: list[int] = await held.fetchval(TAKE, most)
        if not entries:
            return 0
        last = await held.fetchrow(LAST)
        links = chain(None if last is None else Link(last["seq"], last["hash"], b""), await _lines(held, entries))
        records = [(link.seq, entry, link.hash) for link, entry in zip(links, entries, strict=True)]
        await held.copy_records_to_table("journal_seal", records=records, columns=("seq", "entry", "hash"))
        head = links[-1]
        await held.execute(SIGN, head.seq, head.hash, sign(_pair(), text_of(head.seq, head.hash)))
    return len(entries)


async def seal_all() -> int:
    """Everything that waits, batch by batch; answers how many entries."""
    total = 0
    while sealed := await seal():
        total += sealed
    return total


async def anchor(path: Path | None = None) -> Anchor | None:
    """Appends the newest head to the file of anchors, unless it stands there already; answers it. None: there is no chain yet."""
    async with connection() as held:
        heads = await held.fetch(f"{HEADS} DESC LIMIT 1")
        now = await held.fetchval("SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')")
    if not heads:
        return None
    made = Anchor(heads[0]["seq"], heads[0]["hash"].hex(), heads[0]["signature"].hex(), now)
    await asyncio.to_thread(_append, path or anchors_file(), made)
    return made


async def verify(anchors: Path | None = None) -> Verified:
    """Every link, every signature and every anchor. It changes nothing, and needs the installation's secret."""
    anchored = await asyncio.to_thread(read_anchors, anchors or anchors_file())
    async with DB.transaction(isolation="repeatable_read", readonly=True), connection() as held:
        verifier = Verifier(partial(is_signed, _point()), [Head(*row) for row in await held.fetch(HEADS)], [_head(one) for one in anchored])

        async def feed(piece: bytes) -> None:
            verifier.feed(piece)

        await held.copy_from_query(CHAIN, output=feed)
        faults = [*verifier.end(), *await _beside(held, verifier.entries)]
    return Verified(verifier.seq, max((one.seq for one in anchored), default=0), faults)


def anchors_file() -> Path:
    """Where anchors are kept: AUDIT_ANCHORS, best on a disk that whoever has the database cannot write to."""
    return SETTINGS.audit_anchors or SETTINGS.data / "audit-anchors.jsonl"


def read_anchors(path: Path) -> Sequence[Anchor]:
    """Every line of a file of anchors; of one that is not there, none."""
    if not path.exists():
        return []
    return [msgspec.json.decode(line, type=Anchor) for line in path.read_bytes().splitlines() if line]


async def _lines(held: Any, entries: list[int]) -> list[bytes]:
    parts: list[bytes] = []

    async def add(piece: bytes) -> None:
        parts.append(piece)

    await held.copy_from_query(LINES, entries, output=add)
    return b"".join(parts).splitlines()


async def _beside(held: Any, chained: int) -> list[str]:
    """What stands in the journal and not in the chain, which holds so many entries of it, or waits for it and is not there."""
    outside, waiting, gone = await held.fetchval(OUTSIDE, chained), await held.fetchval(WAITING), await held.fetchval(GONE)
    told = []
    if outside:
        told.append(f"{outside} entries were put in without being sealed")
    if gone:
        told.append(f"{gone} entries were taken out before they were sealed")
    if waiting:
        told.append(f"{waiting} entries have waited for more than {LATE}: the sealer does not run")
    return told


def _append(path: Path, made: Anchor) -> None:
    known = read_anchors(path)
    if known and known[-1].seq >= made.seq:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        file.write(msgspec.json.encode(made) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _head(anchor: Anchor) -> Head:
    return Head(anchor.seq, bytes.fromhex(anchor.hash), bytes.fromhex(anchor.signature))


@cache
def _pair() -> Any:
    return pair_for("journal seal")


@cache
def _point() -> bytes:
    return point_of(_pair())
