"""What becomes of a document, who learns of it, and who fetches it."""

from __future__ import annotations

import asyncio
import hashlib
import stat
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.db import connection
from backend.documents import checking, shelf
from backend.documents.checking import ScanDown, check
from backend.documents.jobs import sweep
from backend.settings import SETTINGS
from tests.backend.documents.corpus import MARK, PDF, PNG, archive, packed, paper, picture
from tests.backend.documents.sending import OWN, PHOTO, STAFFS, held, make_family_with_logins, offer, send, signed_in, state
from tests.make import make_account
from tests.sync.world import Family, make_phone

SECOND = picture(90, 70)

pytestmark = pytest.mark.usefixtures("db")


async def sent(family: Family, *contents: bytes, **given: Any) -> UUID:
    """A document whose files have all come."""
    made, done = await offer(family, *contents, **given)
    assert done.outcome == "ok", done
    async with signed_in("rp") as page:
        for place, data in enumerate(contents, 1):
            assert (await send(page, made, data, place=place)).status_code == 204
    return made


async def ready(family: Family, *contents: bytes, **given: Any) -> UUID:
    made = await sent(family, *contents, **given)
    await check(made)
    return made


async def fetch(login: str, document: UUID, place: int = 1) -> bytes | None:
    async with signed_in(login) as page:
        ticket = await page.post(f"/v1/documents/{document}/{place}/ticket")
        if ticket.status_code == 404:
            return None
        return (await page.get(ticket.json()["href"])).content


async def test_a_document_goes_from_offered_to_accepted_and_each_step_is_shown_to_both_ends() -> None:
    family = await make_family_with_logins()
    made, _ = await offer(family, PHOTO, SECOND)
    assert await state(family) == "offered"
    async with signed_in("rp") as page:
        await send(page, made, PHOTO[:1000])
        assert await state(family) == "arriving"
        await send(page, made, PHOTO[1000:], 1000)
        (body,) = await held(family.worker, STAFFS)
        assert (body["state"], body["arrived"], body["files"]) == ("arriving", 1, 2)
        await send(page, made, SECOND, place=2)
    assert await state(family) == "held"
    await check(made)
    (body,) = await held(family.worker, STAFFS)
    assert (body["state"], body["scan"]) == ("ready", "not_scanned")
    done = await family.worker.send("document.accept", family.case, document=made)
    assert done.outcome == "ok"
    (own,) = await held(family.receiving, OWN)
    assert (own["state"], own["note"]) == ("accepted", "secret-4417")
    assert "scan" not in own
    assert "decided_by" not in own


async def test_nothing_of_a_document_ever_reaches_the_other_parent() -> None:
    family = await make_family_with_logins()
    await family.paying.pull()
    made = await ready(family, PHOTO)
    await family.worker.send("document.send_back", family.case, document=made, reason="unreadable", said="Page 1 is dark.")
    assert (await family.paying.pull()).snapshot is None
    assert "secret-4417" not in str(family.paying.rows)


async def test_for_the_other_parent_a_document_that_is_there_is_one_that_is_not() -> None:
    family = await make_family_with_logins()
    made = await ready(family, PHOTO)
    async with signed_in("pp") as page:
        answers = []
        for target in (made, uuid4()):
            told = [await page.post(f"/v1/documents/{target}/1/ticket"), await page.head(f"/v1/uploads/{target}/1")]
            told.append(await send(page, target, PHOTO))
            answers.append([(each.status_code, {**each.json(), "id": ""} if each.content else None) for each in told])
            done = await family.paying.send("document.withdraw", family.case, document=target)
            assert (done.outcome, done.code) == ("refused", "forbidden")
        assert answers[0] == answers[1]
        assert {status for status, _ in answers[0]} == {404}


async def test_two_parents_who_send_the_same_file_share_nothing() -> None:
    family = await make_family_with_logins()
    made = await ready(family, PHOTO)
    theirs = uuid4()
    files = [{"sha256": hashlib.sha256(PHOTO).hexdigest(), "bytes": len(PHOTO), "media_type": "image/jpeg"}]
    args = {"id": theirs, "thread": family.paying_part, "kind": "pay", "files": files}
    assert (await family.paying.send("document.offer", family.case, **args)).outcome == "ok"
    async with signed_in("pp") as page:
        assert (await page.head(f"/v1/uploads/{theirs}/1")).headers["upload-offset"] == "0"
        assert (await send(page, theirs, PHOTO)).status_code == 204
    await check(theirs)
    async with connection() as c:
        rows = await c.fetch("SELECT d.account_id, f.clean_sha256 FROM document_file f JOIN document d ON d.id = f.document_id")
    places = {shelf.kept(family.case, row["account_id"], row["clean_sha256"]) for row in rows}
    assert len(places) == 2
    assert all(place.is_file() for place in places)
    assert await fetch("rp", made) == await fetch("pp", theirs)


async def test_a_file_is_fetched_by_its_owner_and_the_team_once_for_each_ticket() -> None:
    family = await make_family_with_logins()
    made = await ready(family, packed(paper(3)), media_type=PDF)
    for login in ("rp", "wendy"):
        async with signed_in(login) as page:
            ticket = (await page.post(f"/v1/documents/{made}/1/ticket")).json()
            answer = await page.get(ticket["href"])
            assert answer.status_code == 200
            assert answer.content.startswith(b"%PDF-")
            assert len(answer.content) == ticket["bytes"]
            assert answer.headers["content-disposition"] == 'attachment; filename="document-pay-1.pdf"'
            assert answer.headers["content-type"] == "application/pdf"
            (policy,) = answer.headers.get_list("content-security-policy")
            assert policy == "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert (await page.get(ticket["href"])).status_code == 404
    async with connection() as c:
        assert await c.fetchval("SELECT count(*) FROM journal WHERE verb = 'document.read'") == 2


async def test_a_ticket_is_no_use_to_somebody_else_after_its_time_or_when_the_case_was_given_away() -> None:
    family = await make_family_with_logins()
    made = await ready(family, PHOTO)
    async with signed_in("wendy") as hers, signed_in("rp") as other, connection() as c:
        taken = (await hers.post(f"/v1/documents/{made}/1/ticket")).json()["href"]
        assert (await other.get(taken)).status_code == 404
        late = (await hers.post(f"/v1/documents/{made}/1/ticket")).json()["href"]
        assert await c.fetchval("SELECT max(expires_at) - now() <= interval '60 s' FROM document_ticket")
        await c.execute("UPDATE document_ticket SET expires_at = now() - interval '1 s'")
        assert (await hers.get(late)).status_code == 404
        lost = (await hers.post(f"/v1/documents/{made}/1/ticket")).json()["href"]
        await c.execute("UPDATE assignment SET to_on = current_date WHERE case_id = $1", family.case)
        assert (await hers.get(lost)).status_code == 404
        assert (await hers.post(f"/v1/documents/{made}/1/ticket")).status_code == 404


async def test_before_the_check_nobody_fetches_and_a_file_that_is_not_fit_is_never_handed_out() -> None:
    family = await make_family_with_logins()
    made = await sent(family, b"<svg onload=alert(1)>")
    assert [await fetch(login, made) for login in ("rp", "wendy")] == [None, None]
    await check(made)
    (body,) = await held(family.receiving, OWN)
    assert (body["state"], body["reason"]) == ("unfit", "wrong_kind")
    assert [await fetch(login, made) for login in ("rp", "wendy")] == [None, None]
    async with connection() as c:
        file = await c.fetchval("SELECT id FROM document_file")
    assert not shelf.arriving(file).exists()


async def test_what_was_hidden_in_a_file_does_not_come_out_again() -> None:
    family = await make_family_with_logins()
    made = await ready(family, PHOTO + archive(), picture(form="JPEG", comment=MARK.encode()))
    for place in (1, 2):
        content = await fetch("wendy", made, place)
        assert content is not None
        assert content.startswith(b"\xff\xd8\xff")
        assert b"evil.sh" not in content
        assert MARK.encode() not in content


async def test_a_document_is_offered_in_kinds_and_sizes_that_can_be_taken_and_each_refusal_has_its_words() -> None:
    family = await make_family_with_logins()
    file = {"sha256": "0" * 64, "bytes": 1000, "media_type": "image/jpeg"}
    for change, code in (
        ({"media_type": "image/heic"}, "document_heic"),
        ({"media_type": "image/svg+xml"}, "document_kind"),
        ({"bytes": 10 * 2**20 + 1}, "document_size"),
        ({"media_type": PDF, "pages": 201}, "document_pages"),
        ({"media_type": PNG, "pages": 2}, "document_pages"),
        ({"sha256": "zz"}, "invalid"),
        ({"bytes": 0}, "invalid"),
    ):
        _, done = await offer(family, files=[file | change])
        assert (done.outcome, done.code) == ("refused", code)
    _, empty = await offer(family, files=[])
    _, many = await offer(family, files=[file] * 11)
    assert [empty.code, many.code] == ["invalid", "invalid"]


async def test_one_person_sends_so_much_in_a_day_and_the_other_parent_as_much_again() -> None:
    family = await make_family_with_logins()
    file = {"sha256": "0" * 64, "bytes": 10 * 2**20, "media_type": "image/jpeg"}
    _, first = await offer(family, files=[file] * 6)
    _, more = await offer(family, files=[file])
    assert (first.outcome, more.outcome, more.code) == ("ok", "refused", "document_quota")
    args = {"id": uuid4(), "thread": family.paying_part, "kind": "pay", "files": [file] * 6}
    assert (await family.paying.send("document.offer", family.case, **args)).outcome == "ok"
    async with connection() as c:
        await c.execute("UPDATE document SET received_at = now() - interval '25 hours'")
    _, done = await offer(family, files=[file])
    assert done.outcome == "ok"


async def test_nobody_offers_or_decides_what_is_not_theirs_to() -> None:
    family = await make_family_with_logins()
    _, done = await offer(family, PHOTO, thread=family.paying_part)
    assert (done.outcome, done.code) == ("refused", "forbidden")
    made = await ready(family, PHOTO)
    for name, more in (("document.accept", {}), ("document.send_back", {"reason": "other"})):
        assert (await family.receiving.send(name, family.case, document=made, **more)).code == "forbidden"
        assert (await family.worker.send(name, family.case, document=uuid4(), **more)).code == "forbidden"
    stranger = await make_phone(await make_account("caseworker", worker_login="stranger"))
    assert (await stranger.send("document.accept", family.case, document=made)).code == "forbidden"


async def test_a_decision_stands_and_the_same_again_changes_nothing() -> None:
    family = await make_family_with_logins()
    made = await sent(family, PHOTO)
    early = await family.worker.send("document.accept", family.case, document=made)
    assert (early.outcome, early.code) == ("refused", "document_changed")
    await check(made)
    back = {"document": made, "reason": "unreadable", "said": "It is too dark."}
    for _ in range(2):
        assert (await family.worker.send("document.send_back", family.case, **back)).outcome == "ok"
    assert (await family.worker.send("document.accept", family.case, document=made)).code == "document_changed"
    (own,) = await held(family.receiving, OWN)
    assert (own["state"], own["reason"], own["said"]) == ("sent_back", "unreadable", "It is too dark.")


async def test_its_sender_takes_back_what_nobody_could_see_and_then_it_is_nowhere() -> None:
    family = await make_family_with_logins()
    made = await sent(family, PHOTO)
    async with connection() as c:
        file = await c.fetchval("SELECT id FROM document_file")
    assert shelf.arriving(file).exists()
    for _ in range(2):
        assert (await family.receiving.send("document.withdraw", family.case, document=made)).outcome == "ok"
    await check(made)
    assert await held(family.receiving, OWN) == await held(family.worker, STAFFS) == []
    async with signed_in("rp") as page:
        assert (await page.head(f"/v1/uploads/{made}/1")).status_code == 404
    assert not shelf.arriving(file).exists()
    seen = await ready(family, PHOTO)
    assert (await family.receiving.send("document.withdraw", family.case, document=seen)).code == "document_changed"


async def test_the_team_is_told_of_a_checked_document_and_its_parent_alone_of_the_answer() -> None:
    from backend.journal import listen
    from backend.notifications.actions import make_notices

    async def told() -> list[tuple[UUID, str]]:
        async with connection() as c:
            rows = await c.fetch("DELETE FROM notice RETURNING account_id, kind")
        return [(row["account_id"], row["kind"]) for row in rows]

    listen(make_notices)
    family = await make_family_with_logins()
    made = await sent(family, PHOTO)
    assert await told() == []
    await check(made)
    assert await told() == [(family.worker.account, "document")]
    await family.worker.send("document.accept", family.case, document=made)
    assert await told() == [(family.receiving.account, "document")]
    await ready(family, b"not a picture")
    assert await told() == [(family.receiving.account, "document")]


def scanner(tmp_path: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator's scanner: a program with this body, given the path of a file."""
    program = tmp_path / "scanner"
    program.write_text(f"#!{sys.executable} -I\nimport sys\ndata = open(sys.argv[1], 'rb').read()\n{body}\n")
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setattr(checking, "SETTINGS", msgspec.structs.replace(SETTINGS, scan_command=str(program)))


async def test_what_the_scanner_finds_is_refused_and_what_it_passes_is_shown_as_scanned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner(tmp_path, "sys.exit(1 if b'EVIL' in data else 0)", monkeypatch)
    family = await make_family_with_logins()
    await ready(family, PHOTO + b"EVIL")
    (body,) = await held(family.receiving, OWN)
    assert (body["state"], body["reason"]) == ("unfit", "malware")
    await ready(family, PHOTO)
    assert [body["scan"] for body in await held(family.worker, STAFFS) if body["state"] == "ready"] == ["clean"]


async def test_while_the_scanner_is_down_a_document_is_held_and_it_is_checked_when_it_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scanner(tmp_path, "sys.exit(2)", monkeypatch)
    family = await make_family_with_logins()
    made = await sent(family, PHOTO)
    with pytest.raises(ScanDown):
        await check(made)
    assert await state(family) == "held"
    assert await fetch("wendy", made) is None
    async with connection() as c:
        await c.execute("UPDATE job SET done_at = now(), failed = true WHERE kind = 'documents.check'")
        await c.execute("UPDATE document SET received_at = now() - interval '1 day'")
        await sweep({})
        assert await c.fetchval("SELECT count(*) FROM job WHERE kind = 'documents.check' AND done_at IS NULL") == 1
    scanner(tmp_path, "sys.exit(0)", monkeypatch)
    await check(made)
    assert await state(family) == "ready"


async def test_what_is_taken_back_while_it_is_checked_is_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    family = await make_family_with_logins()
    made = await sent(family, PHOTO)
    examine = checking._examine

    async def and_meanwhile(*args: Any) -> Any:
        said = await examine(*args)
        assert (await family.receiving.send("document.withdraw", family.case, document=made)).outcome == "ok"
        return said

    monkeypatch.setattr(checking, "_examine", and_meanwhile)
    await check(made)
    left = [path for path in (SETTINGS.blob_folder / "kept" / family.case.hex).rglob("*") if path.is_file()]
    assert left == []
    assert await held(family.worker, STAFFS) == []


async def test_checking_twice_at_once_is_checking_once() -> None:
    family = await make_family_with_logins()
    made = await sent(family, PHOTO)
    await asyncio.gather(check(made), check(made), return_exceptions=True)
    await check(made)
    assert await state(family) == "ready"
    async with connection() as c:
        assert await c.fetchval("SELECT count(*) FROM journal WHERE verb = 'document.ready'") == 1
