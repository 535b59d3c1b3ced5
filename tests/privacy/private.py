"""What people do by other doors than sync, and nobody else may learn: phones, passkeys, other ways to them, helpers."""

from __future__ import annotations

import contextlib
from uuid import UUID

from backend.accounts.actions import actor_of_account
from backend.db import connection
from backend.errors import Refused
from backend.notifications.reach import give_reach
from backend.notifications.wire import GiveReach
from backend.permits.actions import consent
from backend.permits.wire import Consent
from tests.make import insert
from tests.privacy.families import case_id
from tests.privacy.trace import Act

PREFER = """
INSERT INTO preference (account_id, name, value) VALUES ($1, $2, $3) ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value"""


async def _register(account: UUID, act: Act) -> None:
    await insert("sync_device", id=act.args["device"], principal=account)


async def _add_passkey(account: UUID, act: Act) -> None:
    key = UUID(act.args["id"])
    made = {"credential_id": key.bytes, "public_key": key.bytes, "sign_count": 0, "backup_eligible": True, "backed_up": True, "prf": True}
    await insert("passkey", id=key, account_id=account, name=act.args["name"], **made)


async def _give_reach(account: UUID, act: Act) -> None:
    """As the person does it, with the code that came there."""
    with contextlib.suppress(Refused):  # a code is on its way already
        await give_reach(await actor_of_account(account), GiveReach(**act.args))
    async with connection() as held:
        await held.execute("UPDATE reach SET verified_at = now() WHERE account_id = $1 AND channel = $2", account, act.args["channel"])
        await held.execute(PREFER, account, "notice.message", act.args["channel"])


async def _give_permit(account: UUID, act: Act) -> None:
    assert act.case is not None
    await consent(await actor_of_account(account), Consent(case=case_id(act.case), **act.args))


PRIVATE = {"device.register": _register, "passkey.add": _add_passkey, "reach.give": _give_reach, "permit.give": _give_permit}
