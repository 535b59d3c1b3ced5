"""Which times are offered and free, and what may become of an appointment: values only."""

import json
from datetime import date, datetime
from pathlib import Path

import pytest

from backend.appointments.rules import Hours, Standing, Verdict, accept, ask_move, bookable, cancel, free_times, minutes_of, offered, units

MONDAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 8, 0)
HOURS = [Hours(1, "09:00", "10:30", 30, "phone"), Hours(2, "13:00", "14:00", 60, "in_person")]
NINE, TEN, LATER = datetime(2026, 3, 9, 9, 0), datetime(2026, 3, 9, 10, 0), datetime(2026, 3, 10, 13, 0)

OFFERED = Standing("offered", NINE, None, None)
REQUESTED = Standing("requested", NINE, None, None)
CONFIRMED = Standing("confirmed", NINE, None, None)
TEAM_ASKS = Standing("move_asked", NINE, TEN, "team")
PARTY_ASKS = Standing("move_asked", NINE, TEN, "party")
CANCELLED = Standing("cancelled", NINE, None, None)


def test_a_days_times_fit_into_its_hours() -> None:
    assert [at.strftime("%H:%M") for at, _ in offered(HOURS, "phone", MONDAY)] == ["09:00", "09:30", "10:00"]
    assert list(offered(HOURS, "in_person", MONDAY)) == []


def test_the_phone_and_the_server_offer_the_same_times() -> None:
    vectors = json.loads((Path(__file__).parents[2] / "vectors" / "appointments.json").read_text())
    hours = [Hours(**line) for line in vectors["hours"]]
    for case in vectors["cases"]:
        found = sorted(at for at, _ in offered(hours, case["channel"], date.fromisoformat(case["day"])))
        assert [at.isoformat(timespec="minutes") for at in found] == case["times"]


def test_a_time_that_is_not_offered_has_no_length() -> None:
    assert minutes_of(HOURS, "in_person", LATER) == 60
    assert minutes_of(HOURS, "phone", LATER) is None
    assert minutes_of(HOURS, "phone", datetime(2026, 3, 2, 9, 10)) is None


def test_nothing_is_booked_for_the_past_for_this_moment_or_for_next_year() -> None:
    times = [datetime(2026, 3, 2, 7), datetime(2026, 3, 2, 9), datetime(2026, 3, 2, 10), datetime(2027, 3, 1, 9)]
    assert [bookable(at, NOW) for at in times] == [False, False, True, False]


def test_the_first_three_free_times_skip_what_is_taken_and_what_is_too_soon() -> None:
    taken = units(datetime(2026, 3, 9, 9, 30), 30)
    assert free_times(HOURS, "phone", taken, datetime(2026, 1, 1), NOW) == [
        datetime(2026, 3, 2, 10, 0),
        datetime(2026, 3, 9, 9, 0),
        datetime(2026, 3, 9, 10, 0),
    ]


def test_nothing_free_is_an_empty_list() -> None:
    assert free_times([], "phone", [], NINE, NOW) == []


@pytest.mark.parametrize(
    ("standing", "side", "agreed", "verdict"),
    [
        (REQUESTED, "team", NINE, Verdict.GO),
        (OFFERED, "party", NINE, Verdict.GO),
        (OFFERED, "team", NINE, Verdict.CHANGED),
        (OFFERED, "party", TEN, Verdict.CHANGED),
        (REQUESTED, "party", NINE, Verdict.CHANGED),
        (REQUESTED, "team", TEN, Verdict.CHANGED),
        (CONFIRMED, "team", NINE, Verdict.AGREED),
        (CONFIRMED, "party", TEN, Verdict.CHANGED),
        (TEAM_ASKS, "party", TEN, Verdict.GO),
        (TEAM_ASKS, "team", TEN, Verdict.CHANGED),
        (TEAM_ASKS, "party", NINE, Verdict.CHANGED),
        (PARTY_ASKS, "team", TEN, Verdict.GO),
        (CANCELLED, "team", NINE, Verdict.CHANGED),
    ],
)
def test_a_time_is_agreed_to_by_the_end_that_was_asked(standing: Standing, side: str, agreed: datetime, verdict: Verdict) -> None:
    assert accept(standing, side, agreed) is verdict


@pytest.mark.parametrize(
    ("standing", "side", "seen", "verdict"),
    [
        (CONFIRMED, "party", NINE, Verdict.GO),
        (OFFERED, "party", NINE, Verdict.GO),
        (OFFERED, "team", NINE, Verdict.GO),
        (OFFERED, "party", TEN, Verdict.CHANGED),
        (CONFIRMED, "party", TEN, Verdict.CHANGED),
        (TEAM_ASKS, "party", TEN, Verdict.GO),
        (TEAM_ASKS, "party", NINE, Verdict.CHANGED),
        (Standing("move_asked", NINE, LATER, "party"), "party", NINE, Verdict.AGREED),
        (CANCELLED, "team", NINE, Verdict.CHANGED),
    ],
)
def test_another_time_is_asked_for_of_what_stands_as_it_was_seen(standing: Standing, side: str, seen: datetime, verdict: Verdict) -> None:
    assert ask_move(standing, side, seen, LATER) is verdict


def test_what_was_called_off_stays_so_and_what_was_held_cannot_be() -> None:
    assert cancel(CANCELLED, NINE) is Verdict.AGREED
    assert cancel(CONFIRMED, NINE) is Verdict.GO
    assert cancel(TEAM_ASKS, NINE) is Verdict.CHANGED
    assert cancel(Standing("held", NINE, None, None), NINE) is Verdict.CHANGED
