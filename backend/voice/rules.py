"""What a call does next: a function of where it is and of what came from the caller.

Nothing here knows who anybody is. `Act` says what has to be looked up or done; its outcome is told by the words of `words.py`.
"""

from enum import StrEnum
from typing import Final

import msgspec

from backend.accounts.rules import bare_code
from backend.channels.wire import Heard
from backend.voice.wire import Call, Step

CHANCES: Final = 3  # for a number and a PIN; for silence
MESSAGES_MOST: Final = 3
CASES_MOST: Final = 8
WANTS_KEYS: Final = {Step.NUMBER: 9, Step.PIN: 6}
PERSON: Final = "0"
AGAIN: Final = "9"

# What of a row the line ever says: each has to stand in the table of classes for the phone (tests hold it to that).
SPOKEN: Final = {
    "agency": ("name", "phone"),
    "ivd_case": ("case_number",),
    "payment": ("amount_cents", "posted_on", "reversed_by"),
    "disbursement": ("status", "status_on"),
    "hearing": ("starts_local", "time_zone", "court", "remote", "status"),
    "message": ("receipt", "answer_due_on"),
}


class Act(StrEnum):
    """What the turn needs besides words."""

    NOTHING = "nothing"
    PROVE = "prove"  # whose number and PIN these are
    PAYMENT = "payment"
    HEARING = "hearing"
    CHOOSE = "choose"  # which case, where there are several
    SEND = "send"
    CALL_BACK = "call_back"
    AGENCY = "agency"  # on to a person
    SILENCE = "silence"


class Turn(msgspec.Struct, frozen=True):
    """Where the call is then, what has to be done for it, and the keys or the words that it is done with."""

    call: Call
    act: Act = Act.NOTHING
    given: str = ""
    strange: bool = False  # a key that means nothing here


def turn(call: Call, heard: Heard) -> Turn:
    """The caller's answer to what was asked last."""
    if not heard.keys and not heard.words:
        silent = call.silent + 1
        return Turn(_at(call, Step.OVER if silent >= CHANCES else call.step, silent=silent), Act.SILENCE)
    call = msgspec.structs.replace(call, silent=0)
    if heard.keys == PERSON and call.step is not Step.PIN:
        return Turn(_at(call, Step.OVER), Act.AGENCY)
    return _TURNS[call.step](call, heard)


def proved(call: Call, *, right: bool) -> Call:
    """After a number and a PIN: the menu, another chance, or the end."""
    if right:
        return _at(call, Step.MENU, number="", wrong=0)
    wrong = call.wrong + 1
    return _at(call, Step.OVER if wrong >= CHANCES else Step.NUMBER, number="", wrong=wrong)


def _language(call: Call, heard: Heard) -> Turn:
    spoken = {"1": "en", "2": "es"}.get(heard.keys)
    return Turn(_at(call, Step.NUMBER, language=spoken)) if spoken else Turn(call, strange=True)


def _number(call: Call, heard: Heard) -> Turn:
    return Turn(_at(call, Step.PIN, number=heard.keys))


def _pin(call: Call, heard: Heard) -> Turn:
    return Turn(call, Act.PROVE, heard.keys)


def _menu(call: Call, heard: Heard) -> Turn:
    if heard.keys in ("3", "4"):
        about = "message" if heard.keys == "3" else "call_back"
        return Turn(_at(call, Step.CASE, about=about), Act.CHOOSE)
    act = {"1": Act.PAYMENT, "2": Act.HEARING, AGAIN: Act.NOTHING}.get(heard.keys)
    return Turn(call, act or Act.NOTHING, strange=act is None)


def _case(call: Call, heard: Heard) -> Turn:
    return Turn(call, Act.CHOOSE, bare_code(heard.keys))


def _message(call: Call, heard: Heard) -> Turn:
    return Turn(_at(call, Step.CONFIRM, draft=heard.words)) if heard.words else Turn(call, strange=True)


def _confirm(call: Call, heard: Heard) -> Turn:
    if heard.keys == "1":
        return Turn(call, Act.SEND)
    steps = {"2": Step.MESSAGE, "3": Step.MENU}
    return Turn(_at(call, steps[heard.keys], draft="")) if heard.keys in steps else Turn(call, strange=True)


def _call_back(call: Call, heard: Heard) -> Turn:
    where = {"1": call.telephone, "2": ""}.get(heard.keys)
    return Turn(call, Act.CALL_BACK, where) if where is not None else Turn(call, strange=True)


def _over(call: Call, heard: Heard) -> Turn:
    return Turn(call)


_TURNS: Final = {
    Step.LANGUAGE: _language,
    Step.NUMBER: _number,
    Step.PIN: _pin,
    Step.MENU: _menu,
    Step.CASE: _case,
    Step.MESSAGE: _message,
    Step.CONFIRM: _confirm,
    Step.CALL_BACK: _call_back,
    Step.OVER: _over,
}


def _at(call: Call, step: Step, **changed: object) -> Call:
    return msgspec.structs.replace(call, step=step, **changed)
