"""A number or an address of one's own: given, confirmed, used, ended by the person in every way there is."""

import asyncio
import email
import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import suppress
from hmac import digest
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

import httpx
import msgspec
import pytest

from backend.accounts.rules import CODES
from backend.channels import post
from backend.errors import Refused
from backend.journal import Entry
from backend.notifications import hooks, jobs, queue, reach
from backend.notifications.letters import carry_round
from backend.notifications.wire import ConfirmReach, GiveReach
from backend.settings import SETTINGS
from tests.backend.browsing import browser, make_app
from tests.backend.notifications.conftest import Family, PushService
from tests.backend.notifications.test_notices import happens, rows, who_heard
from tests.backend.notifications.test_reminders import run
from tests.make import insert

EMAIL, NUMBER = "ana@example.org", "(202) 555-0123"


@pytest.fixture
def letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where letters of this test become files."""
    settings = msgspec.structs.replace(SETTINGS, data=tmp_path)
    monkeypatch.setattr(post.post, "__defaults__", (settings,))
    return tmp_path / post.FOLDER


@pytest.fixture
async def page(service: PushService) -> AsyncIterator[httpx.AsyncClient]:
    async with browser(make_app()) as client:
        yield client


def sent(letters: Path) -> list[str]:
    found = sorted(letters.iterdir(), key=lambda path: path.stat().st_mtime_ns) if letters.exists() else []
    return [path.read_text() for path in found]


async def confirmed(family: Family, letters: Path, channel: str = "email", private: bool = False) -> None:
    """The receiving parent gives an address, confirms it, and wants payments told there."""
    actor = family.receiving.actor
    await reach.give_reach(actor, GiveReach(channel=channel, address=EMAIL if channel == "email" else NUMBER, private=private))  # type: ignore[arg-type]
    code = re.search(r"\b\d{6}\b", sent(letters)[-1])
    assert code is not None
    await reach.confirm_reach(actor, ConfirmReach(channel=channel, code=code[0]))  # type: ignore[arg-type]
    await insert("preference", account_id=actor.account_id, name="notice.payment", value=channel)
    await run("DELETE FROM notice WHERE kind = 'device'")  # of the new way itself
    for path in letters.iterdir():
        path.unlink()


async def a_payment(family: Family) -> None:
    await happens(Entry("payment.posted", case_id=family.case, subject_id=uuid4()))
    await jobs.deliver({})


@pytest.mark.parametrize("channel", ["email", "text"])
async def test_who_wants_it_there_is_told_there_and_not_on_the_phone(
    service: PushService, family: Family, letters: Path, channel: str
) -> None:
    await confirmed(family, letters, channel)
    await a_payment(family)
    (letter,) = sent(letters)
    assert "New update" in letter
    assert not re.search(r"payment|412|support|" + str(family.case), letter, re.IGNORECASE)
    assert who_heard(service, family) == {"paying"}
    assert {row["state"] for row in await rows("SELECT state FROM notice")} == {"sent"}


async def test_until_it_is_confirmed_nothing_but_the_code_goes_there(service: PushService, family: Family, letters: Path) -> None:
    actor = family.receiving.actor
    await reach.give_reach(actor, GiveReach(channel="email", address=EMAIL))
    await insert("preference", account_id=actor.account_id, name="notice.payment", value="email")
    await a_payment(family)
    assert len(sent(letters)) == 1
    assert who_heard(service, family) == {"receiving", "paying"}


async def test_a_code_can_be_guessed_five_times_and_asked_for_once_a_minute(family: Family, letters: Path) -> None:
    actor = family.receiving.actor
    await reach.give_reach(actor, GiveReach(channel="email", address=EMAIL))
    with pytest.raises(Refused, match="on its way"):
        await reach.give_reach(actor, GiveReach(channel="email", address=EMAIL))
    code = re.search(r"\b\d{6}\b", sent(letters)[-1])
    assert code is not None
    wrong = f"{(int(code[0]) + 1) % 10**6:06d}"
    for said in [wrong] * reach.MAX_TRIES + [code[0]]:
        with pytest.raises(Refused, match="not the code"):
            await reach.confirm_reach(actor, ConfirmReach(channel="email", code=said))


@pytest.mark.parametrize("given", ["12345", "+44 20 7946 0000", "not a number", "202-555-01234567"])
async def test_what_is_no_number_is_refused(family: Family, letters: Path, given: str) -> None:
    with pytest.raises(Refused, match="mobile number"):
        await reach.give_reach(family.receiving.actor, GiveReach(channel="text", address=given))


@pytest.mark.parametrize("given", ["nobody", "a@b", "a b@example.org", "a@example.org\nBcc: x@example.org", "a@-x.org"])
async def test_what_is_no_address_is_refused(family: Family, letters: Path, given: str) -> None:
    with pytest.raises(Refused, match="e-mail address"):
        await reach.give_reach(family.receiving.actor, GiveReach(channel="email", address=given))


async def test_one_press_in_an_email_ends_it_and_the_phone_is_told_again(
    service: PushService, family: Family, letters: Path, page: httpx.AsyncClient
) -> None:
    await confirmed(family, letters)
    await a_payment(family)
    message = email.message_from_string(sent(letters)[0].partition("\n\n")[2])
    link = str(message["List-Unsubscribe"]).strip("<>\n ").partition("example.gov")[2].strip()
    assert link.startswith("/v1/hooks/unsubscribe/")
    for wrong in (link[:-1] + ("A" if link[-1] != "A" else "B"), "/v1/hooks/unsubscribe/x"):
        await page.post(wrong, content="List-Unsubscribe=One-Click", headers={"content-type": "application/x-www-form-urlencoded"})
    assert await rows("SELECT 1 FROM reach WHERE stopped_at IS NOT NULL") == []
    form = {"content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "cross-site"}
    assert (await page.get(link)).status_code == 405  # a scanner that follows links ends nothing
    assert (await page.post(link, content="List-Unsubscribe=One-Click", headers=form)).status_code == 200
    await a_payment(family)
    assert len(sent(letters)) == 1
    assert who_heard(service, family) == {"receiving", "paying"}


async def test_stop_ends_texts_and_start_begins_them_again_if_the_provider_signed_it(
    service: PushService, family: Family, letters: Path, page: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await confirmed(family, letters, "text")
    settings = msgspec.structs.replace(SETTINGS, text_url="https://AC1:secret@provider.example/x")
    monkeypatch.setattr(hooks, "SETTINGS", settings)
    assert (await write(page, "STOP", b"guessed")).status_code == 403
    assert "ended" in (await write(page, "Stop")).text
    await a_payment(family)
    assert sent(letters) == []
    assert "STOP" in (await write(page, "HELP")).text
    assert "begin again" in (await write(page, "START")).text
    await a_payment(family)
    assert len(sent(letters)) == 1


async def test_a_start_that_somebody_kept_and_brings_again_undoes_no_stop(
    service: PushService, family: Family, letters: Path, page: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider signs no time: who saw one request could send it for ever."""
    await confirmed(family, letters, "text")
    monkeypatch.setattr(hooks, "SETTINGS", msgspec.structs.replace(SETTINGS, text_url="https://AC1:secret@provider.example/x"))
    kept = uuid4().hex
    await write(page, "STOP")
    await write(page, "START", number=kept)
    await write(page, "STOP")
    assert (await write(page, "START", number=kept)).status_code == 200
    await a_payment(family)
    assert sent(letters) == []


async def write(page: httpx.AsyncClient, body: str, token: bytes = b"secret", number: str = "") -> httpx.Response:
    """What the provider brings when somebody writes from that number."""
    fields = {"Body": body, "From": "+12025550123", "MessageSid": number or uuid4().hex}
    whole = f"{SETTINGS.origin}/v1/hooks/texts" + "".join(name + fields[name] for name in sorted(fields))
    signature = b64encode(digest(token, whole.encode(), "sha1")).decode()
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return await page.post("/v1/hooks/texts", content=urlencode(fields), headers=headers)


async def test_whoever_holds_the_telephone_cannot_begin_again_what_its_person_ended_in_the_app(
    service: PushService, family: Family, letters: Path, page: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One ends texts because somebody else has the telephone now."""
    await confirmed(family, letters, "text")
    monkeypatch.setattr(hooks, "SETTINGS", msgspec.structs.replace(SETTINGS, text_url="https://AC1:secret@provider.example/x"))
    await reach.end_reach(family.receiving.actor, "text")
    for body in ("START", "STOP", "START"):
        await write(page, body)
    await a_payment(family)
    assert sent(letters) == []
    assert who_heard(service, family) == {"receiving", "paying"}


# Another address is given in the moment between the look at a code and what follows from it.
MEANWHILE = """
CREATE FUNCTION meanwhile() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    UPDATE reach SET address = 'another', code_hash = 'another' WHERE id = NEW.id; RETURN NULL; END $$;
CREATE TRIGGER meanwhile AFTER UPDATE OF tries ON reach FOR EACH ROW EXECUTE FUNCTION meanwhile()"""


async def test_a_code_confirms_the_address_that_it_came_to_and_none_that_was_given_meanwhile(family: Family, letters: Path) -> None:
    actor = family.receiving.actor
    await reach.give_reach(actor, GiveReach(channel="text", address=NUMBER))
    code = re.search(r"\b\d{6}\b", sent(letters)[-1])
    assert code is not None
    await run(MEANWHILE)
    try:
        with pytest.raises(Refused, match="not the code"):
            await reach.confirm_reach(actor, ConfirmReach(channel="text", code=code[0]))
    finally:
        await run("DROP FUNCTION meanwhile CASCADE")
    assert await rows("SELECT 1 FROM reach WHERE verified_at IS NOT NULL") == []


async def test_nobody_has_many_codes_sent_to_a_number_that_may_be_anothers(family: Family, letters: Path) -> None:
    """Neither at once nor one after the other: the number may be the other parent's."""
    actor, theirs = family.receiving.actor, GiveReach(channel="text", address=NUMBER)
    tries = await asyncio.gather(*(reach.give_reach(actor, theirs) for _ in range(8)), return_exceptions=True)
    assert (tries.count(None), len(sent(letters))) == (1, 1)
    for _ in range(10):
        await run("UPDATE reach SET code_until = code_until - interval '2 minutes' WHERE account_id = $1", actor.account_id)
        with suppress(Refused):
            await reach.give_reach(actor, theirs)
    assert len(sent(letters)) == CODES.free
    await reach.give_reach(family.paying.actor, theirs)  # what one person asked for slows no other, and tells them nothing
    assert len(sent(letters)) == CODES.free + 1


@pytest.mark.parametrize("private, told", [(False, 0), (True, 1)])
async def test_where_contact_is_not_safe_only_what_nobody_else_reads_is_written_to(
    service: PushService, family: Family, letters: Path, private: bool, told: int
) -> None:
    await confirmed(family, letters, private=private)
    await run("UPDATE participant SET safe_to_contact = false WHERE id = $1", family.receiving_thread)
    await a_payment(family)
    assert len(sent(letters)) == told


async def test_who_is_found_to_be_in_danger_while_a_letter_waits_is_not_written_to_any_more(
    service: PushService, family: Family, letters: Path
) -> None:
    await confirmed(family, letters)
    await happens(Entry("payment.posted", case_id=family.case, subject_id=uuid4()))
    await queue.tell_round()
    assert [row["state"] for row in await rows("SELECT state FROM reach_delivery")] == ["queued"]
    await insert("safety_mark", person_id="ana", case_id=family.case, made_by=family.worker.actor.account_id)
    await carry_round()
    assert [(row["state"], row["reason"]) for row in await rows("SELECT state, reason FROM reach_delivery")] == [("suppressed", "unsafe")]
    await a_payment(family)
    assert sent(letters) == []


async def test_what_the_other_parent_is_told_does_not_depend_on_how_this_one_is_reached(
    service: PushService, family: Family, letters: Path
) -> None:
    await a_payment(family)
    before = [(each.topic, each.urgency, len(each.body)) for each in service.to(family.paying.phone)]
    await confirmed(family, letters, private=True)
    await run("UPDATE participant SET safe_to_contact = false, family_violence = true WHERE id = $1", family.receiving_thread)
    service.heard.clear()
    await a_payment(family)
    assert [(each.topic, each.urgency, len(each.body)) for each in service.to(family.paying.phone)] == before


async def test_addresses_are_sealed_and_only_ones_own_are_shown(family: Family, letters: Path) -> None:
    await confirmed(family, letters)
    (row,) = await rows("SELECT address, address_hash FROM reach")
    assert EMAIL.encode() not in row["address"] + row["address_hash"]
    assert [one.address for one in await reach.list_reach(family.receiving.actor)] == [EMAIL]
    assert await reach.list_reach(family.paying.actor) == []
