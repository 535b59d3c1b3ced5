"""What the case team asks one party for, who learns of it, and what answers it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.db import connection
from backend.documents.checking import check
from backend.journal import listen
from backend.notifications.actions import make_notices
from backend.notifications.reminders import remind
from sync.wire import Done
from tests.backend.documents.sending import OWN, PHOTO, STAFFS, held, make_family_with_logins, offer, send, signed_in
from tests.make import make_account, make_participant
from tests.sync.world import Family, make_phone

ASKED, STAFFS_ASKED = 182, 183
TODAY = datetime.now(UTC).date()
SOON = (TODAY + timedelta(days=14)).isoformat()

pytestmark = pytest.mark.usefixtures("db")


async def ask(family: Family, **given: Any) -> tuple[UUID, Done]:
    made = uuid4()
    usual = {"id": made, "thread": family.receiving_part, "kind": "pay", "by_on": SOON, "why": "For the review, secret-6620."}
    return made, await family.worker.send("document.ask", family.case, **usual | given)


async def asked(family: Family, **given: Any) -> UUID:
    made, done = await ask(family, **given)
    assert done.outcome == "ok", done
    return made


async def answered(family: Family, request: UUID) -> UUID:
    """A document for this request whose file has come and was checked."""
    made, done = await offer(family, PHOTO, request=request)
    assert done.outcome == "ok", done
    async with signed_in("rp") as page:
        await send(page, made, PHOTO)
    await check(made)
    return made


async def told() -> list[tuple[UUID, str]]:
    async with connection() as c:
        rows = await c.fetch("DELETE FROM notice WHERE speaks_of IS NULL RETURNING account_id, kind")
    return [(row["account_id"], row["kind"]) for row in rows]


async def deadlines() -> set[tuple[UUID, UUID]]:
    """Who is reminded of the day of what."""
    async with connection() as c:
        rows = await c.fetch("DELETE FROM notice WHERE kind = 'deadline' RETURNING account_id, subject_id")
    return {(row["account_id"], row["subject_id"]) for row in rows}


async def test_the_asked_parent_holds_what_why_and_by_when_and_not_which_worker_asked() -> None:
    family = await make_family_with_logins()
    await asked(family)
    (own,) = await held(family.receiving, ASKED)
    (staffs,) = await held(family.worker, STAFFS_ASKED)
    assert (own["kind"], own["by_on"], own["why"], own["state"]) == ("pay", SOON, "For the review, secret-6620.", "open")
    assert "asked_by" not in own
    assert staffs["asked_by"]


async def test_nothing_of_a_request_ever_reaches_the_other_parent() -> None:
    family = await make_family_with_logins()
    await family.paying.pull()
    listen(make_notices)
    made = await asked(family)
    await answered(family, made)
    await family.worker.send("document.cancel_ask", family.case, request=made)
    await remind()
    async with connection() as c:
        assert await c.fetchval("SELECT count(*) FROM notice WHERE account_id = $1", family.paying.account) == 0
    assert (await family.paying.pull()).snapshot is None
    assert "secret-6620" not in str(family.paying.rows)


async def test_the_asked_parent_alone_is_told_and_told_again_when_it_is_not_needed_any_more() -> None:
    listen(make_notices)
    family = await make_family_with_logins()
    made = await asked(family)
    assert await told() == [(family.receiving.account, "document")]
    for _ in range(2):
        assert (await family.worker.send("document.cancel_ask", family.case, request=made)).outcome == "ok"
    assert await told() == [(family.receiving.account, "document")]


async def test_what_is_sent_for_a_request_names_it_from_asked_to_received_to_accepted() -> None:
    family = await make_family_with_logins()
    made = await asked(family)
    document = await answered(family, made)
    (body,) = await held(family.worker, STAFFS)
    assert (body["state"], body["request"]) == ("ready", str(made))
    await family.worker.send("document.accept", family.case, document=document)
    (own,) = await held(family.receiving, OWN)
    assert (own["state"], own["request"]) == ("accepted", str(made))


async def test_what_was_sent_back_is_answered_with_another_document() -> None:
    family = await make_family_with_logins()
    made = await asked(family)
    first = await answered(family, made)
    await family.worker.send("document.send_back", family.case, document=first, reason="too_old")
    await answered(family, made)
    seen = {(body["state"], body["request"]) for body in await held(family.worker, STAFFS)}
    assert seen == {("sent_back", str(made)), ("ready", str(made))}


async def test_to_answer_what_somebody_else_was_asked_is_as_if_nobody_was() -> None:
    family = await make_family_with_logins()
    theirs = await asked(family, thread=family.paying_part)
    refusals = [(await offer(family, PHOTO, request=request))[1] for request in (theirs, uuid4())]
    assert {(done.outcome, done.code, done.say) for done in refusals} == {("refused", "forbidden", None)}
    assert (await held(family.receiving, OWN)) == []


async def test_what_is_not_needed_any_more_may_still_come() -> None:
    family = await make_family_with_logins()
    made = await asked(family)
    await family.worker.send("document.cancel_ask", family.case, request=made)
    (own,) = await held(family.receiving, ASKED)
    assert own["state"] == "cancelled"
    _, done = await offer(family, PHOTO, request=made)
    assert done.outcome == "ok"


async def test_a_parent_asks_nobody_and_a_stranger_no_one_of_this_case() -> None:
    family = await make_family_with_logins()
    made = await asked(family)
    what = {"id": uuid4(), "thread": family.receiving_part, "kind": "pay", "by_on": SOON, "why": "Why?"}
    stranger = await make_phone(await make_account("caseworker", worker_login="stranger"))
    for phone in (family.receiving, family.paying, stranger):
        for name, args in (("document.ask", what), ("document.cancel_ask", {"request": made})):
            done = await phone.send(name, family.case, **args)
            assert (done.outcome, done.code) == ("refused", "forbidden")
    child = await make_participant(family.case, "CH")
    assert (await ask(family, thread=child))[1].code == "forbidden"
    assert (await family.worker.send("document.cancel_ask", family.case, request=uuid4())).code == "forbidden"


@pytest.mark.parametrize("by_on", [TODAY - timedelta(days=2), TODAY + timedelta(days=400)])
async def test_a_day_that_was_over_when_the_tablet_found_a_network_is_refused_with_its_own_words(by_on: date) -> None:
    family = await make_family_with_logins()
    _, done = await ask(family, by_on=by_on.isoformat())
    assert (done.outcome, done.code) == ("refused", "document_day")
    assert await held(family.receiving, ASKED) == []


async def test_a_request_without_a_reason_is_not_taken() -> None:
    family = await make_family_with_logins()
    for why in ("", "  ", "x" * 1001):
        assert (await ask(family, why=why))[1].code == "invalid"


async def test_the_day_is_reminded_of_until_something_is_sent_and_again_when_that_was_sent_back() -> None:
    family = await make_family_with_logins()
    made = await asked(family, by_on=(TODAY + timedelta(days=10)).isoformat())
    hers = {(family.receiving.account, made)}
    await remind()
    assert await deadlines() == hers
    document = await answered(family, made)
    await remind()
    assert await deadlines() == set()
    await family.worker.send("document.send_back", family.case, document=document, reason="unreadable")
    await remind()
    assert await deadlines() == hers
    await family.worker.send("document.cancel_ask", family.case, request=made)
    await remind()
    assert await deadlines() == set()
