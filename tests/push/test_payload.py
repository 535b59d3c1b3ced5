"""The lock screen: one size, generic words, and nothing of a case can get in."""

import inspect
import json
import os
import re

import msgspec
import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from push import payload
from push.notification import Kind, Locale, Notification, Urgency
from push.payload import TEXT_BYTES, WORDS, check_origin, document
from push.secrets import Secrets, base64url
from tests.push.browser import make_notification

ORIGIN = "https://portal.example.gov"
FORBIDDEN = re.compile(
    r"support|child|payment|paid|money|\$|\d|court|hearing|case|order|arrears|owe|parent|message|document|appointment|agency|"
    r"manutenci|hijo|hija|menor|pago|dinero|corte|audiencia|caso|orden|deuda|padre|madre|mensaje|documento|cita|agencia",
    re.IGNORECASE,
)


def shown(text: bytes) -> dict[str, object]:
    """What a browser takes from a document: the W3C parser's rules for the members that we use, said again."""
    whole = json.loads(text)
    assert whole["web_push"] == 8030
    assert type(whole["web_push"]) is int
    inner = whole["notification"]
    assert isinstance(inner, dict)
    assert isinstance(inner["title"], str)
    assert inner["title"]
    assert inner["navigate"].startswith("https://")
    assert inner["dir"] in ("auto", "ltr", "rtl")
    assert isinstance(inner["silent"], bool)
    assert "app_badge" not in inner
    assert whole.get("mutable", False) is False
    assert isinstance(whole.get("app_badge", 0), int)
    return dict(inner)


@pytest.mark.parametrize("badge", [None, 0, 7, 999])
@pytest.mark.parametrize("locale", Locale)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_in_every_language_is_a_document_of_one_size(kind: Kind, locale: Locale, badge: int | None) -> None:
    text = document(msgspec.structs.replace(make_notification(badge=badge), kind=kind), locale, ORIGIN)
    assert len(text) == TEXT_BYTES
    assert shown(text)["title"] == WORDS[kind, locale].title


def test_there_are_words_for_every_kind_and_language() -> None:
    assert set(WORDS) == {(kind, locale) for kind in Kind for locale in Locale}


def test_the_words_tell_a_passer_by_nothing() -> None:
    for locale in Locale:
        words = WORDS[Kind.UPDATE, locale]
        assert not FORBIDDEN.search(words.title + " " + words.body)


def test_who_asked_for_the_kind_gets_the_kind_and_never_whose_or_how_much_or_that_it_is_about_a_child() -> None:
    own = re.compile(r"payment|message|document|pago|mensaje|documento", re.IGNORECASE)
    for words in WORDS.values():
        assert not FORBIDDEN.search(own.sub("", words.title + " " + words.body))


def test_the_builder_takes_only_a_notification_a_language_and_our_own_origin() -> None:
    assert list(inspect.signature(document).parameters) == ["notification", "locale", "origin"]
    assert set(Notification.__struct_fields__) == {"kind", "id", "tag", "topic", "urgency", "ttl_s", "badge"}
    assert not re.search(r"^(from|import) (backend|sync)", inspect.getsource(payload), re.MULTILINE)


@given(st.text(min_size=1, max_size=60))
def test_no_text_about_a_case_passes_as_an_opaque_name(text: str) -> None:
    good = make_notification()
    for field in ("id", "tag", "topic"):
        names = {"id": good.id, "tag": good.tag, "topic": good.topic} | {field: text}
        if re.fullmatch(r"[A-Za-z0-9_-]{22}|[A-Za-z0-9_-]{32}", text):
            continue
        with pytest.raises(ValueError, match="base64url"):
            Notification(
                kind=Kind.UPDATE,
                id=names["id"],
                tag=names["tag"],
                topic=names["topic"],
                urgency=Urgency.NORMAL,
                ttl_s=1,
            )


@given(st.text(max_size=80), st.text(max_size=80))
def test_a_topic_is_always_32_characters_of_the_alphabet_and_differs_for_each_subscription(whose: str, what: str) -> None:
    secrets = Secrets(b"s" * 32)
    topic, tag = secrets.topic(whose, what), secrets.tag(whose, what)
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", topic)
    assert re.fullmatch(r"[A-Za-z0-9_-]{32}", tag)
    assert topic != tag
    assert topic != secrets.topic(whose + "x", what)
    assert topic == Secrets(b"s" * 32).topic(whose, what) != Secrets(b"t" * 32).topic(whose, what)


def test_a_sealed_endpoint_opens_only_in_its_own_row_and_with_its_own_secret() -> None:
    secrets, row = Secrets(os.urandom(32)), b"row"
    sealed = secrets.seal(b"https://fcm.googleapis.com/x", row)
    assert b"fcm" not in sealed
    assert secrets.open(sealed, row) == b"https://fcm.googleapis.com/x"
    for other, where in ((secrets, b"another"), (Secrets(os.urandom(32)), row)):
        with pytest.raises(InvalidTag):
            other.open(sealed, where)


@pytest.mark.parametrize(
    "origin",
    ["portal.example.gov", "https://portal.example.gov/", "https://u@portal.example.gov", "javascript:alert", ""],
)
def test_an_origin_with_anything_more_than_a_scheme_and_a_host_is_refused(origin: str) -> None:
    with pytest.raises(ValueError, match="origin"):
        check_origin(origin)


def test_base64url_has_no_padding() -> None:
    assert base64url(b"\xff\xfe") == "__4"
