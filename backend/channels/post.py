"""The way out for each channel: the agency's provider where one is set, else a file on this machine, for development."""

from pathlib import Path
from typing import Final
from uuid import uuid4

from backend.channels import email, text
from backend.channels.wire import Channel, Letter, Sent
from backend.settings import SETTINGS, Settings

FOLDER: Final = "letters"


async def post(channel: Channel, letter: Letter, settings: Settings = SETTINGS) -> Sent:
    """Sends one letter. Never raises for what a provider does."""
    if channel == "email" and settings.smtp_url:
        return await email.send(letter, settings.smtp_url, settings.mail_from)
    if channel == "text" and settings.text_url:
        return await text.send(letter, settings.text_url, settings.text_from)
    _write(settings.data / FOLDER, channel, letter)
    return Sent.SENT


def _write(folder: Path, channel: Channel, letter: Letter) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    whole = text.compose(letter) if channel == "text" else email.compose(letter, "porchlight@localhost").as_string()
    (folder / f"{channel}-{uuid4().hex}.txt").write_text(f"To: {letter.address}\n\n{whole}\n")
