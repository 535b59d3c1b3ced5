"""What is true of documents: which files are taken, how much of them, and what may become of a document."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from backend.documents.wire import OfferedFile

FILE_BYTES = 10 * 2**20
PIXELS = 40_000_000
PAGES = 200
DAY_BYTES = 60 * 2**20
DAY_DOCUMENTS = 30
DAY = timedelta(hours=24)
TICKET_S = 45
KEPT_UNFINISHED = timedelta(days=30)
ASKED_AHEAD = timedelta(days=366)

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
ENDINGS = {JPEG: "jpg", PNG: "png", PDF: "pdf"}
HEIC = frozenset({"image/heic", "image/heif"})

ON_ITS_WAY = ("offered", "arriving")
SEEN_BY_NOBODY = ("offered", "arriving", "held", "unfit")


class Verdict(StrEnum):
    """What an act makes of a document as it stands."""

    ALREADY = "already"
    GO = "go"
    CHANGED = "changed"


def fault_of(files: Iterable[OfferedFile]) -> str | None:
    """Why these files are not taken, as a code that devices have a sentence for; none when they are."""
    for file in files:
        if file.media_type in HEIC:
            return "document_heic"
        if file.media_type not in ENDINGS:
            return "document_kind"
        if file.bytes > FILE_BYTES:
            return "document_size"
        if file.pages > PAGES or (file.media_type != PDF and file.pages != 1):
            return "document_pages"
    return None


def over_quota(sent_bytes: int, sent_documents: int, files: Iterable[OfferedFile]) -> bool:
    """Whether these files are more than one person may send within a day, beside what was sent already."""
    return sent_documents >= DAY_DOCUMENTS or sent_bytes + sum(file.bytes for file in files) > DAY_BYTES


def decide(state: str, wanted: str) -> Verdict:
    """The team decides what was checked and not yet decided; deciding the same again changes nothing."""
    if state == wanted:
        return Verdict.ALREADY
    return Verdict.GO if state == "ready" else Verdict.CHANGED


def withdraw(state: str) -> Verdict:
    """Its sender may take it back as long as nobody could have looked at it."""
    if state == "withdrawn":
        return Verdict.ALREADY
    return Verdict.GO if state in SEEN_BY_NOBODY else Verdict.CHANGED


def askable(by_on: date, today: date) -> bool:
    """A paper is asked for by a day that is not over yet, nor further off than anybody plans."""
    return today <= by_on <= today + ASKED_AHEAD


def file_name(kind: str, place: int, media_type: str) -> str:
    """The name under which a file is handed out: ours alone, never the sender's."""
    return f"document-{kind}-{place}.{ENDINGS[media_type]}"
