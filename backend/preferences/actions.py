"""Choosing how the app is: the choice received last counts."""

import re
from typing import Final

from backend.access import Actor
from backend.db import connection
from backend.errors import Refused
from backend.journal import Entry, poke, record
from backend.policy import require
from backend.preferences.wire import SetPreference

CHOICES: Final = {
    "language": "en|es",
    "text": "normal|large|larger|largest",
    "notice_quiet": r"never|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d",
    "notice_digest": "off|daily",
    "notice_detail": "generic|kind",
}
CHANNELS: Final = "push|text|email|none"  # of every kind of notice
SET: Final = """
INSERT INTO preference AS p (account_id, name, value) VALUES ($1, $2, $3)
ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value WHERE p.value <> excluded.value RETURNING id"""


async def set_preference(actor: Actor, args: SetPreference) -> None:
    """The actor's own choice. Refused: invalid, when it is not one of them."""
    require(actor, "preference.set")
    if not re.fullmatch(CHOICES.get(args.name, CHANNELS), args.value):
        raise Refused("invalid", "This cannot be chosen.")
    async with connection() as held:
        changed = await held.fetchval(SET, actor.account_id, args.name, args.value)
    if changed is not None:
        await record([Entry("preference.set", actor.account_id, subject_id=changed, detail={"name": args.name})])
        await poke({actor.account_id})
