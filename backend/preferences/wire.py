"""What travels about preferences."""

from typing import Literal

from backend.wire import Wire

PreferenceName = Literal["language", "text"]
PreferenceValue = Literal["en", "es", "normal", "large", "larger", "largest"]


class Preference(Wire, frozen=True):
    """One choice: the language, or the size of the text."""

    name: PreferenceName
    value: PreferenceValue


class SetPreference(Wire, frozen=True):
    """Arguments of preference.set@1: which choice, and what it is now."""

    name: PreferenceName
    value: PreferenceValue
