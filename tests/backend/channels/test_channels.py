"""What leaves by e-mail and text, to real sockets of this machine."""

import email
import email.policy
from base64 import b64decode, b64encode
from hmac import digest
from pathlib import Path

import msgspec
import pytest

from backend.channels import text
from backend.channels.post import post
from backend.channels.wire import Letter, Sent
from backend.settings import SETTINGS
from tests.backend.channels.outside import mail_server, text_provider

LETTER = Letter(
    address="ana@example.org",
    language="es",
    title="Hay novedades",
    body="Abra la aplicación para verlas.",
    link="https://portal.example.gov/n/AAAAAAAAAAAAAAAAAAAAAA",
    stop_link="https://portal.example.gov/v1/hooks/unsubscribe/" + "0123456789abcdef" * 4,
)


async def test_an_email_is_plain_and_html_in_the_persons_language_and_ends_with_one_press() -> None:
    async with mail_server() as (mailbox, url):
        settings = msgspec.structs.replace(SETTINGS, smtp_url=url, mail_from="Agency <news@portal.example.gov>")
        assert await post("email", LETTER, settings) is Sent.SENT
    (letter,) = mailbox.letters
    message = email.message_from_bytes(letter.removesuffix(b".\r\n"), policy=email.policy.default)
    assert message["List-Unsubscribe"] == f"<{LETTER.stop_link}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    for body in (plain.get_content(), rich.get_content()):
        assert LETTER.body in body
        assert LETTER.link in body
    assert 'lang="es"' in rich.get_content()


async def test_what_has_to_be_sent_once_more_has_the_same_name_again() -> None:
    named = msgspec.structs.replace(LETTER, id="kept")
    async with mail_server() as (mailbox, url), text_provider() as (provider, where):
        settings = msgspec.structs.replace(SETTINGS, smtp_url=url, mail_from="news@portal.example.gov", text_url=where)
        for letter in (named, named, LETTER):
            await post("email", letter, settings)
            await post("text", letter, settings)
    first, again, other = [email.message_from_bytes(letter)["Message-ID"] for letter in mailbox.letters]
    assert first == again == "<kept@portal.example.gov>" != other
    assert [sent["key"] for sent in provider.texts] == ["kept", "kept", ""]


@pytest.mark.parametrize("answer, sent", [(b"550 no such person", Sent.DEAD), (b"451 try later", Sent.LATER)])
async def test_an_address_that_does_not_exist_is_given_up_and_a_busy_server_is_tried_again(answer: bytes, sent: Sent) -> None:
    async with mail_server() as (mailbox, url):
        mailbox.answer = answer
        assert await post("email", LETTER, msgspec.structs.replace(SETTINGS, smtp_url=url)) is sent
    assert mailbox.letters == []


async def test_a_server_that_is_away_is_tried_again() -> None:
    for channel, setting in (("email", "smtp_url"), ("text", "text_url")):
        settings = msgspec.structs.replace(SETTINGS, **{setting: "http://127.0.0.1:1/x"})
        assert await post(channel, LETTER, settings) is Sent.LATER  # type: ignore[arg-type]


async def test_a_text_says_that_there_is_news_and_how_to_end_it_in_at_most_160_letters() -> None:
    async with text_provider() as (provider, url):
        settings = msgspec.structs.replace(SETTINGS, text_url=url, text_from="+15550100")
        assert await post("text", msgspec.structs.replace(LETTER, address="+12025550123"), settings) is Sent.SENT
    (sent,) = provider.texts
    assert (sent["To"], sent["From"]) == ("+12025550123", "+15550100")
    assert sent["path"] == "/2010-04-01/Accounts/AC1/Messages.json"
    assert b64decode(sent["login"].removeprefix("Basic ")) == b"AC1:secret"
    assert "Responda STOP" in sent["Body"]
    assert len(sent["Body"]) <= text.MOST
    long = msgspec.structs.replace(LETTER, link="https://portal.example.gov/n/" + "A" * 110)
    assert "Responda STOP" in text.compose(long)


@pytest.mark.parametrize(
    "status, code, sent", [(400, 21610, Sent.STOPPED), (400, 21614, Sent.DEAD), (429, 20429, Sent.LATER), (503, None, Sent.LATER)]
)
async def test_what_a_provider_refuses_is_understood(status: int, code: int | None, sent: Sent) -> None:
    async with text_provider() as (provider, url):
        provider.status, provider.said = status, {"code": code}  # type: ignore[dict-item]
        assert await post("text", LETTER, msgspec.structs.replace(SETTINGS, text_url=url)) is sent


async def test_without_a_provider_letters_are_files_on_this_machine(tmp_path: Path) -> None:
    settings = msgspec.structs.replace(SETTINGS, data=tmp_path, smtp_url="", text_url="")
    for channel in ("email", "text"):
        assert await post(channel, LETTER, settings) is Sent.SENT
    assert sorted(path.name.partition("-")[0] for path in (tmp_path / "letters").iterdir()) == ["email", "text"]


@pytest.mark.parametrize(
    "said, meant",
    [("STOP", "stop"), (" stop. ", "stop"), ("Alto", "stop"), ("START", "start"), ("ayuda", "help"), ("please stop by", None), ("", None)],
)
def test_words_that_people_write_back_are_understood_in_both_languages(said: str, meant: str | None) -> None:
    assert text.command(said) == meant


def test_only_the_provider_itself_can_say_that_somebody_wrote() -> None:
    url, fields = "https://portal.example.gov/v1/hooks/texts", {"From": "+12025550123", "Body": "STOP"}
    signature = b64encode(digest(b"secret", (url + "BodySTOPFrom+12025550123").encode(), "sha1")).decode()
    assert text.is_signed("secret", url, fields, signature)
    assert not text.is_signed("secret", url, {**fields, "From": "+12025550124"}, signature)
    assert not text.is_signed("other", url, fields, signature)
    assert not text.is_signed("", url, fields, b64encode(digest(b"", url.encode(), "sha1")).decode())
