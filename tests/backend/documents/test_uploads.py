"""A file comes in pieces: cut anywhere, it goes on from where it was; damaged or foreign pieces leave nothing behind."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import pytest

from backend.access import Actor
from backend.accounts.actions import actor_of_account
from backend.db import connection
from backend.documents import shelf
from backend.documents.checking import check
from backend.documents.jobs import sweep
from backend.documents.uploads import Elsewhere, Upload, find_upload, offset_of, receive
from backend.errors import Refused
from tests.backend.documents.corpus import picture
from tests.backend.documents.sending import PHOTO, make_family_with_logins, offer, offset, send, signed_in, state
from tests.sync.world import Family

pytestmark = pytest.mark.usefixtures("db")

PIECES = 12


class Cut(Exception):
    """The line went dead."""


async def pieces_of(data: bytes, size: int, until: int) -> AsyncIterator[bytes]:
    """So many pieces, then the line is cut."""
    for n, at in enumerate(range(0, len(data), size)):
        if n == until:
            raise Cut
        yield data[at : at + size]
    if until >= 0:
        raise Cut


async def offered(family: Family, data: bytes = PHOTO) -> tuple[Actor, Upload]:
    made, done = await offer(family, data)
    assert done.outcome == "ok", done
    actor = await actor_of_account(family.receiving.account)
    return actor, await find_upload(actor, made, 1)


async def test_cut_at_every_piece_it_goes_on_from_where_it_was_and_arrives_whole() -> None:
    family = await make_family_with_logins()
    size = len(PHOTO) // PIECES + 1
    for until in range(PIECES + 1):
        actor, upload = await offered(family)
        with pytest.raises(Cut):
            await receive(upload, 0, pieces_of(PHOTO, size, until), None)
        again = await find_upload(actor, upload.document, 1)
        here = await offset_of(again)
        assert here == min(until * size, len(PHOTO))
        if here < len(PHOTO):
            assert await receive(again, here, pieces_of(PHOTO[here:], size, -1), None) == len(PHOTO)
        assert (await find_upload(actor, upload.document, 1)).done
        assert await asyncio.to_thread(shelf.arriving(upload.id).read_bytes) == PHOTO


async def test_over_http_the_offset_is_told_and_a_piece_from_elsewhere_is_not_taken() -> None:
    family = await make_family_with_logins()
    made, _ = await offer(family, PHOTO)
    async with signed_in("rp") as page:
        assert await offset(page, made) == 0
        first = await send(page, made, PHOTO[:700])
        assert (first.status_code, first.headers["upload-offset"], first.headers["tus-resumable"]) == (204, "700", "1.0.0")
        assert await offset(page, made) == 700
        for at in (0, 699, 701, 10**9):
            answer = await send(page, made, PHOTO[700:900], at)
            assert (answer.status_code, answer.headers["upload-offset"]) == (409, "700")
        assert await offset(page, made) == 700
        last = await send(page, made, PHOTO[700:], 700)
        assert last.headers["upload-offset"] == str(len(PHOTO))
        again = await send(page, made, b"", len(PHOTO))
        assert (again.status_code, again.headers["upload-offset"]) == (204, str(len(PHOTO)))
    assert await state(family) == "held"


async def test_a_damaged_piece_leaves_nothing_behind() -> None:
    family = await make_family_with_logins()
    made, _ = await offer(family, PHOTO)
    async with signed_in("rp") as page:
        await send(page, made, PHOTO[:500])
        good = (await send(page, made, b"")).request.headers["upload-checksum"]
        answer = await send(page, made, PHOTO[500:900], 500, headers={"upload-checksum": good})
        assert (answer.status_code, answer.headers["upload-offset"]) == (460, "500")
        assert await offset(page, made) == 500


async def test_a_file_that_is_not_the_one_offered_has_to_come_again_from_the_beginning() -> None:
    family = await make_family_with_logins()
    made, _ = await offer(family, PHOTO)
    other = PHOTO[:-1] + bytes((PHOTO[-1] ^ 1,))
    async with signed_in("rp") as page:
        answer = await send(page, made, other)
        assert (answer.status_code, answer.headers["upload-offset"]) == (460, "0")
        assert await offset(page, made) == 0
        assert (await send(page, made, PHOTO)).status_code == 204
    assert await state(family) == "held"


async def test_more_than_was_offered_is_not_taken() -> None:
    family = await make_family_with_logins()
    made, _ = await offer(family, PHOTO)
    async with signed_in("rp") as page:
        assert (await send(page, made, PHOTO + b"x")).status_code == 413
        assert await offset(page, made) <= len(PHOTO)
        large = bytes((4 << 20) + 1)
        assert (await send(page, made, large)).status_code == 413


async def test_what_does_not_speak_the_protocol_is_told_so() -> None:
    family = await make_family_with_logins()
    made, _ = await offer(family, PHOTO)
    async with signed_in("rp") as page:
        told = [
            (await page.head(f"/v1/uploads/{made}/1", headers={"tus-resumable": "0.2.1"})).status_code,
            (await send(page, made, PHOTO, headers={"content-type": "application/json"})).status_code,
            (await send(page, made, PHOTO, headers={"upload-offset": "-1"})).status_code,
            (await send(page, made, PHOTO, headers={"upload-offset": "½"[:0]})).status_code,
            (await send(page, made, PHOTO, headers={"upload-checksum": "md5 AAAA"})).status_code,
            (await send(page, made, PHOTO, headers={"sec-fetch-site": "cross-site"})).status_code,
        ]
        assert told == [412, 415, 400, 400, 400, 403]
        assert await offset(page, made) == 0


async def test_when_we_died_after_the_last_byte_the_next_question_finishes_the_file() -> None:
    family = await make_family_with_logins()
    _, upload = await offered(family)
    await asyncio.to_thread(shelf.append, upload.id, 0, PHOTO)
    async with signed_in("rp") as page:
        assert await offset(page, upload.document) == len(PHOTO)
    assert await state(family) == "held"


async def test_two_who_send_the_same_file_at_once_leave_it_whole() -> None:
    family = await make_family_with_logins()
    actor, upload = await offered(family)

    async def whole() -> None:
        while not (mine := await find_upload(actor, upload.document, 1)).done:
            at = await offset_of(mine)
            try:
                await receive(mine, at, pieces_of(PHOTO[at:], 512, -1), None)
            except (Elsewhere, Refused):
                await asyncio.sleep(0)

    await asyncio.gather(whole(), whole(), whole())
    assert await asyncio.to_thread(shelf.arriving(upload.id).read_bytes) == PHOTO
    await check(upload.document)
    assert await state(family) == "ready"


async def test_the_last_two_files_of_a_document_that_arrive_together_hold_it_once() -> None:
    family = await make_family_with_logins()
    second = picture(90, 90)
    made, _ = await offer(family, PHOTO, second)
    async with signed_in("rp") as page:
        await asyncio.gather(send(page, made, PHOTO), send(page, made, second, place=2))
    assert await state(family) == "held"
    async with connection() as held:
        assert await held.fetchval("SELECT count(*) FROM job WHERE kind = 'documents.check'") == 1


async def test_a_parent_who_has_no_part_in_the_case_any_more_sends_nothing() -> None:
    family = await make_family_with_logins()
    made, _ = await offer(family, PHOTO)
    async with connection() as held:
        await held.execute("UPDATE participant SET to_on = current_date WHERE id = $1", family.receiving_part)
    async with signed_in("rp") as page:
        assert (await send(page, made, PHOTO)).status_code == 404
        assert (await page.head(f"/v1/uploads/{made}/1")).status_code == 404


async def test_what_nobody_goes_on_with_is_let_go_of_and_can_begin_anew() -> None:
    family = await make_family_with_logins()
    _, upload = await offered(family)
    await asyncio.to_thread(shelf.append, upload.id, 0, PHOTO[:100])
    await sweep({})
    assert await offset_of(upload) == 100
    long_ago = shelf.arriving(upload.id).stat().st_mtime - 31 * 86400
    os.utime(shelf.arriving(upload.id), (long_ago, long_ago))
    await sweep({})
    assert await offset_of(upload) == 0
