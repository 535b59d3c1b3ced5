"""What can happen to documents: offered, taken back, accepted, sent back. Their files travel apart (uploads.py)."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from backend.access import Actor
from backend.cases.parties import get_party
from backend.db import after_commit, as_house, connection
from backend.documents import rules, shelf
from backend.documents.rules import Verdict
from backend.documents.tables import Document, DocumentFile
from backend.documents.wire import AcceptDocument, OfferDocument, SendBackDocument, WithdrawDocument
from backend.errors import Refused
from backend.journal import Entry, record
from backend.policy import require

IS_ASKED: Final = "SELECT EXISTS (SELECT 1 FROM document_request WHERE id = $1 AND case_id = $2 AND thread = $3)"
LOCK_ACCOUNT: Final = "SELECT 1 FROM account WHERE id = $1 FOR UPDATE"
SENT: Final = """
SELECT coalesce(sum(bytes), 0) AS bytes, count(*) AS documents FROM document WHERE account_id = $1 AND received_at > $2"""
FIND: Final = "SELECT id, thread, party_bit, account_id, state FROM document WHERE id = $1 AND case_id = $2 FOR UPDATE"
STAND: Final = "UPDATE document SET state = $2, reason = $3, said = $4, decided_by = $5, decided_at = $6 WHERE id = $1"
LET_GO: Final = """
UPDATE document_file SET state = 'gone', clean_sha256 = NULL, clean_bytes = NULL WHERE document_id = $1 RETURNING id"""

NOT_THERE: Final = "There is no such document."
NOT_ASKED: Final = "You were not asked for this."
CHANGED: Final = "This document changed in the meantime. Look at it again."


async def offer_document(actor: Actor, case_id: UUID, args: OfferDocument, written_at: datetime | None) -> None:
    """A party says what it will send; the files may follow at any time. Refused: forbidden, conflict, invalid, too_many."""
    require(actor, "document.offer")
    party = await get_party(actor, case_id, args.thread)
    if await Document.exists().where(Document.id == args.id):
        raise Refused("conflict", "This document has already been received.")
    if args.request is not None and not await _is_asked(case_id, args):
        raise Refused("forbidden", NOT_ASKED)
    fault = rules.fault_of(args.files)
    if fault:
        raise Refused("invalid", "This kind of file cannot be taken.", {"code": fault})
    now = datetime.now(UTC)
    await _within_quota(actor, args, now)
    row: dict[str, Any] = {"id": args.id, "case_id": case_id, "thread": args.thread, "party_bit": party["party_bit"]}
    row |= {"account_id": actor.account_id, "kind": args.kind, "note": args.note, "request": args.request}
    row |= {"files": len(args.files), "state": "offered"}
    row |= {"bytes": sum(file.bytes for file in args.files), "pages": sum(file.pages for file in args.files)}
    await Document.insert(Document(**row, written_at=written_at, received_at=now))
    await DocumentFile.insert(*(_file(args.id, place, file) for place, file in enumerate(args.files, 1)))
    await tell("offered", row, actor.account_id, from_party=True)


async def withdraw_document(actor: Actor, case_id: UUID, args: WithdrawDocument) -> None:
    """Its sender takes it back before anybody could look at it, and its files go. Refused: forbidden, changed."""
    require(actor, "document.offer")
    row = await _find(actor, case_id, args.document)
    if row["account_id"] != actor.account_id:
        raise Refused("forbidden", NOT_THERE)
    if not _go(rules.withdraw(row["state"]), row):
        return
    async with connection() as held:
        await held.execute(STAND, row["id"], "withdrawn", None, None, None, datetime.now(UTC))
        files = [file["id"] for file in await held.fetch(LET_GO, row["id"])]
    after_commit(lambda: asyncio.to_thread(shelf.let_go, files))
    await tell("withdrawn", row, actor.account_id, from_party=True)


async def accept_document(actor: Actor, case_id: UUID, args: AcceptDocument) -> None:
    """The case team has what it needed. Refused: forbidden, changed."""
    await _decide(actor, case_id, args.document, ("accepted", None, None))


async def send_back_document(actor: Actor, case_id: UUID, args: SendBackDocument) -> None:
    """The case team needs another one, and says why. Refused: forbidden, changed."""
    await _decide(actor, case_id, args.document, ("sent_back", args.reason, args.said))


async def tell(verb: str, row: Mapping[str, Any], actor: UUID | None, *, from_party: bool) -> None:
    """The journal's entry of something that happened between a party and its case team, and to nobody else."""
    detail = {"thread": str(row["thread"]), "from_party": from_party}
    await record([Entry(f"document.{verb}", actor, row["case_id"], row["id"], detail=detail)])


async def _is_asked(case_id: UUID, args: OfferDocument) -> bool:
    """Whether this very party was asked; that another one was is as if nobody was. What is not needed any more may still come."""
    async with connection() as held:
        return bool(await held.fetchval(IS_ASKED, args.request, case_id, args.thread))


async def _within_quota(actor: Actor, args: OfferDocument, now: datetime) -> None:
    """What one person may send within a day, counted one offer at a time."""
    async with as_house(), connection() as held:
        await held.execute(LOCK_ACCOUNT, actor.account_id)
        sent: Any = await held.fetchrow(SENT, actor.account_id, now - rules.DAY)
    if rules.over_quota(sent["bytes"], sent["documents"], args.files):
        raise Refused("too_many", "This is more than can be sent within a day.", {"code": "document_quota"})


async def _decide(actor: Actor, case_id: UUID, document: UUID, decision: tuple[str, str | None, str | None]) -> None:
    require(actor, "document.decide")
    row = await _find(actor, case_id, document)
    if _go(rules.decide(row["state"], decision[0]), row):
        async with connection() as held:
            await held.execute(STAND, row["id"], *decision, actor.display_name, datetime.now(UTC))
        await tell(decision[0], row, actor.account_id, from_party=False)


async def _find(actor: Actor, case_id: UUID, document: UUID) -> dict[str, Any]:
    """The document, held until the end of the transaction; for a parent only one of their own."""
    async with connection() as held:
        found = await held.fetchrow(FIND, document, case_id)
    if found is None:
        raise Refused("forbidden", NOT_THERE)
    await get_party(actor, case_id, found["thread"])
    return {**dict(found), "case_id": case_id}


def _go(verdict: Verdict, row: dict[str, Any]) -> bool:
    if verdict is Verdict.CHANGED:
        raise Refused("conflict", CHANGED, {"code": "document_changed", "document": str(row["id"]), "state": row["state"]})
    return verdict is Verdict.GO


def _file(document: UUID, place: int, file: Any) -> DocumentFile:
    return DocumentFile(
        document_id=document,
        place=place,
        sha256=bytes.fromhex(file.sha256),
        bytes=file.bytes,
        media_type=file.media_type,
        pages=file.pages,
        state="waiting",
    )
