"""The party whom a conversation, an appointment or a change belongs to."""

from typing import Any
from uuid import UUID

from backend.access import Actor, Role
from backend.cases.tables import Participant
from backend.errors import Refused

NOT_OPEN = "This is not open to you any more. Call your child support office if you need help."


async def get_party(actor: Actor, case_id: UUID, thread: UUID) -> dict[str, Any]:
    """The adult whose participant row it is; for a parent only their own, current one. Refused: forbidden."""
    found = (
        await Participant.select(Participant.party_bit, Participant.person_id)
        .where(Participant.id == thread, Participant.case_id == case_id, Participant.to_on.is_null())
        .where(Participant.role != "CH")
        .first()
    )
    if found is None or (actor.role == Role.PARENT and found["person_id"] != actor.person_id):
        raise Refused("forbidden", NOT_OPEN)
    return found
