"""When extracts are loaded by themselves: from the drop folder, and after an upload."""

import asyncio
import logging
import shutil
import time
from pathlib import Path
from uuid import UUID

from backend.ingest import archive
from backend.ingest.actions import load
from backend.ingest.uploads import finish_upload
from backend.ingest.wire import MANIFEST, Report, Unfit, decode_manifest
from backend.ingest.words import told
from backend.jobs import Payload, every, handler
from backend.settings import SETTINGS

SCAN_S = 20.0
LOAD_S = 3 * 3600.0
SETTLED_S = 5.0  # whoever writes into the folder may not be done yet
LOADED, REFUSED = "loaded", "refused"
PACKED = (".zip", ".tar.gz", ".tgz")

log = logging.getLogger(__name__)


@every(SCAN_S, "ingest.scan", timeout_s=LOAD_S)
async def scan(payload: Payload) -> None:
    """Load what lies in the drop folder, in the order of its sequence, and put it away with its report beside it."""
    drop = SETTINGS.drop_folder
    if drop is None or not drop.is_dir():
        return
    for path in await asyncio.to_thread(_waiting, drop):
        report = await load(path, watched=False)
        await asyncio.to_thread(_put_away, path, report)


@handler("ingest.upload", timeout_s=LOAD_S)
async def upload(payload: Payload) -> None:
    """Load an uploaded archive."""
    await finish_upload(UUID(payload["batch"]))


def _waiting(drop: Path) -> list[Path]:
    """What is complete, oldest sequence first; what has no readable manifest comes last and will be refused."""
    found = []
    for path in sorted(drop.iterdir()):
        wanted = (path / MANIFEST).is_file() if path.is_dir() else path.name.lower().endswith(PACKED)
        if wanted and path.name not in (LOADED, REFUSED) and not path.name.startswith(".") and _settled(path):
            found.append(path)
    return sorted(found, key=_place)


def _settled(path: Path) -> bool:
    files = [path, *path.iterdir()] if path.is_dir() else [path]
    return all(time.time() - file.stat().st_mtime > SETTLED_S for file in files)


def _place(path: Path) -> tuple[bool, str, int]:
    try:
        manifest = decode_manifest(archive.manifest_of(path))
    except Unfit:
        return True, path.name, 0
    return False, manifest.source, manifest.sequence


def _put_away(path: Path, report: Report) -> None:
    folder = path.parent / (REFUSED if report.state == "refused" else LOADED)
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if target.exists():
        target = folder / f"{report.batch.hex[:8]}-{path.name}"
    shutil.move(path, target)
    target.with_name(target.name + ".report.txt").write_text(told(report) + "\n")
    log.info("%s was put into %s", report.batch, folder.name)
