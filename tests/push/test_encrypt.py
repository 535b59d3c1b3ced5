"""Messages: the standard's own example, every size, and two encoders that a third implementation can read."""

import json
import random
from datetime import UTC, datetime
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from push.encrypt import MAX_BODY_BYTES, MAX_TEXT_BYTES, Encryptor, check_keys, second_encoder
from push.notification import Locale, Subscription
from push.secrets import base64url, unbase64url
from push.vapid import TOKEN_LIFE_S, Tokens, audience, check_subject, make_key, public_half, read_key
from tests.push.browser import SUBJECT, Browser, make_signing_key

# RFC 8291, appendix A
TEXT = b"When I grow up, I want to be a watermelon"
SENDER_PRIVATE = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
RECEIVER_PUBLIC = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
AUTH = "BTBZMqHH6r4Tts7J_aSIgg"
SALT = "DGv6ra1nlYgDCS1FRnbzlw"
BODY = (
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)
MAILTO = ["mailto:push@portal.example.gov", "https://portal.example.gov", "https://portal.example.gov/contact"]
BAD_SUBJECTS = [
    "push@portal.example.gov",
    "mailto: push@portal.example.gov",
    "mailto:<push@portal.example.gov>",
    "mailto:push@localhost",
    "mailto:push@intranet.local",
    "mailto:push",
    "mailto:@portal.example.gov",
    "mailto:a@b@portal.example.gov",
    "https://localhost",
    "https://127.0.0.1",
    "https://portal.example.gov:8443",
    "http://portal.example.gov",
    "https:portal.example.gov",
    "",
]


def encryptor() -> Encryptor:
    return Encryptor(Tokens(SUBJECT))


def test_the_example_of_the_standard_comes_out_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    number = int.from_bytes(unbase64url(SENDER_PRIVATE), "big")
    fixed = ec.derive_private_key(number, ec.SECP256R1())
    receiver = Subscription(
        id=uuid4(),
        label="",
        endpoint="https://fcm.googleapis.com/fcm/send/x",
        p256dh=RECEIVER_PUBLIC,
        auth=AUTH,
        key_id=uuid4(),
        locale=Locale.EN,
        created_at=datetime(2030, 1, 1, tzinfo=UTC),
    )
    ours, key = encryptor(), make_signing_key()
    ours.message(b"", receiver, key)
    monkeypatch.setattr("webpush.ec.generate_private_key", lambda *_: fixed)
    monkeypatch.setattr("webpush.os.urandom", lambda _: unbase64url(SALT))
    assert base64url(ours.message(TEXT, receiver, key).body) == BODY


@pytest.mark.parametrize("size", [0, 1, 2, 1024, 3992, 3993])
def test_a_message_of_any_allowed_size_is_read_whole_by_an_independent_decoder(size: int) -> None:
    browser, text = Browser(), random.Random(size).randbytes(size)
    message = encryptor().message(text, browser.subscription, make_signing_key())
    assert browser.read(message.body) == text
    assert len(message.body) == size + MAX_BODY_BYTES - MAX_TEXT_BYTES
    assert message.headers["Content-Encoding"] == "aes128gcm"


@pytest.mark.parametrize("size", [1, 2, 1024, 3992, 3993])
def test_the_second_encoder_makes_messages_of_the_same_size_that_are_read_whole(size: int) -> None:
    browser, text = Browser(), b"x" * size
    body = second_encoder(text, browser.subscription)
    assert browser.read(body) == text
    assert len(body) == len(encryptor().message(text, browser.subscription, make_signing_key()).body)


def test_a_text_of_3994_bytes_is_refused_by_both_encoders() -> None:
    browser = Browser()
    with pytest.raises(ValueError, match="3993"):
        encryptor().message(b"x" * 3994, browser.subscription, make_signing_key())
    with pytest.raises(ValueError, match="3993"):
        second_encoder(b"x" * 3994, browser.subscription)


def test_no_two_messages_share_a_salt_or_a_sender_key() -> None:
    ours, browser, key = encryptor(), Browser(), make_signing_key()
    bodies = [ours.message(b"same", browser.subscription, key).body for _ in range(20)]
    assert len({body[:16] for body in bodies}) == len({body[21:86] for body in bodies}) == 20


def test_a_token_says_who_we_are_to_this_service_only_and_is_signed_with_the_subscriptions_key() -> None:
    key, browser = make_signing_key(), Browser("https://updates.push.services.mozilla.com/wpush/v2/x")
    header = encryptor().message(b"", browser.subscription, key).headers["Authorization"]
    token, public = header.removeprefix("vapid t=").split(", k=")
    claims = jwt.decode(token, read_key(key.pem).public_key(), algorithms=["ES256"], options={"verify_aud": False})
    assert public == key.public == public_half(read_key(key.pem))
    assert claims["aud"] == "https://updates.push.services.mozilla.com"
    assert claims["sub"] == SUBJECT


@pytest.mark.parametrize(
    "endpoint, aud",
    [
        ("https://fcm.googleapis.com/fcm/send/x", "https://fcm.googleapis.com"),
        ("https://push.example.gov:443/x", "https://push.example.gov"),
        ("https://push.example.gov:8443/x", "https://push.example.gov:8443"),
        ("https://[2600:1406::1]/x", "https://[2600:1406::1]"),
        ("https://[2600:1406::1]:8443/x", "https://[2600:1406::1]:8443"),
    ],
)
def test_the_audience_keeps_a_port_that_is_not_the_default_one(endpoint: str, aud: str) -> None:
    assert audience(endpoint) == aud


def test_a_token_is_kept_for_each_audience_and_key_and_renewed_at_half_its_life() -> None:
    now = [1_900_000_000.0]
    tokens, first, second = Tokens(SUBJECT, lambda: now[0]), make_signing_key(), make_signing_key()
    for _ in range(100):
        tokens.header(first, "https://a.example")
        tokens.header(first, "https://a.example:8443")
        tokens.header(second, "https://a.example")
    assert tokens.signed == 3
    old = tokens.header(first, "https://a.example")
    now[0] += TOKEN_LIFE_S / 2 - 1
    assert tokens.header(first, "https://a.example") == old
    now[0] += 2
    assert tokens.header(first, "https://a.example") != old


def test_a_token_made_before_the_clock_went_back_is_not_used_again() -> None:
    now = [1_900_000_000.0]
    tokens, key = Tokens(SUBJECT, lambda: now[0]), make_signing_key()
    tokens.header(key, "https://a.example")
    now[0] -= 3 * 86_400  # a vendor would find it good for more than a day, and refuse it
    tokens.header(key, "https://a.example")
    assert tokens.signed == 2


def test_a_token_never_lives_longer_than_a_day() -> None:
    header = Tokens(SUBJECT, lambda: 1_900_000_000.0).header(make_signing_key(), "https://a.example")
    claims = json.loads(unbase64url(header.split(".")[1]))
    assert claims["exp"] - 1_900_000_000 <= 86_400


@pytest.mark.parametrize("subject", MAILTO)
def test_a_contact_that_every_vendor_takes_is_accepted(subject: str) -> None:
    assert check_subject(subject) == subject


@pytest.mark.parametrize("subject", BAD_SUBJECTS)
def test_a_contact_that_a_vendor_would_refuse_is_refused_at_the_start(subject: str) -> None:
    with pytest.raises(ValueError, match="VAPID subject"):
        Tokens(subject)


def test_a_key_survives_being_written_and_read() -> None:
    public, pem = make_key()
    assert public_half(read_key(pem)) == public
    assert len(unbase64url(public)) == 65


@pytest.mark.parametrize(
    "p256dh, auth",
    [
        (RECEIVER_PUBLIC, AUTH[:-4]),
        (RECEIVER_PUBLIC, ""),
        (RECEIVER_PUBLIC[:-2], AUTH),
        ("B" + "A" * 86, AUTH),
        (base64url(b"\x02" + bytes(32)), AUTH),
        (RECEIVER_PUBLIC + "!", AUTH),
        ("", AUTH),
    ],
)
def test_keys_that_are_no_point_on_the_curve_or_not_16_bytes_are_refused(p256dh: str, auth: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (the reason does not matter to anyone)
        check_keys(p256dh, auth)


def test_keys_are_kept_in_one_spelling() -> None:
    assert check_keys(RECEIVER_PUBLIC + "=", AUTH + "==") == (RECEIVER_PUBLIC, AUTH)
