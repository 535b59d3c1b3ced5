"""The sealed snapshot: what brings it back, and what never does."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from sync import cursor

KEY, HOLDER, EPOCH = b"k" * 32, b"ana-phone", uuid4()


def made(now: datetime, **given: object) -> cursor.Cursor:
    usual = {"epoch": EPOCH.bytes, "schema": 1, "issued_at": int(now.timestamp()), "snapshot": "5:9:6,7"}
    return cursor.Cursor(**usual | given)  # type: ignore[arg-type]


def test_a_cursor_comes_back_for_its_own_device(now: datetime) -> None:
    opened = cursor.unseal(cursor.seal(made(now), KEY, HOLDER), KEY, HOLDER)
    cursor.check(opened, EPOCH, 1, now)
    assert opened.snapshot == "5:9:6,7"


@pytest.mark.parametrize("text", ["", "x", "=", "not base64 at all!", "AAAA" * 30])
def test_what_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(cursor.Unusable, match="seal"):
        cursor.unseal(text, KEY, HOLDER)


def test_another_phone_or_another_key_cannot_use_a_cursor(now: datetime) -> None:
    text = cursor.seal(made(now), KEY, HOLDER)
    for key, holder in ((KEY, b"bo-phone"), (b"j" * 32, HOLDER)):
        with pytest.raises(cursor.Unusable, match="seal"):
            cursor.unseal(text, key, holder)


def test_every_single_changed_letter_is_noticed(now: datetime) -> None:
    text = cursor.seal(made(now), KEY, HOLDER)
    for place in range(len(text) - 1):
        bent = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        with pytest.raises(cursor.Unusable):
            cursor.unseal(bent, KEY, HOLDER)


@pytest.mark.parametrize(
    ("given", "reason"), [({"epoch": b"0" * 16}, "epoch"), ({"schema": 2}, "schema"), ({"issued_at": 0}, "age")]
)
def test_a_cursor_of_another_time_says_why_it_cannot_be_honoured(
    now: datetime, given: dict[str, object], reason: str
) -> None:
    with pytest.raises(cursor.Unusable, match=reason):
        cursor.check(made(now, **given), EPOCH, 1, now)


def test_a_cursor_lives_as_long_as_its_life_and_no_longer(now: datetime) -> None:
    cursor.check(made(now), EPOCH, 1, now + cursor.LIFE - timedelta(seconds=1))
    with pytest.raises(cursor.Unusable, match="age"):
        cursor.check(made(now), EPOCH, 1, now + cursor.LIFE + timedelta(seconds=1))


def test_a_snapshot_of_many_open_transactions_is_cut_back_to_what_it_surely_covers() -> None:
    many = ",".join(str(n) for n in range(10, 400))
    assert cursor.shrink(f"10:500:{many}") == "10:10:"
    assert cursor.shrink("10:12:10,11") == "10:12:10,11"
