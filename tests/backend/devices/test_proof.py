"""A device is known by its key: what another sends in its name is not believed."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec

from backend.db import connection
from backend.devices.keys import in_force, renew_key
from tests.backend.devices.keyed import KeyedPhone, b64, keyed_phone, point, verified
from tests.backend.devices.phone import phone
from tests.make import make_agency

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
async def ana(db: object) -> AsyncIterator[KeyedPhone]:
    await make_agency()
    async with keyed_phone("ana", person_id="A") as made:
        yield made


async def scalar(sql: str, *args: object) -> Any:
    async with connection() as held:
        return await held.fetchval(sql, *args)


async def test_a_phone_with_a_key_is_served_when_it_proves_itself_and_by_nothing_else(ana: KeyedPhone) -> None:
    assert (await ana.post()).status_code == 200
    body = json.dumps(ana.asks()).encode()
    other = ec.generate_private_key(ec.SECP256R1())
    false = {
        "none": None,
        "empty": "",
        "no signature": "v1.",
        "not base64": "v1.***",
        "too short": ana.proof("POST", "/v1/sync", body)[:-4],
        "another version": ana.proof("POST", "/v1/sync", body).replace("v1.", "v2."),
        "another path": ana.proof("POST", "/v1/handover", body),
        "another method": ana.proof("PUT", "/v1/sync", body),
        "another body": ana.proof("POST", "/v1/sync", body + b" "),
        "another device": ana.proof("POST", "/v1/sync", body, device=uuid4()),
        "another key": ana.proof("POST", "/v1/sync", body, pair=other),
        "zeros": "v1." + b64(bytes(64)),
    }
    for what, said in false.items():
        headers = {"content-type": "application/json"} | ({} if said is None else {"porchlight-proof": said})
        answer = await ana.client.post("/v1/sync", content=body, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "device_proof"), what
        assert "wipe" not in answer.json(), what


async def test_what_is_proved_is_the_body_before_it_is_packed(ana: KeyedPhone) -> None:
    body = json.dumps(ana.asks()).encode()
    headers = {"porchlight-proof": ana.proof("POST", "/v1/sync", body), "content-type": "application/json"}
    answer = await ana.client.post("/v1/sync", content=gzip.compress(body), headers=headers | {"content-encoding": "gzip"})
    assert answer.status_code == 200


async def test_a_phone_without_a_key_is_served_as_before(ana: KeyedPhone) -> None:
    async with phone("bo", person_id="B") as bo:
        assert (await bo.post()).status_code == 200


async def test_a_key_is_never_replaced_and_the_phone_takes_a_new_name_instead(ana: KeyedPhone) -> None:
    first = ana.key
    assert (await ana.register()).status_code == 204
    ana.key = b64(point(ec.generate_private_key(ec.SECP256R1())))
    answer = await ana.register()
    assert (answer.status_code, answer.json()["code"]) == (409, "device_key")
    assert (await ana.client.put(f"/v1/devices/{ana.device}", json={"kind": "phone"})).status_code == 204
    assert b64(await scalar("SELECT key FROM sync_device WHERE id = $1", ana.device)) == first
    assert (await ana.post()).status_code == 200


@pytest.mark.parametrize("key", ["", "AAAA", b64(b"\4" + bytes(64)), b64(bytes(65)), b64(b"\2" + bytes(32)), "***"])
async def test_what_is_no_point_of_the_curve_is_no_key(ana: KeyedPhone, key: str) -> None:
    assert (await ana.client.put(f"/v1/devices/{uuid4()}", json={"kind": "phone", "key": key})).status_code == 400


async def test_somebody_elses_device_stays_theirs(ana: KeyedPhone) -> None:
    async with phone("bo", person_id="B") as bo:
        answer = await bo.client.put(f"/v1/devices/{ana.device}", json={"kind": "phone", "key": ana.key})
        assert (answer.status_code, answer.json()["code"]) == (409, "device_forked")


async def test_a_lease_says_who_may_hold_what_until_when_and_only_we_can_write_one(ana: KeyedPhone) -> None:
    answer = await ana.sync(lease=True)
    known = (await ana.client.get("/v1/vault/keys")).json()["lease"]
    told = verified(answer["lease"], known[0]["key"])
    assert (told["device"], told["account"]) == (str(ana.device), str(ana.account))
    assert (told["issued"], told["not_after"]) == (answer["now"], answer["lease_until"])
    assert told["scopes"] == answer["manifest"]["digest"]
    assert {"policy", "app_min"} <= set(told)
    _, signature = answer["lease"].split(".")
    forged = b64(json.dumps(told | {"not_after": told["not_after"] + 1}).encode())
    with pytest.raises(InvalidSignature):
        verified(f"{forged}.{signature}", known[0]["key"])
    assert "lease" not in await ana.sync()
    assert verified((await ana.sync(lease=True))["lease"], known[0]["key"])["scopes"] == ana.have


async def test_older_keys_hold_until_they_are_retired(ana: KeyedPhone) -> None:
    lease = (await ana.sync(lease=True))["lease"]
    first = (await in_force("lease"))[0]
    await renew_key("lease", retire=False)
    known = (await ana.client.get("/v1/vault/keys")).json()["lease"]
    assert [key["id"] for key in known][1:] == [first.id]
    verified(lease, known[1]["key"])
    verified((await ana.sync(lease=True))["lease"], known[0]["key"])
    await renew_key("lease", retire=True)
    assert first.id not in [key["id"] for key in (await ana.client.get("/v1/vault/keys")).json()["lease"]]
