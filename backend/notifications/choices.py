"""What people chose about their notices, as their preferences have it. A choice that cannot be read counts as not made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import time
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from backend.notifications.timing import NIGHT, Choice, Quiet

if TYPE_CHECKING:
    from backend.db import Connection

FIND: Final = """
SELECT a.id, a.time_zone, p.name, p.value FROM account a
LEFT JOIN preference p ON p.account_id = a.id AND p.name LIKE 'notice%' WHERE a.id = ANY($1)"""

NEVER_QUIET: Final = "never"
CHANNELS: Final = ("push", "text", "email", "none")


async def find_choices(held: Connection, accounts: Iterable[UUID]) -> dict[UUID, Choice]:
    """The choices of these accounts; of those that made none, what counts for everybody."""
    zones: dict[UUID, str] = {}
    named: dict[UUID, dict[str, str]] = {}
    for row in await held.fetch(FIND, list(accounts)):
        zones[row["id"]] = row["time_zone"]
        if row["name"] is not None:
            named.setdefault(row["id"], {})[row["name"]] = row["value"]
    return {account: choice_of(zone, named.get(account, {})) for account, zone in zones.items()}


def choice_of(zone: str, named: Mapping[str, Any]) -> Choice:
    """Preferences by name as one value: notice_quiet, notice_digest, notice_detail, and notice.<kind> for each channel."""
    return Choice(
        zone=zone,
        quiet=quiet_of(named.get("notice_quiet")),
        digest=named.get("notice_digest") == "daily",
        says_kind=named.get("notice_detail") == "kind",
        channels={name.removeprefix("notice."): value for name, value in named.items() if value in CHANNELS},
    )


def quiet_of(text: str | None) -> Quiet:
    """The preference notice_quiet: hours such as 22:00-06:30, or never."""
    if text == NEVER_QUIET:
        return None
    try:
        begins, _, ends = (text or "").partition("-")
        return time.fromisoformat(begins), time.fromisoformat(ends)
    except ValueError:
        return NIGHT
