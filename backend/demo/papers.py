"""A few papers that the demonstration's receiving parent has sent: one to be read, one accepted, one sent back. All invented."""

import asyncio
import hashlib
import io
import tempfile
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from PIL import Image, ImageDraw, ImageFont

from backend.db import DB, connection
from backend.demo.families import ZONE
from backend.documents import shelf

SENT: Final = time(17, 40)
WIDTH, HEIGHT, MARGIN, LINE = 1240, 1600, 90, 64
PAPER, INK = "#fbfaf4", "#2b2b2b"

FIND: Final = """
SELECT p.id, p.case_id, p.party_bit, a.id AS account_id, a.display_name FROM account a JOIN participant p ON p.person_id = a.person_id
WHERE a.demo_key = 'receiving' AND p.role = 'CP' AND p.to_on IS NULL ORDER BY p.case_id LIMIT 1"""
OFFERED: Final = """
INSERT INTO document (id, case_id, thread, party_bit, account_id, kind, note, files, bytes, pages, arrived, state, reason, said, scan,
    written_at, received_at, decided_at, decided_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, 1, 1, $9, $10, $11, 'not_scanned', $12, $12, $13, $14)"""
FILE: Final = """
INSERT INTO document_file (document_id, place, sha256, bytes, media_type, pages, state, clean_sha256, clean_bytes, arrived_at)
VALUES ($1, 1, $2, $3, 'image/jpeg', 1, 'clean', $2, $3, $4)"""


class Paper(NamedTuple):
    """What was sent, how many days ago, and what became of it."""

    kind: str
    lines: tuple[str, ...]
    note: str | None
    days_ago: int
    state: str
    reason: str | None = None
    said: str | None = None


PAPERS: Final = (
    Paper("costs", ("SUNNY STEPS CHILD CARE", "", "Monthly bill", "Care, 20 days   $640.00"), "Child care for October.", 1, "ready"),
    Paper("identity", ("LARKFIELD LIBRARY", "", "Reader's card"), None, 40, "sent_back", "wrong_paper", "Please send an ID with a photo."),
    Paper("pay", ("RIVERSIDE BAKERY", "", "Pay stub", "Hours 38   Pay $608.00"), None, 75, "accepted"),
)


async def leave_papers() -> None:
    """As if they had been sent and checked; for nobody when the receiving parent is not there."""
    async with DB.transaction(), connection() as held:
        party = await held.fetchrow(FIND)
        if party is None:
            return
        for paper in PAPERS:
            digest, size = await asyncio.to_thread(_keep, paper, party["case_id"], party["account_id"])
            await _insert(held, party, paper, (digest, size))


async def _insert(held: Any, party: Any, paper: Paper, file: tuple[bytes, int]) -> None:
    day = datetime.now(ZoneInfo(ZONE)) - timedelta(days=paper.days_ago)
    document, sent_at = uuid4(), datetime.combine(day, SENT, ZoneInfo(ZONE))
    decided_at = sent_at + timedelta(days=1, hours=17) if paper.state != "ready" else None
    await held.execute(
        OFFERED,
        *(document, party["case_id"], party["id"], party["party_bit"], party["account_id"], paper.kind, paper.note, file[1]),
        *(paper.state, paper.reason, paper.said, sent_at, decided_at, "Case team" if decided_at else None),
    )
    await held.execute(FILE, document, *file, sent_at)


def _keep(paper: Paper, case: UUID, owner: UUID) -> tuple[bytes, int]:
    with tempfile.TemporaryDirectory(prefix="porchlight-paper-") as folder:
        made = Path(folder, "paper")
        made.write_bytes(draw(paper.lines))
        return shelf.keep(made, case, owner)


def draw(lines: tuple[str, ...]) -> bytes:
    """A sheet with these lines, as a JPEG."""
    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(44)
    for n, line in enumerate((*lines, "", f"No. {hashlib.sha256(lines[0].encode()).hexdigest()[:6]}")):
        pen.text((MARGIN, MARGIN + n * LINE), line, INK, font)
    out = io.BytesIO()
    sheet.save(out, "JPEG", quality=80)
    return out.getvalue()
