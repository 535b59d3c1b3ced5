"""The one document that reaches a lock screen: generic words, one fixed size.

It is a Declarative Web Push message (``web_push: 8030``): Safari shows it without waking anything, other browsers
hand it to our service worker. It has no place for a name, a sum, a date or a case: see ``document``'s parameters.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from push.notification import Kind, Locale, Notification

TEXT_BYTES: Final = 1024
MAGIC: Final = 8030
VERSION: Final = 1


class Words(NamedTuple):
    """What a person reads on the lock screen, and its language for the screen reader."""

    title: str
    body: str
    lang: str


WORDS: Final[Mapping[tuple[Kind, Locale], Words]] = {
    (Kind.UPDATE, Locale.EN): Words("New update", "Open the app to see it.", "en-US"),
    (Kind.UPDATE, Locale.ES): Words("Hay novedades", "Abra la aplicación para verlas.", "es-US"),
    (Kind.MONEY, Locale.EN): Words("News about a payment", "Open the app to see it.", "en-US"),
    (Kind.MONEY, Locale.ES): Words("Novedades de un pago", "Abra la aplicación para verlas.", "es-US"),
    (Kind.DATE, Locale.EN): Words("News about a date", "Open the app to see it.", "en-US"),
    (Kind.DATE, Locale.ES): Words("Novedades de una fecha", "Abra la aplicación para verlas.", "es-US"),
    (Kind.MESSAGE, Locale.EN): Words("New message", "Open the app to read it.", "en-US"),
    (Kind.MESSAGE, Locale.ES): Words("Mensaje nuevo", "Abra la aplicación para leerlo.", "es-US"),
    (Kind.DOCUMENT, Locale.EN): Words("News about a document", "Open the app to see it.", "en-US"),
    (Kind.DOCUMENT, Locale.ES): Words("Novedades de un documento", "Abra la aplicación para verlas.", "es-US"),
    (Kind.DEVICE, Locale.EN): Words("Your devices changed", "Open the app to see it.", "en-US"),
    (Kind.DEVICE, Locale.ES): Words("Sus dispositivos cambiaron", "Abra la aplicación para verlo.", "es-US"),
}


def check_origin(origin: str) -> str:
    """The app's own origin, as links in notifications begin; refuses anything with a path, a query or user info."""
    parts = urlsplit(origin)
    if parts.scheme not in ("https", "http") or not parts.hostname or f"{parts.scheme}://{parts.netloc}" != origin:
        raise ValueError("the origin must be like https://portal.example.gov")
    if "@" in parts.netloc or len(origin) > 200:
        raise ValueError("the origin must be a plain address of at most 200 characters")
    return origin


def document(notification: Notification, locale: Locale, origin: str) -> bytes:
    """The text to encrypt, padded with spaces (legal after JSON) so that every notification is equally long."""
    words = WORDS[notification.kind, locale]
    shown: dict[str, Any] = {
        "title": words.title,
        "body": words.body,
        "navigate": f"{origin}/n/{notification.id}",
        "tag": notification.tag,
        "lang": words.lang,
        "dir": "ltr",
        "silent": False,
    }
    whole: dict[str, Any] = {"web_push": MAGIC, "notification": shown, "v": VERSION}
    if notification.badge is not None:
        whole["app_badge"] = notification.badge
    text = msgspec.json.encode(whole)
    if len(text) > TEXT_BYTES:
        raise ValueError("the document outgrew its fixed size")
    return text.ljust(TEXT_BYTES)
