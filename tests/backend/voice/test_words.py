"""The line says times as people say them."""

from datetime import datetime

import pytest

from backend.voice.words import ES, hour


@pytest.mark.parametrize(
    ("at", "english", "spanish"),
    [
        ("09:30", "9:30 AM", "las 9:30 de la mañana"),
        ("13:00", "1:00 PM", "la 1:00 de la tarde"),
        ("12:15", "12:15 PM", "las 12:15 de la tarde"),
        ("19:05", "7:05 PM", "las 7:05 de la noche"),
    ],
)
def test_a_time_is_said_with_its_article_in_spanish(at: str, english: str, spanish: str) -> None:
    when = datetime.fromisoformat(f"2026-12-08T{at}")
    assert hour(when, "en") == english
    assert f"a {hour(when, 'es')}" in ES["hearing"].format(day="martes 8 de diciembre", time=hour(when, "es"), court="X")
    assert hour(when, "es") == spanish
