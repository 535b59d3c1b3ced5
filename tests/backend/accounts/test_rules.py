"""What is true of accounts, at the edges of each rule."""

from __future__ import annotations

import re
from hashlib import sha256

import pyotp
import pytest

from backend.accounts import digits
from backend.accounts.rules import (
    ALONE_MIN,
    HERE,
    PASSWORD_MAX,
    PASSWORD_MIN,
    Waits,
    address_of,
    bare_code,
    browser_kind,
    clean_login,
    password_fault,
    throttle_key,
    token_hash,
    wait_s,
)

LETTERS = "qwzxvkjhgf"


def code_of(password: str, *about: str, alone: bool = False) -> str | None:
    found = password_fault(password, about, alone=alone)
    assert found is None or re.fullmatch(r"[A-Z][^A-Z]*\.( [A-Z][^A-Z]*\.)?", found.say), found
    return found.code if found else None


def test_the_shortest_and_the_longest_password_that_is_taken() -> None:
    for alone, least in ((False, PASSWORD_MIN), (True, ALONE_MIN)):
        assert code_of((LETTERS * 2)[: least - 1], alone=alone) == "password_short"
        assert code_of((LETTERS * 20)[1 : least + 1], alone=alone) is None
    assert password_fault("short").say.startswith(f"The password must have at least {PASSWORD_MIN} ")  # type: ignore[union-attr]
    assert code_of((LETTERS * 20)[:PASSWORD_MAX]) is None
    assert code_of((LETTERS * 20)[: PASSWORD_MAX + 1]) == "password_long"


def test_six_different_characters_are_enough_and_capitals_are_no_others() -> None:
    assert code_of("qwzxv" * 4) == code_of("qwzxvQWZXV" * 2) == "password_repeats"
    assert code_of("qwzxvkqwzzxv") is None


@pytest.mark.parametrize(
    "password",
    [
        *("correcthorsebatterystaple", "Correct Horse Battery Staple!", "c0rr3ct h0rs3 b4tt3ry st4pl3"),
        *("2024correcthorsebatterystaple99", "q1w2e3r4t5y6"),
    ],
)
def test_a_common_password_is_one_in_any_dress(password: str) -> None:
    assert code_of(password) == "password_common"


@pytest.mark.parametrize(
    "password",
    ["99sunshinesunshine10", "baseball baseball", "sunshine1sunshine1", "footballfootballfootball", "Sunshine Sunshine Sunshine"],
)
def test_a_common_word_said_twice_or_three_times_is_common(password: str) -> None:
    assert code_of(password) == "password_common"


def test_a_common_word_that_is_only_half_of_it_is_none() -> None:
    assert code_of("footballqwzxvkjh") is None


def test_words_about_the_person_or_the_agency_are_refused_also_in_disguise_and_short_parts_are_not() -> None:
    assert code_of("my q w z x v riverton k", "Riverton County") == "password_about"
    assert code_of("qwzx r1v3rt0n vkjh", "Riverton County") == "password_about"
    assert code_of("qwzx ñandú vkjhgf", "Ñandú@example.org") == "password_about"
    assert code_of("qwzx ana vkjh gfd", "ana@example.org") is None
    assert code_of("qwzx anna vkjh gfd", "anna.x@example.org") == "password_about"
    assert code_of("qwzxvkjhgfdsa") is None


def test_waits_double_from_the_first_to_the_longest_and_never_overflow() -> None:
    waits = Waits(free=2, first_s=3, longest_s=20, forgotten_s=60)
    assert [wait_s(waits, tries) for tries in range(7)] == [0, 0, 3, 6, 12, 20, 20]
    assert wait_s(Waits(free=0, first_s=1, longest_s=10**12, forgotten_s=1), 10**6) == 2**30


def test_a_login_is_the_same_with_blanks_and_capitals() -> None:
    assert clean_login("  Ana@Example.org \n") == "ana@example.org"


@pytest.mark.parametrize("host", ["not an address", "192.0.2.7", "2001:0db8:0001:0002"])
def test_an_address_of_an_address_is_itself(host: str) -> None:
    assert address_of(host) == host


def test_a_key_of_tries_names_nothing_and_its_parts_do_not_run_together() -> None:
    assert throttle_key("here", "a", "b") == f"here:{sha256(b'a' + bytes(1) + b'b').hexdigest()[:40]}"
    assert throttle_key("here", "ab", "c") != throttle_key("here", "a", "bc")


def test_what_is_kept_of_a_token_is_its_sha256() -> None:
    assert token_hash("é") == sha256("é".encode()).digest()


def test_a_code_is_bare_whatever_stands_between_and_however_it_is_written() -> None:
    assert bare_code(" o1-il.L\u2013x\ty ") == "01111XY"


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPad"),
        ("Mozilla/5.0 (Linux; Android 15) SamsungBrowser/28.0 Chrome/130.0 Safari/537.36", "Samsung Internet, Android"),
        ("Mozilla/5.0 (X11; CrOS x86_64) Chrome/140.0 Safari/537.36", "Chrome, Chromebook"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Gecko Firefox/140.0", "Firefox, Mac"),
        ("Mozilla/5.0 (X11; Linux x86_64) Gecko Firefox/140.0", "Firefox, Linux"),
        ("something (Linux)", "Linux"),
        ("curl/8", ""),
    ],
)
def test_a_browser_is_named_as_its_owner_knows_it(agent: str, kind: str) -> None:
    assert browser_kind(agent) == kind


def test_digits_count_in_their_half_minute_and_the_one_on_either_side_and_once() -> None:
    seed, now = digits.new_seed(), 1_800_000_015.9
    this = int(now) // 30
    app = pyotp.TOTP(seed)
    shown = {step: app.generate_otp(step) for step in range(this - 3, this + 4)}
    near = {this - 1, this, this + 1}
    for step, typed in shown.items():
        expected = next((each for each in sorted(near) if shown[each] == typed), None)
        assert digits.step_of(seed, typed, now, None) == expected
        if step in near:
            assert digits.step_of(seed, typed, now, step - 1) == step
            assert digits.step_of(seed, typed, now, this + 1) is None
    assert digits.step_of(seed, "١٢٣٤٥٦", now, None) is None


def test_a_seed_travels_with_the_name_and_whose_it_is_and_can_be_scanned() -> None:
    link = digits.seed_link("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "ana@example.org", "Lake County")
    assert link.startswith("otpauth://totp/Lake%20County:ana%40example.org?")
    assert {"secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "issuer=Lake%20County"} <= set(link.partition("?")[2].split("&"))
    assert len(digits.new_seed()) == 32
    assert digits.new_seed() != digits.new_seed()
    drawn = digits.picture(link)
    assert drawn.startswith("data:image/svg+xml")
    assert "%23000" in drawn
    assert "%23fff" in drawn
    assert "width%3D%27148%27" in digits.picture("x" * 30)


def test_recovery_codes_are_ten_different_ones_in_two_halves() -> None:
    codes = digits.new_recovery_codes()
    assert len(set(codes)) == digits.RECOVERY_CODES == 10
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code) for code in codes)


@pytest.mark.parametrize(("typed", "yes"), [("123456", True), ("123 456", True), ("12345", False), ("1234567", False), ("12345X", False)])
def test_digits_look_like_digits(typed: str, yes: bool) -> None:
    assert digits.is_digits(typed) == yes
    assert not digits.is_digits("١٢٣٤٥٦")


def test_the_first_tries_are_free_and_then_each_wait_is_longer_up_to_a_quarter_of_an_hour() -> None:
    waits = [wait_s(HERE, tries) for tries in range(15)]
    assert waits[:5] == [0] * 5
    assert waits[5:12] == [15, 30, 60, 120, 240, 480, 900]
    assert set(waits[12:]) == {900}


@pytest.mark.parametrize(
    "host, shared",
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:0db8:0001:0002"),
        ("2001:db8:1:2::9", "2001:0db8:0001:0002"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
    ],
)
def test_an_address_is_what_one_household_shares(host: str, shared: str) -> None:
    assert address_of(host) == shared
