"""Taking devices' access away: what happens to each of them, whoever does it."""

from collections.abc import Sequence
from typing import Any, Final

from backend.access import Actor
from backend.journal import Entry, record

# $3 wipe; ends with the ids that are meant.
REVOKE: Final = """
UPDATE sync_device SET revoked_at = coalesce(revoked_at, now()), wipe = wipe OR $3 WHERE id IN"""
ENDED: Final = "RETURNING id, principal, session_id, key IS NOT NULL AS keyed"
FORGET_SHARES: Final = "DELETE FROM vault_share WHERE device = ANY($1)"
END_SESSIONS: Final = """
UPDATE session SET ended_at = now() WHERE ended_at IS NULL AND id IS DISTINCT FROM $3
    AND (id = ANY($1) OR account_id = ANY($2))"""


async def revoke_found(held: Any, actor: Actor, rows: Sequence[Any], *, wipe: bool, everywhere: bool) -> None:
    """In the transaction that revoked these rows: no PIN opens them, their sessions end, and the journal knows.

    A device without a key has nothing but its session to be told by that it is to forget, so that one goes on. `everywhere`
    ends every session of their people, but the one that this act is done in.
    """
    await held.execute(FORGET_SHARES, [row["id"] for row in rows])
    sessions = [row["session_id"] for row in rows if row["session_id"] and row["keyed"]]
    people = [row["principal"] for row in rows] if everywhere else []
    await held.execute(END_SESSIONS, sessions, people, actor.session_id)
    details = [(row["id"], {"wipe": wipe, "account": str(row["principal"])}) for row in rows]
    await record([Entry("device.revoked", actor.account_id, subject_id=device, detail=detail) for device, detail in details])
