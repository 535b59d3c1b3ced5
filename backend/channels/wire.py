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
    """One thing to say: a subject (e-mail only), a sentence, a link of ours, and how to end it."""

    address: str
    language: Literal["en", "es"]
    title: str
    body: str
    link: str
    stop_link: str
