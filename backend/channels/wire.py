"""What is carried to an address, and what became of it."""

from enum import StrEnum
from typing import Literal

from backend.wire import Wire

Channel = Literal["text", "email"]


class Sent(StrEnum):
    """What a provider's answer means."""

    SENT = "sent"  # taken; not a promise that anybody read it
    LATER = "later"  # its trouble or ours: try again
    STOPPED = "stopped"  # the person told the provider to stop: never again
    DEAD = "dead"  # this address will never take it


class Letter(Wire, frozen=True):
    """One thing to say: a subject (e-mail only), a sentence, a link of ours, and how to end it.

    ``id`` names it where it may have to be sent once more: a mail program shows two of one Message-ID as one.
    """

    address: str
    language: Literal["en", "es"]
    title: str
    body: str
    link: str
    stop_link: str
    id: str = ""


class Heard(Wire, frozen=True):
    """What came of one step of a call: keys that were pressed, or words that the provider understood; neither after silence.

    ``call`` is the provider's name of the call, ``telephone`` what it shows as the caller's (+1…), empty when it is withheld.
    """

    call: str
    telephone: str = ""
    keys: str = ""
    words: str = ""


class Prompt(Wire, frozen=True):
    """What is said, and what is waited for then: so many keys, words, the end of the call, or the agency's own telephone."""

    language: Literal["en", "es"]
    says: list[str]
    then: Literal["keys", "words", "end", "agency"] = "keys"
    most_keys: int = 1
    also_says: tuple[str, ...] = ()  # in Spanish, where the language is still to be chosen
