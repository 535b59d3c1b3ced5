"""What travels about preferences."""

from typing import Annotated, Literal

import msgspec

from backend.wire import Wire

PreferenceName = Literal[
    "language",
    "text",
    "notice_quiet",
    "notice_digest",
    "notice_detail",
    "notice.payment",
    "notice.disbursement",
    "notice.missed",
    "notice.document",
    "notice.message",
    "notice.overdue",
    "notice.oversight",
    "notice.device",
    "notice.deadline",
    "notice.appointment",
    "notice.reminder",
    "notice.hearing",
    "notice.hearing_reminder",
]
PreferenceValue = Annotated[str, msgspec.Meta(min_length=1, max_length=20)]


class Preference(Wire, frozen=True):
    """One choice: the language, the size of the text, or how one is told of things."""

    name: PreferenceName
    value: PreferenceValue


class SetPreference(Wire, frozen=True):
    """Arguments of preference.set@1: which choice, and what it is now."""

    name: PreferenceName
    value: PreferenceValue
