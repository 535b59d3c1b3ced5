"""What programs of others call: a mail program's one press to unsubscribe, and the text provider with what people wrote back.

They bring no session and no JSON, so they stand apart under ``/v1/hooks``; each proves itself by what it was given.
"""

from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from litestar import MediaType, Request, post
from litestar.params import FromPath
from litestar.response import Response

from backend.access import public
from backend.channels.text import command, is_signed
from backend.errors import Refused
from backend.notifications import reach
from backend.settings import SETTINGS

MOST_BYTES: Final = 16_384
HELP: Final = "{agency}, {phone}. Reply STOP to end these texts, START to begin again. / Responda STOP para terminar, START para volver."
STOPPED: Final = "These texts have ended. Reply START to begin again. / Estos mensajes terminaron. Responda START para volver."
STARTED: Final = "These texts begin again. Reply STOP to end. / Estos mensajes vuelven. Responda STOP para terminar."
UNKNOWN: Final = "Nobody reads texts here. Open the app, or call {phone}. / Nadie lee mensajes aquí. Abra la aplicación o llame al {phone}."


@post("/v1/hooks/unsubscribe/{token:str}", guards=[public], status_code=200, media_type=MediaType.TEXT, include_in_schema=False)
async def unsubscribe(token: FromPath[str]) -> str:
    """RFC 8058: a POST ends it; nothing else is asked, and of an unknown link nothing is said."""
    await reach.stop_by_link(token)
    return "You will get no more of these e-mails. / No recibirá más de estos correos."


@post("/v1/hooks/texts", guards=[public], status_code=200, include_in_schema=False)
async def inbound(request: Request[Any, Any, Any]) -> Response[str]:
    """A person wrote back. Refused: forbidden, unless the provider signed it; invalid."""
    body = await request.body()
    fields = dict(parse_qsl(body[:MOST_BYTES].decode(errors="replace"), keep_blank_values=True))
    token = unquote(urlsplit(SETTINGS.text_url).password or "")
    if not is_signed(token, f"{SETTINGS.origin}/v1/hooks/texts", fields, request.headers.get("x-twilio-signature", "")):
        raise Refused("forbidden", "This is for the text provider.")
    said, number = command(fields.get("Body", "")), fields.get("MessageSid", "")
    if not number:
        raise Refused("invalid", "A text has a number of its own, MessageSid.")
    await reach.heard(said, "text", fields.get("From", ""), number)
    answer = {"stop": STOPPED, "start": STARTED, "help": HELP}.get(said or "", UNKNOWN)
    words = answer.format(agency=SETTINGS.agency_name, phone=SETTINGS.agency_phone)
    return Response(f"<Response><Message>{escape(words)}</Message></Response>", media_type="application/xml")


ROUTES: Final = (unsubscribe, inbound)
