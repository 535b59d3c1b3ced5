"""The phone line by real signed requests: who gets in, what is said, what a message becomes, and what nobody can learn by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import msgspec
import pytest

from backend.access import Actor, Role
from backend.accounts import phone_line
from backend.accounts.phone_line import end_line, open_line
from backend.accounts.rules import ADDRESS
from backend.accounts.wire import NewPhoneLine
from backend.db import connection
from backend.enrolment.recovery import clear_ways
from backend.policy.classes import Channel, Reader, readers
from backend.policy.columns import class_of
from backend.voice.actions import forget_old
from backend.voice.routes import PATH
from backend.voice.rules import SPOKEN
from tests.backend.browsing import watched
from tests.backend.voice.telephone import ANAS, Telephone, line
from tests.make import (
    make_account,
    make_agency,
    make_assignment,
    make_case,
    make_disbursement,
    make_hearing,
    make_participant,
    make_payment,
)

DAY = date(2026, 11, 16)


class Parents(NamedTuple):
    case: UUID
    ana: Actor
    bo: Actor
    ana_thread: UUID
    bo_thread: UUID
    anas: NewPhoneLine
    bos: NewPhoneLine


@pytest.fixture
async def page(db: object) -> AsyncIterator[httpx.AsyncClient]:
    async with line() as client:
        yield client


@pytest.fixture
async def parents(page: httpx.AsyncClient) -> Parents:
    """Ana receives and Bo pays in one case; both may call."""
    await make_agency(name="Agency of Tests", phone="202-555-0100")
    case = await make_case(case_number="C-77")
    ana, bo = [
        Actor(await make_account(person_id=who, display_name=who, worker_login=None), Role.PARENT, person_id=who, display_name=who)
        for who in ("ana", "bo")
    ]
    ana_thread, bo_thread = await make_participant(case, "CP", person_id="ana"), await make_participant(case, "NCP", person_id="bo")
    await make_account("caseworker", worker_login="wendy")
    await make_assignment(case, "wendy")
    payment = await make_payment(case, amount_cents=41205, posted_on=DAY, source="employer")
    await make_disbursement(case, payment_id=payment, status="available", status_on=DAY, method="card")
    await make_hearing(case, hearing_id="H1", court="Family Court")
    return Parents(case, ana, bo, ana_thread, bo_thread, await open_line(ana), await open_line(bo))


async def rows(sql: str, *values: Any) -> list[Any]:
    async with connection() as held:
        return list(await held.fetch(sql, *values))


async def run(sql: str, *values: Any) -> None:
    async with connection() as held:
        await held.execute(sql, *values)


async def heard(page: httpx.AsyncClient, own: NewPhoneLine, *keys: str, telephone: str = ANAS) -> list[list[str]]:
    """All that one caller hears of money and dates."""
    call = Telephone(page, telephone)
    await call.enter(own.number, own.pin)
    await call.press("1", "2", *keys)
    return call.said


async def test_a_caller_with_number_and_pin_hears_the_last_payment_and_the_next_court_date(
    page: httpx.AsyncClient, parents: Parents
) -> None:
    call = Telephone(page)
    assert await call.step() == ["Agency of Tests.", "For English, press 1.", "Para español, oprima el 2."]
    await call.press("1", parents.anas.number)
    assert (await call.press(parents.anas.pin))[0].startswith("For your last payment, press 1.")
    assert (await call.press("1"))[:2] == [
        "The last payment was $412.05. It was posted on Monday, November 16.",
        "It has been yours to use since Monday, November 16.",
    ]
    assert (await call.press("2"))[0] == "The next court date is Tuesday, December 1, at 9:30 AM, at Family Court."
    assert not call.ends
    assert "employer" not in "".join(call.raw)
    assert [row["account_id"] for row in await rows("SELECT account_id FROM phone_line WHERE used_at IS NOT NULL")] == [
        parents.ana.account_id
    ]


async def test_who_pays_hears_the_payment_but_not_where_the_money_went_and_in_spanish_all_is_spanish(
    page: httpx.AsyncClient, parents: Parents
) -> None:
    call = Telephone(page)
    assert (await call.enter(parents.bos.number, parents.bos.pin, language="2"))[0].startswith("Para su último pago")
    said = await call.press("1")
    assert said[0] == "El último pago fue de $412.05. Se registró el lunes 16 de noviembre."
    assert said[1].startswith("Para su último pago")
    assert 'language="en-US"' not in call.raw[-1]


async def test_number_and_pin_that_are_wrong_unknown_or_closed_get_the_same_answers_by_the_same_statements(
    page: httpx.AsyncClient, parents: Parents
) -> None:
    closed = await open_line(
        Actor(await make_account(person_id="cleo", active=False, worker_login=None), Role.PARENT, person_id="cleo")
    )
    unknown = next(n for n in ("123456789", "123456788", "123456787") if n not in (parents.anas.number, parents.bos.number, closed.number))
    tried = [(parents.anas.number, other_than(parents.anas.pin)), (unknown, "123456"), (closed.number, closed.pin)]
    seen = []
    for place, (number, pin) in enumerate(tried):
        call = Telephone(page, f"+1202555014{place}")
        await call.step()
        await call.press("1", number)
        made = [await observed(call, page, Digits=pin)]
        await call.press(number)
        made.append(await observed(call, page, Digits=pin))
        seen.append(made)
    assert seen[0] == seen[1] == seen[2]
    assert "do not match" in str(seen[0])


async def observed(call: Telephone, page: httpx.AsyncClient, **given: str) -> tuple[int, list[str], list[str]]:
    """One step: its status, its words, and the statements that were made for it, without the throttle's of other telephones."""

    class Plain:
        def __init__(self, answer: httpx.Response) -> None:
            self.status_code, self.content = answer.status_code, answer.content

        def json(self) -> dict[str, str]:
            return {}

    async def ask() -> Any:
        await call.step(**given)
        return Plain(httpx.Response(200, content=call.raw[-1].encode()))

    status, _, length, made = await watched(ask())
    return status, [*call.said[-1], str(length)], list(made)


def other_than(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06d}"


async def test_after_three_wrong_tries_the_line_hangs_up_and_after_five_from_one_telephone_it_asks_to_wait(
    page: httpx.AsyncClient, parents: Parents
) -> None:
    wrong = other_than(parents.anas.pin)
    first = Telephone(page)
    await first.enter(parents.anas.number, wrong)
    await first.press(parents.anas.number, wrong, parents.anas.number, wrong)
    assert first.ends
    second = Telephone(page)
    await second.enter(parents.anas.number, wrong)
    await second.press(parents.anas.number, wrong)
    assert "too many tries" in (await second.press(parents.anas.number, wrong))[0]
    assert second.ends
    elsewhere = Telephone(page, "+12025550199")  # the person herself, at her own telephone
    assert "last payment" in (await elsewhere.enter(parents.anas.number, parents.anas.pin))[0]


async def test_a_guesser_with_many_telephones_ends_at_a_hundred_and_the_persons_own_telephone_still_gets_in(
    page: httpx.AsyncClient, parents: Parents
) -> None:
    own = Telephone(page, ANAS)
    assert "last payment" in (await own.enter(parents.anas.number, parents.anas.pin))[0]
    await run("UPDATE phone_line SET fails = $1 WHERE account_id = $2", phone_line.MOST_WRONG - 1, parents.ana.account_id)
    guesser = Telephone(page, "+12025550177")
    await guesser.enter(parents.anas.number, other_than(parents.anas.pin))
    told = await rows("SELECT account_id FROM notice WHERE kind = 'device' AND event_key LIKE 'phone_line.shut%'")
    assert [row["account_id"] for row in told] == [parents.ana.account_id]
    lucky = Telephone(page, "+12025550178")
    assert "do not match" in (await lucky.enter(parents.anas.number, parents.anas.pin))[0]
    again = Telephone(page, ANAS)
    assert "last payment" in (await again.enter(parents.anas.number, parents.anas.pin))[0]


async def test_who_hides_their_telephone_is_slowed_alone(
    page: httpx.AsyncClient, parents: Parents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.accounts.throttle.ADDRESS", msgspec.structs.replace(ADDRESS, free=2))
    guesser = Telephone(page, "anonymous")
    await guesser.enter(parents.bos.number, other_than(parents.bos.pin))
    assert "too many tries" in (await guesser.press(*(parents.bos.number, other_than(parents.bos.pin)) * 2))[0]
    own = Telephone(page, "anonymous")
    assert "last payment" in (await own.enter(parents.anas.number, parents.anas.pin))[0]


async def test_only_the_provider_can_ring_and_an_old_step_cannot_be_played_again(page: httpx.AsyncClient, parents: Parents) -> None:
    call = Telephone(page)
    assert (await call.post(PATH, call.fields(), token="guessed")).status_code == 403
    await call.enter(parents.anas.number, parents.anas.pin)
    menu = call.where
    first = await call.press("1")
    again = await call.post(menu, call.fields(Digits="1"))  # the provider did not hear the answer and asks once more
    assert again.text == call.raw[-1]
    assert first[0] in again.text
    await call.press("2")
    for stale in (call.fields(Digits="1"), call.fields(Digits="1") | {"CallSid": "CAother"}):
        answer = await call.post(menu, stale)
        assert "This call is over" in answer.text
        assert "$" not in answer.text
    begins_again = await call.post(PATH, call.fields())
    assert "This call is over" in begins_again.text
    await run("UPDATE phone_call SET began_at = now() - interval '21 minutes'")
    assert "This call is over" in (await call.press("1"))[0]


async def test_what_was_said_becomes_one_message_of_the_callers_conversation_however_often_the_provider_asks(
    page: httpx.AsyncClient, parents: Parents
) -> None:
    call = Telephone(page)
    await call.enter(parents.anas.number, parents.anas.pin)
    assert await call.press("3") == ["Say your message now. Then wait."]
    assert 'input="speech"' in call.raw[-1]
    assert await call.step(SpeechResult="I lost my <job> & need help.") == [
        "We understood: I lost my <job> & need help.",
        "To send it, press 1. To say it again, press 2. To send nothing, press 3.",
    ]
    confirm = call.where
    answers = await asyncio.gather(*(call.post(confirm, call.fields(Digits="1")) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    (made,) = await rows("SELECT thread, body, from_party, receipt, answer_due_on, author_id FROM message")
    assert (made["thread"], made["from_party"], made["author_id"]) == (parents.ana_thread, True, parents.ana.account_id)
    assert made["body"].startswith("I lost my <job> & need help.\n")
    assert made["answer_due_on"] is not None
    assert ", ".join(made["receipt"].replace("-", "")) in answers[0].text
    (told,) = await rows("SELECT a.worker_login FROM notice n JOIN account a ON a.id = n.account_id WHERE n.kind = 'message'")
    assert told["worker_login"] == "wendy"


async def test_a_call_back_asks_at_which_number_and_is_a_message_with_a_promise(page: httpx.AsyncClient, parents: Parents) -> None:
    for keys, telephone, where in (("1", ANAS, ANAS), ("2", ANAS, "number that you have")):
        call = Telephone(page, telephone)
        await call.enter(parents.anas.number, parents.anas.pin)
        await call.press("4", keys)
        (made,) = await rows("SELECT body FROM message ORDER BY received_at DESC LIMIT 1")
        assert made["body"].startswith("Please call me back.")
        assert where in made["body"]
    hidden = Telephone(page, "anonymous")
    await hidden.enter(parents.anas.number, parents.anas.pin)
    assert "calling from" not in (await hidden.press("4"))[0]
    assert await rows("SELECT 1 FROM message WHERE thread <> $1", parents.ana_thread) == []


async def test_with_several_cases_each_is_named_and_a_message_goes_to_the_one_that_was_chosen(
    page: httpx.AsyncClient, parents: Parents
) -> None:
    other = await make_case(case_number="C-99")
    thread = await make_participant(other, "NCP", person_id="ana")
    call = Telephone(page)
    await call.enter(parents.anas.number, parents.anas.pin)
    assert (await call.press("1"))[:5:3] == ["Case C, 7, 7.", "Case C, 9, 9."]
    assert await call.press("3") == ["For case C, 7, 7, press 1.", "For case C, 9, 9, press 2."]
    assert (await call.press("7"))[0] == "This key does nothing here."
    await call.press("2")
    await call.step(SpeechResult="Hello")
    await call.press("1")
    assert [row["thread"] for row in await rows("SELECT thread FROM message")] == [thread]


async def test_silence_is_asked_about_three_times_and_zero_leads_to_a_person(page: httpx.AsyncClient, parents: Parents) -> None:
    call = Telephone(page)
    await call.step()
    assert (await call.press(""))[0] == "We heard nothing."
    await call.press("", "")
    assert call.ends
    other = Telephone(page)
    await other.step()
    said = await other.press("1", "0")
    assert other.ends
    assert "Agency of Tests" in said[0]


async def test_a_phone_line_that_was_ended_replaced_or_cleared_lets_nobody_in(page: httpx.AsyncClient, parents: Parents) -> None:
    newer = await open_line(parents.ana)
    for own in (parents.anas, newer):
        call = Telephone(page)
        said = (await call.enter(own.number, own.pin))[0]
        assert ("do not match" in said) is (own is parents.anas)
    await end_line(parents.ana)
    await clear_ways(parents.bo.account_id)
    for own in (newer, parents.bos):
        call = Telephone(page)
        assert "do not match" in (await call.enter(own.number, own.pin))[0]


async def test_who_loses_the_case_in_the_middle_of_a_call_hears_no_more_of_it(page: httpx.AsyncClient, parents: Parents) -> None:
    call = Telephone(page)
    await call.enter(parents.anas.number, parents.anas.pin)
    await run("UPDATE participant SET to_on = current_date WHERE id = $1", parents.ana_thread)
    assert "no case" in (await call.press("1"))[0]
    await run("UPDATE account SET active = false WHERE id = $1", parents.ana.account_id)
    assert "over" in (await call.press("1"))[0]


async def test_neither_parent_hears_anything_of_what_the_other_may_not_tell(page: httpx.AsyncClient, parents: Parents) -> None:
    before = await heard(page, parents.bos, telephone="+12025550111")
    secret = "family_violence = true, safe_to_contact = false, phone = '555-0142', address_1 = '1 Hidden Way'"
    await run(f"UPDATE participant SET {secret} WHERE id = $1", parents.ana_thread)
    await run("UPDATE disbursement SET status = 'held', method = 'check'")
    await run("UPDATE payment SET source = 'self'")
    call = Telephone(page)  # what the other one does by telephone is nobody's business either
    await call.enter(parents.anas.number, parents.anas.pin)
    await call.press("4", "1")
    await end_line(parents.ana)
    worlds = [before, await heard(page, parents.bos, telephone="+12025550111")]
    assert worlds[0] == worlds[1]


async def test_a_call_leaves_nothing_readable_and_is_forgotten(page: httpx.AsyncClient, parents: Parents) -> None:
    call = Telephone(page)
    await call.enter(parents.anas.number, parents.anas.pin)
    await call.press("3")
    await call.step(SpeechResult="a secret sentence")
    (kept,) = await rows("SELECT * FROM phone_call")
    whole = b" ".join(value for value in kept.values() if isinstance(value, bytes))
    for secret in ("secret sentence", parents.anas.pin, parents.anas.number, ANAS, call.call):
        assert secret.encode() not in whole
    assert parents.anas.pin not in (await rows("SELECT pin_hash FROM phone_line"))[0]["pin_hash"]
    await run("UPDATE phone_call SET began_at = now() - interval '3 days'")
    await forget_old()
    assert await rows("SELECT 1 FROM phone_call") == []


def test_the_line_speaks_only_of_what_the_table_of_classes_allows_by_phone() -> None:
    whom = {"disbursement": {Reader.RECEIVING}, "message": {Reader.SELF}, "agency": {Reader.ANYBODY}}
    for table, columns in SPOKEN.items():
        for column in columns:
            found = readers(class_of(table, column), Channel.PHONE)
            assert found >= whom.get(table, {Reader.RECEIVING, Reader.PAYING}), f"{table}.{column}"
    assert Reader.PAYING not in readers(class_of("disbursement", "status"), Channel.PHONE)


async def test_the_app_opens_and_ends_the_line_for_a_parent_alone_and_tells_them(page: httpx.AsyncClient, parents: Parents) -> None:
    worker = Actor(await make_account("caseworker"), Role.CASEWORKER)
    with pytest.raises(Exception, match="cannot do this"):
        await open_line(worker)
    told = await rows("SELECT account_id FROM notice WHERE event_key LIKE 'phone_line.opened%'")
    assert {row["account_id"] for row in told} == {parents.ana.account_id, parents.bo.account_id}
    app = page
    assert (await app.post("/v1/account/phone-line", json={})).status_code == 401
