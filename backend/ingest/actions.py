"""Loads an extract: everything in it becomes visible in one transaction, or nothing does.

The steps of a load: 1 open, 2 verify signature and hashes, 3 take the lock and look for replay, 4 stage, 5 compare with
the manifest, 6 take out what cannot stand, 7 publish table by table, 8 write down what changed and how the load went.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import msgspec

from backend.cases import actions as cases
from backend.cases.mirror import BANK_FILES, Changes, Mirror, finish, publish, refuse
from backend.cases.safety import PUBLISHING
from backend.db import DB, connection
from backend.hearings import actions as hearings
from backend.ingest import archive, staging
from backend.ingest.files import FILES, SPECS, FileSpec, spec_of
from backend.ingest.progress import Bar
from backend.ingest.reading import Reading, diagnose, differences, reading_of, sha256_of
from backend.ingest.signing import known_keys, verify
from backend.ingest.wire import MANIFEST, FileReport, Manifest, Reject, Report, Unfit, decode_manifest, unfit
from backend.journal import Entry, poke, record
from backend.payments import actions as payments
from backend.settings import SETTINGS

if TYPE_CHECKING:
    from backend.db import Connection

LOCK = 0x65787472  # one load at a time
REJECTS_SHOWN = 50
MIRRORS: dict[str, Mirror] = {m.table: m for m in (*cases.MIRRORS, *payments.MIRRORS, *hearings.MIRRORS)}

log = logging.getLogger(__name__)


class Extract(msgspec.Struct, frozen=True):
    """An extract that is signed by a known key and whole: every file is there, none is extra, each hash is right."""

    folder: Path
    manifest: Manifest
    digest: bytes

    @property
    def size(self) -> int:
        """Bytes to read."""
        return sum((self.folder / entry.name).stat().st_size for entry in self.manifest.files)


async def load(path: Path, *, batch: UUID | None = None, watched: bool | None = None) -> Report:
    """Load the extract at `path`. A refusal is a Report too; nothing but the refusal is then written.

    `batch` continues an upload that was taken in before; `watched` draws a progress bar (default: on a terminal).
    """
    began = time.monotonic()
    batch = batch or uuid4()
    with ExitStack() as open_things:
        try:
            folder = await asyncio.to_thread(open_things.enter_context, archive.opened(path, SETTINGS.data))
            extract = await asyncio.to_thread(verified, folder)
            bar = Bar(extract.size, watched)
            open_things.callback(bar.end)
            async with DB.transaction(), connection() as held:
                report = await _Load(held, extract, batch, bar).run(began)
        except Unfit as error:
            report = await asyncio.to_thread(_refusal, path, batch, error.problems)
            await _write_down(report, await asyncio.to_thread(_digest, path))
    log.info("extract %s of batch %s: %s", report.sequence, report.batch, report.state)
    return report


def verified(folder: Path) -> Extract:
    """Step 2. Raises Unfit with every problem that was found."""
    names = archive.listed(folder)
    if MANIFEST not in names:
        raise unfit(MANIFEST, "is missing")
    raw = archive.manifest_of(folder)
    signed = verify(raw, known_keys(SETTINGS.extract_keys, SETTINGS.data))
    manifest = decode_manifest(raw)
    said = [entry.name for entry in manifest.files]
    problems = [_problem(name, "stands in the manifest twice") for name in sorted({n for n in said if said.count(n) > 1})]
    problems += [_problem(name, "is missing") for name in said if name not in names]
    problems += [_problem(name, "is not in the manifest") for name in names if name not in (*said, MANIFEST)]
    problems += [_problem(name, "is not a file of an extract") for name in said if spec_of(name) is None]
    if not problems:
        problems = _damaged(folder, manifest)
    if problems:
        raise Unfit(*problems)
    return Extract(folder, manifest, hashlib.sha256(signed).digest())


def _damaged(folder: Path, manifest: Manifest) -> list[Reject]:
    problems: list[Reject] = []
    for number, entry in enumerate(manifest.files):
        path, spec = folder / entry.name, spec_of(entry.name)
        if sha256_of(path) != entry.sha256.lower() and spec is not None:
            problems.append(_problem(entry.name, "is not the file that was signed: its SHA-256 differs"))
            problems += diagnose(reading_of(path, spec, number), entry)
    return problems


class _Load:
    """One load, from the lock to the last row."""

    def __init__(self, held: Connection, extract: Extract, batch: UUID, bar: Bar) -> None:
        self.held, self.extract, self.batch, self.bar = held, extract, batch, bar
        self.manifest = extract.manifest
        self.first = self.gap = self.shared = False
        self.readings: dict[int, Reading] = {}
        self.rejects: list[Reject] = []
        self.says: list[str] = []
        self.changes: dict[str, Changes] = {}
        self.followed: set[UUID] = set()

    async def run(self, began: float) -> Report:
        await self.held.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        already = await _find_loaded(self.held, self.extract.digest)
        if already is not None:
            return self._report("already", began, already)
        await self._in_order()
        await self._stage()
        await self._take_out()
        await self.held.execute("SELECT pg_advisory_xact_lock($1)", PUBLISHING)
        for spec in FILES:
            await self._publish(spec)
        for spec in FILES:
            self.followed |= await finish(self.held, MIRRORS[spec.noun], self.first)
        if self.first:  # the planner must not meet a full table with an empty table's figures
            await self.held.execute(f"ANALYZE {', '.join(MIRRORS)}, sync_row, sync_grant")
        agency = (SETTINGS.agency_name, SETTINGS.agency_phone, SETTINGS.agency_time_zone)
        await cases.set_agency(self.held, self.manifest.source, agency, self.manifest.as_of)
        report = self._report("loaded", began)
        await _write_down(report, self.extract.digest, self.rejects)
        await self._tell()
        return report

    async def _in_order(self) -> None:
        """Step 3: nothing older than what is loaded; a gap is loaded, and said aloud."""
        sql = "SELECT max(sequence) FROM batch WHERE source = $1 AND state = 'loaded'"
        last = await self.held.fetchval(sql, self.manifest.source)
        self.first = last is None
        sql = "SELECT EXISTS (SELECT 1 FROM batch WHERE source <> $1 AND state = 'loaded')"
        self.shared = await self.held.fetchval(sql, self.manifest.source)
        if self.shared and self.manifest.mode == "full":
            self.says.append("Nothing was closed, because another source is loaded here too and rows do not say whose they are.")
        if last is None:
            return
        sequence = self.manifest.sequence
        if sequence <= last:
            reason = f"sequence {sequence} is a replay or came late: {last} is loaded already"
            raise unfit(MANIFEST, reason, column="sequence")
        if sequence > last + 1:
            self.gap = True
            self.says.append(
                f"ALARM: a gap. The last extract was {last}, this one is {sequence}. What lay between was never loaded; "
                "a full extract puts it right."
            )
            log.warning("extract %d follows %d: a gap", sequence, last)

    async def _stage(self) -> None:
        """Steps 4 and 5. Every file is read before anything is refused, so that one report names all that is wrong."""
        await staging.create(self.held)
        problems: list[Reject] = []
        done = 0
        for number, entry in enumerate(self.manifest.files):
            spec = spec_of(entry.name)
            if spec is None:
                continue
            at = number if entry.name in SPECS else BANK_FILES + number
            reading = self.readings[at] = reading_of(self.extract.folder / entry.name, spec, at)
            before = done
            await staging.copy(self.held, reading, lambda here, name, before=before: self.bar.show(before + here, name))  # type: ignore[misc]
            done += (self.extract.folder / entry.name).stat().st_size
            problems += differences(reading, entry)
            if self.manifest.mode == "full" and spec.never_empty and reading.rows == 0:
                problems.append(_problem(entry.name, "has no rows, which a full extract of an agency cannot be"))
            if reading.rows == 0:
                self.says.append(f"{entry.name} has no rows.")
            self.rejects += reading.rejects
            self.says += reading.notes
        if problems:
            raise Unfit(*problems)

    async def _take_out(self) -> None:
        """Step 6, for what needs no other table."""
        for spec in {reading.spec.noun: reading.spec for reading in self.readings.values()}.values():
            for statement in MIRRORS[spec.noun].before:
                await self.held.execute(statement)
            self._reject(await staging.take_out_doubled(self.held, spec))

    async def _publish(self, spec: FileSpec) -> None:
        """Step 7, for one table."""
        files = [reading for reading in self.readings.values() if reading.spec is spec]
        if not files:
            return
        self.bar.show(self.extract.size, f"publishing {spec.noun}")
        mirror = MIRRORS[spec.noun]
        self._reject(await refuse(self.held, mirror))
        closes = self.manifest.mode == "full" and not self.first and not self.shared
        gone_on = self.manifest.as_of.date() if closes else None
        names = {reading.name for reading in files}
        if gone_on is not None and any(reject.file in names for reject in self.rejects):
            gone_on = None
            self.says.append(f"Nothing of {files[0].name} was closed, because rows of it were rejected and may still be there.")
        self.changes[spec.noun] = await publish(self.held, mirror, self.batch, self.first, gone_on)

    async def _tell(self) -> None:
        """Step 8. The first load of an agency tells nobody: its one entry is marked."""
        entries = [entry for changes in self.changes.values() for entry in changes.entries]
        scopes = self.followed.union(*(changes.scopes for changes in self.changes.values()))
        detail = {"sequence": self.manifest.sequence, "first": self.first, "gap": self.gap}
        entries.append(Entry("batch.loaded", subject_id=self.batch, batch_id=self.batch, detail=detail))
        await record(entries, quiet=self.first)
        if not self.first:
            handed = self.changes["assignment"].scopes if "assignment" in self.changes else ()
            await poke(scopes, handed)

    def _reject(self, found: staging.Found) -> None:
        for f, line, column, reason in found:
            self.rejects.append(Reject(file=self.readings[f].name, line=line, column=column, reason=reason))

    def _report(self, state: str, began: float, batch: UUID | None = None) -> Report:
        told: set[str] = set()
        files = []
        for reading in self.readings.values():
            changes = None if reading.spec.noun in told else self.changes.get(reading.spec.noun)
            told.add(reading.spec.noun)
            new, changed, closed = (changes.new, changes.changed, changes.closed) if changes else (0, 0, 0)
            rejected = len({reject.line for reject in self.rejects if reject.file == reading.name})
            name, rows = reading.name, reading.rows
            files.append(FileReport(name=name, rows=rows, new=new, changed=changed, closed=closed, rejected=rejected))
        manifest = self.manifest
        return Report(
            state="already" if state == "already" else "loaded",
            batch=batch or self.batch,
            source=manifest.source,
            sequence=manifest.sequence,
            mode=manifest.mode,
            as_of=manifest.as_of,
            first=self.first,
            gap=self.gap,
            seconds=round(time.monotonic() - began, 2),
            files=tuple(files),
            rejects=tuple(self.rejects[:REJECTS_SHOWN]),
            rejected=sum(report.rejected for report in files),
            says=tuple(self.says),
        )


async def find_already(digest: bytes) -> UUID | None:
    """The batch that loaded exactly this extract."""
    async with connection() as held:
        return await _find_loaded(held, digest)


async def _find_loaded(held: Connection, digest: bytes) -> UUID | None:
    found: UUID | None = await held.fetchval("SELECT id FROM batch WHERE digest = $1 AND state = 'loaded'", digest)
    return found


async def _write_down(report: Report, digest: bytes, rejects: list[Reject] | None = None) -> None:
    """The batch as it ended, and its rejects."""
    async with DB.transaction(), connection() as held:
        await held.execute(
            """
            INSERT INTO batch (id, source, sequence, mode, digest, as_of, state, first, gap, report, ended_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, clock_timestamp())
            ON CONFLICT (id) DO UPDATE SET (state, first, gap, report, ended_at)
                = (EXCLUDED.state, EXCLUDED.first, EXCLUDED.gap, EXCLUDED.report, EXCLUDED.ended_at)""",
            *(report.batch, report.source, report.sequence, report.mode, digest, report.as_of, report.state),
            *(report.first, report.gap, msgspec.json.encode(report).decode()),
        )
        rows = [(report.batch, r.file, r.line, r.column, r.reason) for r in (rejects or report.problems)]
        columns = ["batch_id", "file", "line", "column", "reason"]
        await held.copy_records_to_table("reject", records=rows, columns=columns)


def _refusal(path: Path, batch: UUID, problems: tuple[Reject, ...]) -> Report:
    """The report of an extract in which nothing is believed; what its manifest says of itself is only quoted."""
    try:
        manifest = decode_manifest(archive.manifest_of(path))
    except Unfit:
        return Report(state="refused", batch=batch, source="unknown", problems=problems)
    said = {"source": manifest.source, "sequence": manifest.sequence, "mode": manifest.mode, "as_of": manifest.as_of}
    return Report(state="refused", batch=batch, problems=problems, **said)  # type: ignore[arg-type]


def _digest(path: Path) -> bytes:
    try:
        return hashlib.sha256(archive.manifest_of(path)).digest()
    except Unfit:
        return bytes.fromhex(sha256_of(path)) if path.is_file() else hashlib.sha256(b"").digest()


def _problem(file: str, reason: str) -> Reject:
    return Reject(file=file, line=0, column=None, reason=reason)
