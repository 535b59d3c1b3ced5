"""Counters for the operator's monitoring: they count, they name nobody, and nobody else may read them."""

from __future__ import annotations

import re

import pytest
from litestar import Litestar
from prometheus_client.parser import text_string_to_metric_families

from backend import metrics
from tests.backend.browsing import HTTPS, browser, make_app
from tests.backend.devices.phone import phone
from tests.make import make_agency, make_case, make_participant

HERE = "127.0.0.1"
ALLOWED_LABELS = {
    *("method", "path", "status", "reason", "outcome", "code", "le"),
    *("generation", "service", "result", "state", "kind", "what", "rule"),
}
OF_THE_PROCESS = ("python_", "process_")


async def asked(app: Litestar, address: str, host: str = "localhost:8000", token: str | None = None) -> int:
    headers = {"host": host} | ({"authorization": f"Bearer {token}"} if token else {})
    async with browser(app, address=address) as client:
        return (await client.get("/metrics", headers=headers)).status_code


@pytest.mark.parametrize(
    ("address", "host", "status"),
    [
        (HERE, "localhost:8000", 200),
        ("::1", "[::1]:8000", 200),
        ("192.0.2.1", "localhost:8000", 401),
        (HERE, "rebound.example", 401),  # a page that made its own name lead here
    ],
)
async def test_without_a_token_only_this_machine_may_read_them(address: str, host: str, status: int) -> None:
    assert await asked(make_app(), address, host) == status


async def test_behind_a_proxy_on_the_same_machine_the_world_may_not_read_them() -> None:
    assert await asked(make_app(origin=HTTPS), HERE, "support.example.gov") == 401


async def test_with_a_token_whoever_knows_it_reads_them_by_any_name_of_ours() -> None:
    app = make_app(origin=HTTPS, metrics_token="s3cret-of-prometheus")
    for address, host in ((HERE, "localhost:8000"), ("172.28.7.5", "api:8000")):
        assert await asked(app, address, host, "s3cret-of-prometheus") == 200
        assert await asked(app, address, host, "guess") == 401
        assert await asked(app, address, host) == 401


@pytest.mark.usefixtures("db")
async def test_what_happened_is_counted_and_nothing_in_it_names_anybody() -> None:
    await make_agency()
    case = await make_case()
    part = await make_participant(case, person_id="A")
    before = _values()
    async with phone("ana", person_id="A") as ana:
        await ana.sync(ana.says(case, part, "hello"), ana.says(case, case, "to nowhere"))
        await ana.sync()
        await ana.sync()
        ana.cursor = "bent"
        await ana.sync(sums=[[str(case), "00000000"]])
        await ana.sync(sums=[[str(case), "00000000"]])
    after = _values()
    grown = {name: value - before.get(name, 0) for name, value in after.items()}
    assert grown["porchlight_sync_pulls_total"] == 5
    assert grown["porchlight_sync_nothing_new_total"] == 2
    assert grown['porchlight_sync_mutations_total{code="",outcome="ok"}'] == 1
    assert grown['porchlight_sync_mutations_total{code="forbidden",outcome="refused"}'] == 1
    assert grown['porchlight_sync_resets_total{reason="seal"}'] == 1
    assert grown["porchlight_sync_scrub_mismatches_total"] == 1
    assert grown['porchlight_request_seconds_count{method="POST",path="/v1/sync",status="200"}'] == 5
    text = metrics.text().decode()
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}-", text)
    assert "ana" not in re.findall(r'"([^"]*)"', text)


def test_labels_are_words_of_ours_only() -> None:
    families = text_string_to_metric_families(metrics.text().decode())
    ours = [family for family in families if not family.name.startswith(OF_THE_PROCESS)]
    assert {label for family in ours for sample in family.samples for label in sample.labels} <= ALLOWED_LABELS


def _values() -> dict[str, float]:
    found = {}
    for family in text_string_to_metric_families(metrics.text().decode()):
        for sample in family.samples:
            labels = ",".join(f'{name}="{value}"' for name, value in sorted(sample.labels.items()))
            found[sample.name + (f"{{{labels}}}" if labels else "")] = sample.value
    return found
