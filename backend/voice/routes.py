"""What the voice provider calls: once when somebody rings, and once for each step of the call.

It brings no session and no JSON; each request is signed over its address and its form. The signature names no time, so a request
that is sent again later is known by the token in its address, which serves one step of one call.
"""

from base64 import b64encode
from typing import Any, Final
from urllib.parse import parse_qsl

from litestar import Request, post
from litestar.params import FromPath
from litestar.response import Response

from backend.access import public
from backend.channels import voice
from backend.channels.text import is_signed
from backend.channels.wire import Heard
from backend.errors import Refused
from backend.installation import key_for
from backend.settings import SETTINGS
from backend.voice import actions
from backend.voice.actions import Answered

PATH: Final = "/v1/hooks/calls"
MOST_BYTES: Final = 16_384


@post(PATH, guards=[public], status_code=200, include_in_schema=False)
async def begin(request: Request[Any, Any, Any]) -> Response[str]:
    """Somebody calls. Refused: forbidden, unless the provider signed it."""
    return _spoken(await actions.begin(await _heard(request, PATH)))


@post(f"{PATH}/{{step:str}}", guards=[public], status_code=200, include_in_schema=False)
async def go_on(request: Request[Any, Any, Any], step: FromPath[str]) -> Response[str]:
    """The caller pressed keys, spoke, or was silent. Refused: forbidden, unless the provider signed it; conflict."""
    return _spoken(await actions.go_on(step, await _heard(request, f"{PATH}/{step}")))


def provider_token() -> str:
    """What calls are signed with: the provider's, or one of this machine that `./porchlight call` knows too."""
    return SETTINGS.voice_token or b64encode(key_for("local phone line")).decode()


async def _heard(request: Request[Any, Any, Any], path: str) -> Heard:
    body = await request.body()
    if len(body) > MOST_BYTES:
        raise Refused("invalid", "This is too long for a step of a call.")
    fields = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    if not is_signed(provider_token(), SETTINGS.origin + path, fields, request.headers.get("x-twilio-signature", "")):
        raise Refused("forbidden", "This is for the voice provider.")
    heard = voice.read(fields)
    if not heard.call:
        raise Refused("invalid", "A call needs the provider's name for it.")
    return heard


def _spoken(answered: Answered) -> Response[str]:
    xml = voice.compose(answered.prompt, f"{SETTINGS.origin}{PATH}/{answered.token}", SETTINGS.agency_phone)
    return Response(xml, media_type="application/xml")


ROUTES: Final = (begin, go_on)
