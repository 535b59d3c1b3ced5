"""How a person's protection comes into every case: the state's word or our own mark, for the person and the children of their cases.

`participant.family_violence` is what a case shows of it, and follows here from `person` and `safety_mark`. What leaves the house on
paper or by telephone does not wait for it, but asks the view `guarded_person`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from backend.db import Connection

PUBLISHING: Final = 0x73707264  # held while a load is being published, so that neither overwrites the other
MARKING: Final = 0x6D61726B  # held by whoever marks or clears: one after the other, for the children of both
OF_PERSON: Final = (
    *("first_name", "last_name", "born_on", "language", "phone", "email", "address_1", "address_2"),
    *("city", "state", "postal_code", "safe_to_contact", "family_violence"),
)


def spreading(touched: str) -> str:
    """A statement that brings these persons, and all in their cases, to what is true of them; `t` is the participant's row."""
    ours, theirs = (", ".join(f"{side}.{name}" for name in OF_PERSON) for side in "te")
    return f"""
WITH touched AS MATERIALIZED ({touched}),
around AS MATERIALIZED (
    SELECT DISTINCT o.person_id FROM participant t JOIN participant o ON o.case_id = t.case_id
    WHERE t.person_id IN (SELECT person_id FROM touched)),
marked AS MATERIALIZED (
    SELECT person_id FROM person WHERE family_violence
    UNION SELECT person_id FROM safety_mark WHERE cleared_at IS NULL),
guarded AS MATERIALIZED (
    SELECT person_id FROM marked
    UNION SELECT k.person_id FROM participant k JOIN participant a ON a.case_id = k.case_id AND a.role <> 'CH'
    WHERE k.role = 'CH' AND k.person_id IN (SELECT person_id FROM around) AND a.person_id IN (SELECT person_id FROM marked))
UPDATE participant t SET {", ".join(f"{name} = e.{name}" for name in OF_PERSON)}
FROM (
    SELECT x.id, {", ".join(f"p.{name}" for name in OF_PERSON[:-1])},
        x.person_id IN (SELECT person_id FROM guarded) AS family_violence
    FROM participant x JOIN person p ON p.person_id = x.person_id
    WHERE x.person_id IN (SELECT person_id FROM around)) e
WHERE t.id = e.id AND ({ours}) IS DISTINCT FROM ({theirs})"""


OF_LOAD: Final = spreading("SELECT person_id FROM in_person UNION SELECT person_id FROM in_participant")
OF_ONE: Final = f"{spreading('SELECT $1::text AS person_id')} RETURNING t.case_id"


async def spread_now(held: Connection, person: str) -> set[UUID] | None:
    """The cases in which something changed by it; none while a load is being published: then it has to be done after it.

    The caller holds MARKING.
    """
    if not await held.fetchval("SELECT pg_try_advisory_xact_lock_shared($1)", PUBLISHING):
        return None
    return {row["case_id"] for row in await held.fetch(OF_ONE, person)}


async def spread_later(held: Connection, person: str) -> set[UUID]:
    """The same, after the load."""
    await held.execute("SELECT pg_advisory_xact_lock_shared($1)", PUBLISHING)
    await held.execute("SELECT pg_advisory_xact_lock($1)", MARKING)
    return {row["case_id"] for row in await held.fetch(OF_ONE, person)}
