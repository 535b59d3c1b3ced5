"""Loads what must be refused."""

from __future__ import annotations

from pathlib import Path

from backend.ingest.actions import load
from backend.ingest.wire import Report
from backend.ingest.words import told
from tests.backend.ingest.states import mirrored, value


async def refused(path: Path) -> Report:
    """Load what must be refused; whatever was there is untouched."""
    before = await mirrored()
    report = await load(path)
    assert report.state == "refused", told(report)
    assert await mirrored() == before
    assert await value("SELECT state FROM batch WHERE id = $1", report.batch) == "refused"
    assert await value("SELECT count(*) FROM reject WHERE batch_id = $1", report.batch) == len(report.problems)
    return report
