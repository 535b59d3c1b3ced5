"""When an answer is due, and the number that a person can quote."""

from datetime import date

import pytest

from backend.messages.rules import RECEIPT_LETTERS, answer_due_on, new_receipt


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (date(2026, 11, 23), date(2026, 11, 30)),  # Monday to Monday
        (date(2026, 11, 27), date(2026, 12, 4)),  # Friday
        (date(2026, 11, 28), date(2026, 12, 4)),  # Saturday counts from Monday on
        (date(2026, 11, 29), date(2026, 12, 4)),
    ],
)
def test_an_answer_is_due_after_five_working_days(received_on: date, due_on: date) -> None:
    assert answer_due_on(received_on) == due_on


def test_a_receipt_can_be_read_aloud_and_counts_nothing() -> None:
    made = {new_receipt() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(r) == 8 and r[3] == "-" and set(r.replace("-", "")) <= set(RECEIPT_LETTERS) for r in made)
