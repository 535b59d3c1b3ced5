"""What people do by other doors than sync, and nobody else may learn: phones, passkeys, other ways to them, helpers, coming back, calls."""

from __future__ import annotations

import contextlib
from uuid import UUID

from backend.accounts.actions import actor_of_account
from backend.accounts.phone_line import end_line, recognise
from backend.accounts.throttle import admit_try
from backend.db import connection
from backend.documents import checking
from backend.documents.checking import Clean
from backend.enrolment import recovery
from backend.errors import Refused
from backend.notifications.reach import give_reach
from backend.notifications.wire import GiveReach
from backend.permits.actions import consent
from backend.permits.wire import Consent
from tests.make import insert
from tests.privacy.doors import caller_number, telephone
from tests.privacy.families import case_id
from tests.privacy.trace import Act

GUESSES = 12
ARRIVED = """
WITH held AS (UPDATE document SET state = 'held', arrived = files WHERE id = $1 AND state = 'offered' RETURNING id)
SELECT f.id FROM document_file f JOIN held h ON h.id = f.document_id"""
LINE = "INSERT INTO phone_line (account_id, number, pin_hash) VALUES ($1, $2, '') ON CONFLICT (account_id) DO NOTHING"
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


async def _checked(account: UUID, act: Act) -> None:
    """What was offered has come and was looked into: the team may open it."""
    document = UUID(act.args["document"])
    async with connection() as held:
        files = await held.fetch(ARRIVED, document)
    if files:
        await checking._release(document, [(file["id"], Clean(b"\0" * 32, 4, 1)) for file in files])


async def _ask_back(account: UUID, act: Act) -> None:
    await recovery.ask(account)


async def _call_off(account: UUID, act: Act) -> None:
    with contextlib.suppress(Refused):  # nobody asked
        await recovery.cancel(await actor_of_account(account))


async def _try_to_sign_in(account: UUID, act: Act) -> None:
    """Somebody guesses at their password, from many addresses."""
    for number in range(GUESSES):
        with contextlib.suppress(Refused):
            await admit_try(act.who.lower(), f"198.51.100.{number}")


async def _try_the_line(account: UUID, act: Act) -> None:
    for _ in range(2):
        with contextlib.suppress(Refused):
            await recognise(caller_number(act.who), "999999", telephone(act.who))


async def _end_line(account: UUID, act: Act) -> None:
    """There is a line, and then there is none."""
    async with connection() as held:
        await held.execute(LINE, account, caller_number(act.who))
    await end_line(await actor_of_account(account))


PRIVATE = {
    **{"device.register": _register, "passkey.add": _add_passkey, "reach.give": _give_reach, "permit.give": _give_permit},
    **{"document.checked": _checked, "recovery.ask": _ask_back, "recovery.cancel": _call_off},
    **{"sign_in.try": _try_to_sign_in, "phone_line.try": _try_the_line, "phone_line.end": _end_line},
}
