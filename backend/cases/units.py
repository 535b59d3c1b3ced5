"""Which units work a case, and the supervisors who answer for it: by account, since where somebody works is told to nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from backend.db import Connection

NOW: Final = "s.from_on <= current_date AND (s.to_on IS NULL OR s.to_on > current_date)"
SUPERVISORS: Final = """
SELECT a.id::text AS id FROM account a JOIN worker v ON v.worker_login = a.worker_login
WHERE a.active AND a.role = 'supervisor' AND v.unit_code IN ({}) ORDER BY 1"""
OF_CASE: Final = SUPERVISORS.format(
    f"""SELECT w.unit_code FROM assignment s JOIN worker w ON w.worker_login = s.worker_login WHERE s.case_id = $1 AND {NOW}"""
)
OF_WORKER: Final = SUPERVISORS.format("SELECT w.unit_code FROM worker w WHERE w.worker_login = $1")


def worked_by_unit_of(login: str, case: str) -> str:
    """A condition: somebody of this login's own unit works the case now. Both are SQL, never what somebody typed."""
    return f"""EXISTS (SELECT 1 FROM worker own JOIN worker w ON w.unit_code = own.unit_code
    JOIN assignment s ON s.worker_login = w.worker_login WHERE own.worker_login = {login} AND s.case_id = {case} AND {NOW})"""


async def supervisors_of(held: Connection, case: UUID) -> list[str]:
    """The accounts of the supervisors of the units that work a case now."""
    return [row["id"] for row in await held.fetch(OF_CASE, case)]


async def supervisors_over(held: Connection, login: str | None) -> list[str]:
    """The accounts of the supervisors of this worker's unit."""
    return [row["id"] for row in await held.fetch(OF_WORKER, login)]
