"""Which units work a case: whose supervisors answer for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

if TYPE_CHECKING:
    from backend.db import Connection

NOW: Final = "s.from_on <= current_date AND (s.to_on IS NULL OR s.to_on > current_date)"
OF_CASE: Final = f"""
SELECT DISTINCT w.unit_code FROM assignment s JOIN worker w ON w.worker_login = s.worker_login
WHERE s.case_id = $1 AND w.unit_code IS NOT NULL AND {NOW} ORDER BY 1"""


def worked_by_unit_of(login: str, case: str) -> str:
    """A condition: somebody of this login's own unit works the case now. Both are SQL, never what somebody typed."""
    return f"""EXISTS (SELECT 1 FROM worker own JOIN worker w ON w.unit_code = own.unit_code
    JOIN assignment s ON s.worker_login = w.worker_login WHERE own.worker_login = {login} AND s.case_id = {case} AND {NOW})"""


async def units_of(held: Connection, case: UUID) -> list[str]:
    """The units that work a case now."""
    return [row["unit_code"] for row in await held.fetch(OF_CASE, case)]
