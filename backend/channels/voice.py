"""The phone line through an HTTP provider that speaks as Twilio does.

The adapter needs four things of a provider: a form POST for each step of a call with CallSid, From, Digits and SpeechResult, signed
with ``X-Twilio-Signature``; and as answers the verbs Say, Gather (dtmf and speech), Redirect, Dial and Hangup of its XML.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from backend.channels.wire import Heard, Prompt

VOICES: Final = {"en": "en-US", "es": "es-US"}
WAIT_S: Final = 8
MOST_KEYS: Final = 16
MOST_WORDS: Final = 2000
TELEPHONE: Final = re.compile(r"\+[1-9]\d{6,14}")
AMERICAN_DIGITS: Final = 10


def read(fields: Mapping[str, str]) -> Heard:
    """One request of the provider; what is no telephone, key or call is left out."""
    telephone, keys = fields.get("From", ""), fields.get("Digits", "")
    return Heard(
        call=fields.get("CallSid", "")[:64],
        telephone=telephone if TELEPHONE.fullmatch(telephone) else "",
        keys="".join(key for key in keys[:MOST_KEYS] if key in "0123456789*"),
        words=fields.get("SpeechResult", "").replace("\0", "").strip()[:MOST_WORDS],
    )


def compose(prompt: Prompt, next_url: str, agency_phone: str) -> str:
    """The answer in the provider's XML."""
    said = _say(prompt.says, prompt.language) + _say(prompt.also_says, "es")
    if prompt.then == "end":
        return f"<Response>{said}<Hangup/></Response>"
    if prompt.then == "agency":
        number = dialled(agency_phone)
        return f"<Response>{said}" + (f"<Dial>{number}</Dial>" if number else "<Hangup/>") + "</Response>"
    where = f"action={quoteattr(next_url)} method=\"POST\""
    if prompt.then == "words":
        how = f'input="speech" speechTimeout="auto" profanityFilter="false" language="{VOICES[prompt.language]}"'
    else:
        how = f'input="dtmf" numDigits="{prompt.most_keys}" finishOnKey="#"'
    listens = f'<Gather {how} timeout="{WAIT_S}" {where}>{said}</Gather>'
    return f'<Response>{listens}<Redirect method="POST">{escape(next_url)}</Redirect></Response>'


def dialled(phone: str) -> str | None:
    """A telephone of the agency as it is dialled; none when it is no whole American number."""
    digits = re.sub(r"\D", "", phone).removeprefix("1")
    return f"+1{digits}" if len(digits) == AMERICAN_DIGITS else None


def _say(sentences: Sequence[str], language: str) -> str:
    return "".join(f'<Say language="{VOICES[language]}">{escape(each)}</Say>' for each in sentences)
