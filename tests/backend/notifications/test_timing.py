"""When people are told, in their own wall time, as values."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.notifications.choices import choice_of
from backend.notifications.timing import NIGHT, RELEASE_MOST_S, STEPS, Choice, quiet_end, release_at, steps, told_at

NEW_YORK = "America/New_York"
ZONES = st.sampled_from([NEW_YORK, "America/Chicago", "America/Phoenix", "Pacific/Honolulu", "America/St_Johns", "UTC"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "now, ends",
    [
        ("2026-01-15T03:00", "2026-01-15T13:00"),  # ten in the evening, winter
        ("2026-07-15T02:00", "2026-07-15T12:00"),  # ten in the evening, summer
        ("2026-01-15T12:59", "2026-01-15T13:00"),
        ("2026-03-08T05:00", "2026-03-08T12:00"),  # the night in which clocks go forward is an hour shorter
        ("2026-11-01T04:00", "2026-11-01T13:00"),  # the night in which they go back is an hour longer
    ],
)
def test_quiet_hours_end_at_eight_in_the_persons_own_morning_also_when_clocks_change(now: str, ends: str) -> None:
    assert quiet_end(utc(now), NEW_YORK, NIGHT) == utc(ends)


@pytest.mark.parametrize("now", ["2026-01-15T13:00", "2026-01-15T18:00", "2026-01-16T01:59"])
def test_by_day_nothing_is_quiet(now: str) -> None:
    assert quiet_end(utc(now), NEW_YORK, NIGHT) is None


def test_quiet_hours_that_end_in_the_hour_that_clocks_skip_end_and_those_in_the_hour_that_comes_twice_end_once() -> None:
    small_hours = (time(0, 30), time(2, 30))
    assert quiet_end(utc("2026-03-08T06:00"), NEW_YORK, small_hours) == utc("2026-03-08T07:30")
    twice = (time(0, 30), time(1, 30))
    assert quiet_end(utc("2026-11-01T05:00"), NEW_YORK, twice) == utc("2026-11-01T05:30")
    assert quiet_end(utc("2026-11-01T06:15"), NEW_YORK, twice) == utc("2026-11-01T06:15")


@given(MOMENTS, ZONES, st.times(), st.times())
def test_quiet_always_ends_within_a_day_and_a_quarter_and_never_in_the_past(now: datetime, zone: str, begins: time, ends: time) -> None:
    end = quiet_end(now, zone, (begins, ends))
    assert end is None or now <= end <= now + timedelta(hours=26)


@given(MOMENTS, ZONES, st.integers(1, 2_000_000), st.uuids())
def test_a_load_is_never_released_at_night_nor_later_than_three_hours_into_the_morning(
    now: datetime, zone: str, size: int, whose: object
) -> None:
    at = release_at(now, zone, str(whose), size)
    begins = quiet_end(now, zone, NIGHT) or now
    assert begins <= at <= begins + timedelta(seconds=RELEASE_MOST_S)
    assert at == release_at(now, zone, str(whose), size)  # all that a load brings one person comes together


def test_a_small_load_by_day_is_told_within_moments_and_a_large_one_spreads_evenly() -> None:
    noon = utc("2026-01-15T17:00")
    assert release_at(noon, NEW_YORK, "somebody", 10) - noon < timedelta(seconds=1)
    hours = [(release_at(noon, NEW_YORK, str(number), 1_000_000) - noon) // timedelta(hours=1) for number in range(3000)]
    assert all(900 < hours.count(hour) < 1100 for hour in (0, 1, 2))


@pytest.mark.parametrize("urgent, later", [(True, False), (False, True)])
def test_only_what_is_urgent_passes_quiet_hours(urgent: bool, later: bool) -> None:
    now = utc("2026-01-15T03:00")
    assert (told_at(now, now, Choice(zone=NEW_YORK), urgent) > now) is later


def test_a_digest_waits_for_five_in_the_afternoon_once() -> None:
    choice = Choice(zone=NEW_YORK, digest=True)
    made, five = utc("2026-01-15T15:00"), utc("2026-01-15T22:00")
    assert told_at(made, made, choice, urgent=False) == five
    assert told_at(five, made, choice, urgent=False) == five
    evening = utc("2026-01-15T23:30")
    assert told_at(evening, evening, choice, urgent=False) == utc("2026-01-16T22:00")


def test_reminders_come_at_the_dates_own_wall_time_across_a_clock_change() -> None:
    starts = utc("2026-03-10T13:30")  # half past nine in New York, two days after clocks went forward
    made = steps(starts, Choice(zone=NEW_YORK), utc("2026-02-01T12:00"))
    assert [(step.name, step.due_at) for step in made] == [
        ("7d", utc("2026-03-03T14:30")),
        ("3d", utc("2026-03-07T14:30")),
        ("1d", utc("2026-03-09T13:30")),
        ("2h", utc("2026-03-10T12:00")),  # half past seven would be in quiet hours: at eight
    ]


def test_a_reminder_that_would_wake_somebody_too_late_comes_the_evening_before() -> None:
    starts = utc("2026-01-15T13:30")  # half past eight
    (last,) = steps(starts, Choice(zone=NEW_YORK), utc("2026-01-14T14:00"))[-1:]
    assert (last.name, last.due_at) == ("2h", utc("2026-01-15T01:00"))


def test_each_reminder_is_news_until_the_next_one_so_that_an_outage_of_three_days_loses_none() -> None:
    starts = utc("2026-05-20T15:00")
    made = steps(starts, Choice(zone=NEW_YORK), utc("2026-05-01T00:00"))
    assert [step.expires_at for step in made] == [*(step.due_at for step in made[1:]), starts]
    for hours in range(0, 24 * 8):
        down = starts - timedelta(days=8) + timedelta(hours=hours)
        up = down + timedelta(days=3)
        missed = [step for step in made if down <= step.due_at < up]
        if missed and up < starts:
            assert any(step.due_at <= up < step.expires_at for step in made)


@given(MOMENTS, ZONES, st.integers(0, 40 * 24 * 60))
def test_reminders_come_in_order_before_what_they_remind_of(starts: datetime, zone: str, minutes: int) -> None:
    now = starts - timedelta(minutes=minutes)
    made = steps(starts, Choice(zone=zone), now)
    assert [step.name for step in made] == [name for name, _ in STEPS if name in {step.name for step in made}]
    assert all(now < step.due_at < step.expires_at <= starts for step in made)


@pytest.mark.parametrize(
    "value, quiet",
    [("never", None), ("22:00-06:30", (time(22), time(6, 30))), ("nonsense", NIGHT), ("25:00-06:00", NIGHT), (None, NIGHT)],
)
def test_a_choice_that_cannot_be_read_counts_as_not_made(value: str | None, quiet: object) -> None:
    assert choice_of("UTC", {"notice_quiet": value} if value else {}).quiet == quiet


def test_a_zone_that_nobody_knows_is_read_as_utc() -> None:
    assert quiet_end(utc("2026-01-15T22:00"), "Mars/Olympus", NIGHT) == utc("2026-01-16T08:00")
