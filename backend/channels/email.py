"""E-mail: plain text and HTML in one message, over SMTP with TLS, with an unsubscribe that takes one press (RFC 8058)."""

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid
from html import escape
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib

from backend.channels.wire import Letter, Sent

TIMEOUT_S: Final = 20.0
LINES: Final = SMTP.clone(max_line_length=998)  # else a long link in a header is encoded, and no mail program knows it
PORT: Final = 587
ENDS: Final = {"en": "You asked for these e-mails. To stop them:", "es": "Usted pidió estos correos. Para dejar de recibirlos:"}
OPENS: Final = {"en": "Open the app", "es": "Abrir la aplicación"}


def compose(letter: Letter, sender: str) -> EmailMessage:
    """The message. It says no more than a notification does, in the person's language."""
    message = EmailMessage(policy=LINES)
    message["From"], message["To"], message["Subject"] = sender, letter.address, letter.title
    domain = sender.rpartition("@")[2].rstrip(">")
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{letter.id}@{domain}>" if letter.id else make_msgid(domain=domain)
    message["Content-Language"] = letter.language
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<{letter.stop_link}>"
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    ends = ENDS[letter.language]
    message.set_content(f"{letter.body}\n\n{letter.link}\n\n-- \n{ends}\n{letter.stop_link}\n")
    link, stop = escape(letter.link), escape(letter.stop_link)
    message.add_alternative(
        f'<!doctype html><html lang="{letter.language}"><meta charset="utf-8"><title>{escape(letter.title)}</title>'
        f'<body><p>{escape(letter.body)}</p><p><a href="{link}">{OPENS[letter.language]}</a></p>'
        f'<p><small>{ends} <a href="{stop}">{stop}</a></small></p></body></html>',
        subtype="html",
    )
    return message


async def send(letter: Letter, url: str, sender: str) -> Sent:
    """Hands it to the agency's mail server: ``smtp://user:password@host:587`` (STARTTLS) or ``smtps://…:465``."""
    parts = urlsplit(url)
    direct = parts.scheme == "smtps"
    try:
        await aiosmtplib.send(
            compose(letter, sender),
            hostname=parts.hostname,
            port=parts.port or (465 if direct else PORT),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=direct,
            start_tls=None if direct else (parts.query != "plain"),
            timeout=TIMEOUT_S,
        )
    except aiosmtplib.SMTPRecipientsRefused as refused:
        return Sent.DEAD if all(500 <= each.code < 600 for each in refused.recipients) else Sent.LATER
    except (aiosmtplib.SMTPException, OSError, TimeoutError, ValueError):
        return Sent.LATER
    return Sent.SENT
