"""What is true of devices, at the edges of each rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backend.access import Role
from backend.devices.rules import CLOCK_MAX_MS, clock_ahead_ms, lease_until, lost, poll_s, version_number, wipe_state
from sync.wire import Lost

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_parent_s_phone_may_be_alone_for_a_week_and_the_agency_s_for_three_days() -> None:
    assert lease_until(Role.PARENT, NOW) == NOW + timedelta(days=7)
    assert {lease_until(role, NOW) for role in Role if role is not Role.PARENT} == {NOW + timedelta(hours=72)}


def test_phones_ask_again_after_a_minute_more_or_less_each_at_its_own_moment() -> None:
    waits = {poll_s(f"r{n}") for n in range(500)}
    assert (min(waits), max(waits), len(waits)) == (54, 66, 13)
    assert poll_s("r1") == poll_s("r1")


def test_a_clock_is_ahead_or_behind_by_a_hundred_years_at_most() -> None:
    ours = int(NOW.timestamp() * 1000)
    assert [clock_ahead_ms(ours + ahead, NOW) for ahead in (0, 5, -7)] == [0, 5, -7]
    assert [clock_ahead_ms(clock, NOW) for clock in (10**20, -(10**20))] == [CLOCK_MAX_MS, -CLOCK_MAX_MS]


@pytest.mark.parametrize(
    ("next_n", "seen", "last", "told"),
    [(5, 5, 4, None), (3, 6, 4, (5, 5)), (5, 6, 4, (5, 5)), (6, 6, 4, None), (7, 6, 4, None), (1, 6, 5, None), (1, 6, 3, (4, 5))],
)
def test_what_a_device_forgot_is_what_it_told_of_and_never_sent(next_n: int, seen: int, last: int, told: tuple[int, int] | None) -> None:
    assert lost(next_n, seen, last, NOW) == (None if told is None else Lost(from_=told[0], to=told[1], since=NOW))


def test_a_wipe_is_pending_until_it_was_acknowledged_and_none_was_ordered_otherwise() -> None:
    assert [wipe_state(ordered, at) for ordered in (False, True) for at in (None, NOW)] == ["none", "none", "pending", "acknowledged"]


def test_versions_compare_as_numbers() -> None:
    assert version_number("1.10.0") == (1, 10, 0)
    assert version_number("1.9") < version_number("1.10")
    assert version_number("1.x²") == (1, 0)
