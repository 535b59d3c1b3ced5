"""Browsers tell what the security policy kept off a page; whoever else sends such reports fills no log and learns nothing."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from backend.metrics import VIOLATIONS as COUNTED
from backend.web import violations
from backend.web.headers import policy
from backend.web.violations import MOST_A_MINUTE, MOST_BYTES, RULES, SAID_AGAIN_S, Allowance
from tests.backend.browsing import OURS, browser, make_app

REPORT = {**OURS, "content-type": "application/csp-report"}
APP = make_app()
PATH = "/v1/violations"


@pytest.fixture(autouse=True)
def allowance(monkeypatch: pytest.MonkeyPatch) -> Allowance:
    made = Allowance()
    monkeypatch.setattr(violations, "allowance", made)
    return made


def _report(rule: str, blocked: str, **more: str) -> bytes:
    return json.dumps({"csp-report": {"effective-directive": rule, "blocked-uri": blocked, **more}}).encode()


def _counted(rule: str, what: str) -> float:
    return float(COUNTED.labels(rule, what)._value.get())


async def _sent(*bodies: bytes, app: Any = APP, **headers: str) -> list[int]:
    async with browser(app, headers={**REPORT, **headers}) as page:
        return [(await page.post(PATH, content=body)).status_code for body in bodies]


@pytest.mark.parametrize(
    ("blocked", "what"),
    [
        ("inline", "inline"),
        ("eval", "eval"),
        ("trusted-types-sink", "trusted-types-sink"),
        ("data", "data"),
        ("blob:http://localhost:8000/6f1e1f0e", "blob"),
        ("http://localhost:8000/assets/boot-abc.js?who=ana", "own /assets/"),
        ("http://localhost:8000/v1/cases/ana", "own /v1/"),
        ("http://localhost:8000/case/6f1e1f0e", "own page"),
        ("https://evil.example/ana.rivera?ssn=1", "another site"),
        ("moz-extension://6f1e1f0e/a.js", "extension"),
        ("http://[broken", "other"),
        ("ana", "other"),
        ("", "other"),
    ],
)
async def test_a_violation_is_counted_and_logged_by_its_rule_and_its_kind_only(
    blocked: str, what: str, caplog: pytest.LogCaptureFixture
) -> None:
    before = _counted("script-src-elem", what)
    body = _report("script-src-elem", blocked, **{"document-uri": "http://localhost:8000/case/6f1e1f0e", "script-sample": "ana"})
    assert await _sent(body) == [204]
    assert _counted("script-src-elem", what) == before + 1
    said = [record.getMessage() for record in caplog.records if record.name == "porchlight.violation"]
    assert said == [f"the policy kept something off a page: script-src-elem, {what}"]


async def test_older_browsers_name_the_whole_rule_and_an_unknown_one_is_not_repeated(caplog: pytest.LogCaptureFixture) -> None:
    older = json.dumps({"csp-report": {"violated-directive": "img-src 'self' data: blob:", "blocked-uri": "data"}}).encode()
    before = _counted("img-src", "data")
    assert await _sent(older, _report("ana-rivera", "555-0142")) == [204, 204]
    assert _counted("img-src", "data") == before + 1
    assert "other, other" in caplog.text
    assert "ana" not in caplog.text
    assert "0142" not in caplog.text


async def test_a_kind_is_logged_once_an_hour_however_often_it_is_sent(caplog: pytest.LogCaptureFixture, allowance: Allowance) -> None:
    before = _counted("img-src", "another site")
    await _sent(*(_report("img-src", f"https://a{n}.example/{n}") for n in range(50)))
    assert len([record for record in caplog.records if record.name == "porchlight.violation"]) == 1
    assert _counted("img-src", "another site") == before + 50
    kind = ("img-src", "inline")
    assert [allowance.is_news(kind, second) for second in (0.0, 1.0, SAID_AGAIN_S, SAID_AGAIN_S + 1)] == [True, False, True, False]


async def test_more_reports_than_a_minute_has_room_for_are_sent_away_and_heard_again_in_the_next(allowance: Allowance) -> None:
    assert [allowance.take(0.0) for _ in range(MOST_A_MINUTE)] == [True] * MOST_A_MINUTE
    assert not allowance.take(59.0)
    assert allowance.take(60.0)
    while allowance.take(time.monotonic()):
        pass
    async with browser(APP, headers=REPORT) as page:
        answer = await page.post(PATH, content=_report("img-src", "data"))
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 60


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"{", 400),
        (b"[]", 400),
        (b'{"csp-report": []}', 400),
        (b'{"csp-report": {"blocked-uri": 7}}', 400),
        (b'{"csp-report": ' + b"[" * 100 + b"]" * 100 + b"}", 400),
        (b'{"csp-report": {"blocked-uri": "' + b"a" * MOST_BYTES + b'"}}', 413),
    ],
)
async def test_what_is_not_a_report_is_refused(body: bytes, status: int) -> None:
    assert await _sent(body) == [status]


async def test_a_report_needs_a_page_of_ours_and_neither_a_session_nor_the_database() -> None:
    report = _report("img-src", "data")
    assert await _sent(report, **{"sec-fetch-site": "cross-site"}) == [403]
    assert await _sent(report, **{"content-type": "application/json"}) == [415]
    assert await _sent(report, cookie="porchlight=of-nobody") == [204]  # no fixture of a database here


def test_every_rule_of_the_policy_can_be_told_apart() -> None:
    ours = {rule.partition(" ")[0] for rule in policy().decode().split("; ")}
    assert ours - {"report-uri"} <= RULES
