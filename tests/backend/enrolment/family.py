"""Ana and Bo in one case, and Wendy who works it; none of the parents has an account yet."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import httpx

from backend.db import connection
from tests.backend.authenticator import Key
from tests.backend.browsing import make_person, sign_in
from tests.make import make_agency, make_assignment, make_case, make_participant

ADDRESS = {"address_1": "12 Elm Street", "city": "Springfield", "state": "ST", "postal_code": "00001"}
BORN = date(1990, 4, 5)
MARK = """
INSERT INTO safety_mark (person_id, case_id, made_by)
SELECT 'P-ana', (SELECT id FROM ivd_case LIMIT 1), id FROM account WHERE role = 'caseworker' LIMIT 1"""


class Office(NamedTuple):
    case: UUID
    ana: UUID
    bo: UUID


async def make_office(**ana: Any) -> Office:
    await make_agency()
    case = await make_case()
    usual = {"person_id": "P-ana", "first_name": "Ana", "last_name": "Núñez-Rivera", "born_on": BORN, **ADDRESS}
    party = await make_participant(case, "CP", **usual | ana)
    other = await make_participant(case, "NCP", person_id="P-bo", first_name="Bo", last_name="Diaz", **ADDRESS)
    await make_person("wendy", "caseworker", worker_login="w")
    await make_assignment(case, "w")
    return Office(case, party, other)


async def at_desk(page: httpx.AsyncClient) -> None:
    assert (await sign_in(page, "wendy")).status_code == 200


async def offer(page: httpx.AsyncClient, office: Office, way: str = "words", whom: UUID | None = None) -> httpx.Response:
    return await page.post(f"/v1/enrolment/{way}", json={"case": str(office.case), "participant": str(whom or office.ana)})


async def words_for(page: httpx.AsyncClient, office: Office) -> str:
    """Wendy reads six words aloud."""
    answer = await offer(page, office)
    assert answer.status_code == 200, answer.text
    return " ".join(answer.json()["words"])


async def claim(page: httpx.AsyncClient, code: str, who: str = "Núñez-Rivera") -> httpx.Response:
    return await page.post("/v1/claim", json={"code": code, "who": who})


async def enrol(page: httpx.AsyncClient, key: Key | None = None) -> tuple[Key, httpx.Response]:
    """The browser in which a code was right makes a passkey."""
    key = key or Key()
    options = (await page.post("/v1/enrolment/passkey/options", json={})).json()
    return key, await page.post("/v1/enrolment/passkey", json={"passkey": key.made(options), "name": "My phone"})


async def one(sql: str, *values: Any) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *values)


async def do(sql: str, *values: Any) -> None:
    async with connection() as held:
        await held.execute(sql, *values)
