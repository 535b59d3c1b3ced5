"""The answers table, row by row."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from push.answers import Answer, Try, later, outcome_of, retry_after_s
from push.notification import Outcome, Result

NOW = datetime(2030, 3, 10, 12, 0, tzinfo=UTC)
FCM, WNS = "fcm.googleapis.com", "notify.windows.com"


def attempt(earlier: int = 0, age_s: float = 86_400, service: str = FCM) -> Try:
    return Try(service=service, now=NOW, subscribed_at=NOW - timedelta(seconds=age_s), earlier=earlier)


def heard(status: int, this: Try | None = None, *, retry_after: str | None = None, body: bytes = b"") -> Outcome:
    return outcome_of(Answer(status=status, retry_after=retry_after, body=body), this or attempt())


@pytest.mark.parametrize("status", [200, 201, 202])
def test_an_accepted_message_is_sent(status: int) -> None:
    assert heard(status).result is Result.SENT


def test_a_shortened_lifetime_is_noted() -> None:
    assert outcome_of(Answer(status=201, ttl="60"), attempt()).ttl_s == 60
    assert outcome_of(Answer(status=201, ttl="-1"), attempt()).ttl_s is None


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_ended_is_gone(status: int) -> None:
    assert heard(status).result is Result.GONE


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_seconds_old_gets_two_more_tries_before_it_is_gone(status: int) -> None:
    tries = [heard(status, attempt(earlier, age_s=5)) for earlier in range(3)]
    assert [(each.result, each.after_s) for each in tries] == [
        (Result.LATER, 60.0),
        (Result.LATER, 300.0),
        (Result.GONE, None),
    ]
    assert heard(status, attempt(0, age_s=601)).result is Result.GONE


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("words", [b'{"reason":"VapidPkHashMismatch"}', b"credentials do not correspond to the ones"])
def test_a_subscription_made_with_another_key_must_be_made_again(status: int, words: bytes) -> None:
    assert heard(status, body=words).result is Result.NEEDS_RESUBSCRIBE


def test_a_bad_request_is_our_mistake_and_costs_nobody_a_subscription() -> None:
    assert heard(400, body=b"bad topic").result is Result.DEAD


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_is_our_credentials(status: int) -> None:
    assert heard(status, body=b"BadJwtToken").result is Result.CREDENTIALS


@pytest.mark.parametrize(
    "status, reason",
    [(413, "too_large"), (301, "redirect"), (307, "redirect"), (405, "unexpected"), (406, "unexpected")],
)
def test_what_can_never_succeed_is_dead(status: int, reason: str) -> None:
    outcome = heard(status)
    assert (outcome.result, outcome.reason) == (Result.DEAD, reason)


@pytest.mark.parametrize("status, service", [(429, FCM), (406, WNS), (429, WNS)])
def test_too_fast_waits_as_long_as_asked_else_a_minute_and_is_not_held_against_the_subscription(
    status: int, service: str
) -> None:
    asked = heard(status, attempt(service=service), retry_after="17")
    plain = heard(status, attempt(service=service))
    assert (asked.result, asked.after_s, asked.counted) == (Result.THROTTLE, 17.0, False)
    assert plain.after_s == 60.0


def test_busy_with_a_date_is_a_throttle_too() -> None:
    assert heard(503, retry_after="5").result is Result.THROTTLE
    assert heard(503).result is Result.LATER


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_trouble_at_the_service_is_tried_again_ever_more_slowly(status: int) -> None:
    waits = [heard(status, attempt(earlier)).after_s for earlier in range(7)]
    assert waits == [30.0, 120.0, 480.0, 1800.0, 7200.0, 7200.0, 7200.0]


@pytest.mark.parametrize("jitter, wait", [(0.0, 22.5), (1.0, 37.5)])
def test_retries_are_spread(jitter: float, wait: float) -> None:
    this = Try(service=FCM, now=NOW, subscribed_at=NOW, jitter=jitter)
    assert later(this, "timeout").after_s == wait


@pytest.mark.parametrize(
    "value, seconds",
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 120 ", 120.0),
        (format_datetime(NOW + timedelta(seconds=90), usegmt=True), 90.0),
        (format_datetime(NOW - timedelta(hours=1), usegmt=True), 0.0),
        ("99999999999999999999", 86_400.0),
        (format_datetime(NOW + timedelta(days=400), usegmt=True), 86_400.0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("١٢", None),
    ],
)
def test_retry_after_is_read_in_both_its_forms(value: str | None, seconds: float | None) -> None:
    assert retry_after_s(value, NOW) == seconds
