"""How fast one service is sent to, as values: every time is an argument."""

import msgspec
import pytest

from push.notification import Outcome, Result
from push.shape import CREDENTIALS_LIMIT, MIN_RATE, TROUBLE_LIMIT, Gate, Pace, hear, learn, take, wait_s

THROTTLED = Outcome(result=Result.THROTTLE, reason="throttled", after_s=60.0, counted=False)
ACCEPTED = Outcome(result=Result.SENT, reason="accepted")
TIMEOUT = Outcome(result=Result.LATER, reason="timeout", after_s=30.0)
YOUNG = Outcome(result=Result.LATER, reason="young", after_s=60.0)
REFUSED = Outcome(result=Result.CREDENTIALS, reason="credentials")
FULL = Pace(rate=100.0, tokens=100.0, filled_at=0.0)


def after(pace: Pace, now: float, *outcomes: Outcome) -> Pace:
    return learn(pace, hear(outcomes), now, 100.0)


def granted(pace: Pace, wanted: int, now: float) -> int:
    return take(pace, wanted, now)[1]


def test_the_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    pace, first = take(FULL, 500, 0.0)
    pace, at_once = take(pace, 500, 0.0)
    pace, half_a_second_later = take(pace, 500, 0.5)
    assert (first, at_once, half_a_second_later) == (100, 0, 50)
    assert 0 < wait_s(pace, 0.5) <= 0.01


def test_over_a_minute_no_more_goes_than_the_rate_allows() -> None:
    pace, sent = Pace(rate=10.0, tokens=10.0, filled_at=0.0), 0
    for tick in range(600):
        pace, more = take(pace, 64, tick / 10)
        sent += more
    assert 600 <= sent <= 610


def test_a_clock_that_goes_back_grants_nothing_extra_and_stops_nothing() -> None:
    pace, _ = take(FULL, 100, 1000.0)
    pace, back = take(pace, 100, 10.0)
    assert back == 0
    assert granted(pace, 100, 11.0) == 100


def test_a_throttle_closes_the_service_and_halves_its_rate_once_for_all_that_were_in_flight() -> None:
    pace = after(FULL, 1.0, *[THROTTLED] * 64)
    pace = after(pace, 1.5, *[THROTTLED] * 64)  # another process heard the same news
    assert pace.rate == 50.0
    assert granted(pace, 10, 2.0) == 0
    assert 59.0 <= wait_s(pace, 2.0) <= 59.5
    assert granted(pace, 10, 61.6) > 0


def test_after_a_throttle_one_message_goes_first_and_the_rate_comes_back_over_minutes() -> None:
    pace = after(FULL, 0.0, THROTTLED)
    pace, first = take(pace, 10, 60.0)
    assert first == 1
    for second in range(61, 121):
        pace, sent = take(pace, 500, float(second))
        pace = after(pace, float(second), *[ACCEPTED] * sent)
    assert 55.0 < pace.rate < 75.0
    for second in range(121, 900):
        pace, sent = take(pace, 500, float(second))
        pace = after(pace, float(second), *[ACCEPTED] * sent)
    assert pace.rate == 100.0


def test_a_service_that_throttles_for_ever_is_still_asked_now_and_then() -> None:
    pace = FULL
    for hour in range(20):
        pace = after(pace, hour * 3600.0, THROTTLED)
    assert pace.rate == MIN_RATE
    assert granted(pace, 10, 20 * 3600.0) == 1


def test_one_odd_subscription_does_not_stop_a_service_but_several_refused_tokens_in_a_row_do() -> None:
    pace = FULL
    for _ in range(3 * CREDENTIALS_LIMIT):
        pace = after(pace, 0.0, REFUSED, ACCEPTED)
    assert granted(pace, 1, 0.0) == 1
    pace = after(pace, 0.0, *[REFUSED] * CREDENTIALS_LIMIT)
    assert wait_s(pace, 0.0) == pytest.approx(600.0, abs=1)


def test_refusals_of_several_processes_add_up() -> None:
    pace = FULL
    for _ in range(CREDENTIALS_LIMIT):
        pace = after(pace, 0.0, REFUSED)
    assert granted(pace, 1, 1.0) == 0


def test_a_service_in_trouble_is_left_alone_then_asked_by_one_message_whose_failure_stops_us_again() -> None:
    pace = after(FULL, 0.0, *[TIMEOUT] * TROUBLE_LIMIT)
    assert granted(pace, 10, 29.0) == 0
    pace, first = take(pace, 10, 30.0)
    assert first == 1
    pace = after(pace, 31.0, TIMEOUT)
    assert granted(pace, 10, 60.0) == 0
    pace, again = take(pace, 10, 61.0)
    assert again == 1
    pace = after(pace, 61.0, ACCEPTED)
    assert granted(pace, 10, 62.0) == 10


def test_young_subscriptions_are_no_trouble_of_their_service() -> None:
    assert after(FULL, 0.0, *[YOUNG] * 100) == msgspec.structs.replace(FULL)


def test_a_gate_closes_with_the_first_throttle_it_hears() -> None:
    gate = Gate()
    gate.heard(THROTTLED, 5.0)
    assert gate.closed_until == 65.0


def test_a_gate_opens_for_one_message_after_trouble_and_closes_again_with_its_failure() -> None:
    gate = Gate()
    for _ in range(TROUBLE_LIMIT):
        gate.heard(TIMEOUT, 0.0)
    assert gate.closed_until == 30.0
    gate.heard(TIMEOUT, 31.0)
    assert gate.closed_until == 61.0
    gate.heard(ACCEPTED, 62.0)
    gate.heard(TIMEOUT, 63.0)
    assert gate.closed_until == 61.0
