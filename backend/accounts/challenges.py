"""Challenges: random bytes for one holder and one purpose, gone with the first answer that names them."""

from __future__ import annotations

from datetime import timedelta
from secrets import token_bytes
from typing import Final

from backend.db import connection
from backend.errors import Refused

CHALLENGE_BYTES: Final = 32
ANSWERED_WITHIN: Final = timedelta(minutes=5)

ASK: Final = "INSERT INTO challenge (challenge, purpose, holder, expires_at) VALUES ($1, $2, $3, now() + $4::interval)"
TAKE: Final = "DELETE FROM challenge WHERE challenge = $1 RETURNING purpose, holder, expires_at > now() AS fresh"
FORGET: Final = "DELETE FROM challenge WHERE expires_at < now()"


async def ask(purpose: str, holder: bytes) -> bytes:
    """A new challenge for this holder alone."""
    challenge = token_bytes(CHALLENGE_BYTES)
    async with connection() as held:
        await held.execute(ASK, challenge, purpose, holder, ANSWERED_WITHIN)
    return challenge


async def take(challenge: bytes, purpose: str, holder: bytes) -> None:
    """Use a challenge up, whoever names it. Refused: unauthorized, when it was not this holder's, for this, now."""
    async with connection() as held:
        row = await held.fetchrow(TAKE, challenge)
    if row is None or (row["purpose"], row["holder"], row["fresh"]) != (purpose, holder, True):
        raise Refused("unauthorized", "This took too long. Please try again.")


async def forget_challenges() -> None:
    """Delete those that nobody answered in time."""
    async with connection() as held:
        await held.execute(FORGET)
