"""`./porchlight sync`: the doctor's exit code is what a monitoring looks at, and the table is what a person reads."""

from __future__ import annotations

import pytest

from backend.db import DB, connection
from backend.operating import _devices, _doctor
from tests.make import make_payment
from tests.sync.world import make_family

pytestmark = pytest.mark.usefixtures("db")


async def test_the_doctor_says_drift_by_its_exit_code_changes_nothing_unasked_and_repairs_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    family = await make_family()
    assert await _doctor(repair=False) == 0
    async with DB.transaction(), connection() as held:
        await held.execute("ALTER TABLE payment DISABLE TRIGGER USER")
        await make_payment(family.case)
        await held.execute("ALTER TABLE payment ENABLE TRIGGER USER")
        await held.execute("UPDATE sync_grant SET mask = 15 WHERE scope = $1 AND principal = $2", family.case, family.paying.account)
    assert [await _doctor(repair=False) for _ in range(2)] == [1, 1]
    assert "2 missing, 0 too many. sync_grant: 1 wrong" in capsys.readouterr().out
    assert [await _doctor(repair=True), await _doctor(repair=False)] == [1, 0]


async def test_the_table_of_devices_has_a_line_for_each(capsys: pytest.CaptureFixture[str]) -> None:
    family = await make_family()
    async with connection() as held:
        await held.execute("UPDATE sync_device SET revoked_at = now(), wipe = true WHERE id = $1", family.worker.device)
    assert await _devices() == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert next(line for line in lines if str(family.worker.device) in line).endswith("revoked, to be wiped")
