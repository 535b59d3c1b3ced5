"""What every request passes: our own address, our own pages, small and shallow bodies, and headers on every answer."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
from litestar import Litestar, get, post
from litestar.params import JSONBody

from backend.access import public
from backend.db import connection
from backend.web.body import BODY_BYTES, is_shallow
from backend.web.headers import accepts, read_cookie
from backend.web.origin import SAFE_METHODS, Own
from tests.backend.browsing import HTTPS, OURS, browser, make_app, make_person, sign_in

pytestmark = pytest.mark.usefixtures("db")

APP = make_app(demo=True)
# Their sender is a machine: what it brings is the permission.
SIGNED = {"/v1/extracts", "/v1/hooks/texts", "/v1/hooks/unsubscribe/{token}", "/v1/hooks/calls", "/v1/hooks/calls/{step}"}
JSON = {**OURS, "content-type": "application/json"}


def _unsafe_routes() -> list[tuple[str, str]]:
    found = []
    for route in APP.routes:
        for method in sorted(set(getattr(route, "methods", ())) - SAFE_METHODS):
            if route.path_format not in SIGNED:
                found.append((method, route.path_format.replace("{device}", "6f1e1f0e-0000-4000-8000-000000000000")))
    return found


FOREIGN = {
    "cross-site": {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    "same-site": {"sec-fetch-site": "same-site", "origin": "http://localhost:8000"},
    "none": {"sec-fetch-site": "none"},
    "missing": {},
    "null origin": {"origin": "null"},
    "another origin": {"origin": "http://localhost:8001"},
    "https origin": {"origin": "https://localhost:8000"},
}


@pytest.mark.parametrize("foreign", FOREIGN)
async def test_no_change_is_taken_from_a_page_that_is_not_ours(foreign: str) -> None:
    async with browser(APP, headers={"content-type": "application/json", **FOREIGN[foreign]}) as page:
        for route in _unsafe_routes():
            answer = await page.request(*route, content=b"{}")
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), route


@pytest.mark.parametrize(
    "media", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/jsonp", ""]
)
async def test_no_change_is_taken_in_a_form_that_a_plain_page_could_send(media: str) -> None:
    async with browser(APP, headers={**OURS, "content-type": media}) as page:
        for route in _unsafe_routes():
            assert (await page.request(*route, content=b"a=1")).status_code == 415, route


async def test_a_browser_without_fetch_metadata_is_known_by_its_origin() -> None:
    await make_person("ana")
    async with browser(APP, headers={"origin": "http://localhost:8000"}) as page:
        assert (await sign_in(page, "ana")).status_code == 200
    async with browser(make_app(origin=HTTPS), origin=HTTPS, headers={"origin": HTTPS}) as page:
        assert (await sign_in(page, "ana")).status_code == 200


async def test_reading_needs_no_origin() -> None:
    async with browser(APP, headers={"sec-fetch-site": "none"}) as page:
        assert (await page.get("/v1/me")).status_code == 401
        assert (await page.get("/healthz")).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8000", "localhost.evil.example", "127.0.0.1.evil.example", ""])
async def test_a_host_that_is_not_ours_is_refused(host: str) -> None:
    async with browser(APP, headers={"host": host}) as page:
        for path in ("/", "/v1/me", "/healthz", "/assets/a.js"):
            assert (await page.get(path)).status_code == 400


async def test_in_production_only_the_configured_host_is_answered_and_probes_on_loopback() -> None:
    app = make_app(origin=HTTPS)
    async with browser(app, origin="http://127.0.0.1:8000") as probe:
        assert (await probe.get("/healthz")).status_code == 200
        assert (await probe.get("/readyz")).status_code == 200
        assert (await probe.get("/v1/me")).status_code == 400
    async with browser(app, origin=HTTPS) as page:
        assert (await page.get("/v1/me")).status_code == 401


@pytest.mark.parametrize("origin", ["http://support.example.gov", "support.example.gov", "https://a.example/path"])
def test_an_origin_that_is_not_safe_is_not_started_with(origin: str) -> None:
    with pytest.raises(ValueError, match="PORCHLIGHT_ORIGIN"):
        Own.at(origin)


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"a":[', '[{"a":'])
async def test_json_nested_two_hundred_thousand_levels_is_refused_calmly(opening: str) -> None:
    async with browser(APP, headers=JSON) as page:
        for path in ("/v1/sign-in", "/v1/sync"):
            answer = await page.post(path, content=(opening * 200_000)[: BODY_BYTES - 1].encode())
            assert answer.status_code == 400
            assert answer.json()["code"] == "invalid"


def test_brackets_in_words_do_not_count_as_depth() -> None:
    assert is_shallow(b'{"a":[' * 16 + b"]}" * 16)
    assert not is_shallow(b'{"a":[' * 17 + b"]}" * 17)
    assert is_shallow(json.dumps({"body": '[{"\\' * 500, "list": [[]] * 500}).encode())
    assert not is_shallow(b'{"body": "unclosed' + b"[" * 40)


async def test_a_string_of_a_million_escaped_quotes_that_nothing_closes_is_read_once_and_refused() -> None:
    async with browser(APP, headers=JSON) as page:
        assert (await page.post("/v1/sign-in", content=b"[" * 40 + b'"' + b'\\"' * 500_000)).status_code == 400


@pytest.mark.parametrize(
    ("body", "passes"),
    [
        (b"[" + b",".join([b"1"] * 1000) + b"]", True),
        (b"[" + b",".join([b"1"] * 1001) + b"]", False),
        (b"{" + b",".join(b'"%d":1' % n for n in range(1000)) + b"}", True),
        (b"{" + b",".join(b'"%d":1' % n for n in range(1001)) + b"}", False),
        (b"[" + b",".join([b'["a,b",{"c":","}]'] * 900) + b"]", True),
        (b'[[[{"deep":[' + b",".join([b"[]"] * 1001) + b"]}]]]", False),
        (b'{"words":"' + b"," * 100_000 + b'"}', True),
        (b"[" + b"," * 1_000_000, False),
        (b"[" * 1000 + b"," * 900_000 + b"]" * 1000, False),
        (b"[,,[" * 200_000, False),
    ],
)
def test_a_list_of_more_than_a_thousand_is_refused_wherever_it_stands(body: bytes, passes: bool) -> None:
    assert is_shallow(body) is passes


async def test_a_body_of_more_than_one_mebibyte_is_refused() -> None:
    async with browser(APP, headers=JSON) as page:
        big = b'{"login": "' + b"a" * BODY_BYTES + b'"}'
        assert (await page.post("/v1/sign-in", content=big)).status_code == 413

        async def pieces() -> Any:
            for start in range(0, len(big), 65536):
                yield big[start : start + 65536]

        assert (await page.post("/v1/sign-in", content=pieces())).status_code == 413


async def test_nul_is_refused_but_its_spelling_in_a_message_is_not() -> None:
    async with browser(APP, headers=JSON) as page:
        for body in (rb'{"login": "a\u0000b", "password": "x"}', rb'{"login": "a\\\u0000", "password": "x"}'):
            answer = await page.post("/v1/sign-in", content=body)
            assert answer.status_code == 400
        assert (await page.post("/v1/sign-in", content=b'{"login": "a\0", "password": "x"}')).status_code == 400
        assert (await page.post("/v1/sign-in", content=rb'{"login": "a\\u0000", "password": "x"}')).status_code == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b'{"login": 1, "password": "x"}', b'{"login": "a"}', rb'{"login": "\ud800", "password": "x"}',
     b'{"login": "a", "password": "x", "role": "admin"}', b'{"login": "a", "password": "' + b"x" * 129 + b'"}', b"\xff\xfe"],
)  # fmt: skip
async def test_a_body_that_is_not_what_a_route_takes_is_refused_with_400(body: bytes) -> None:
    async with browser(APP, headers=JSON) as page:
        answer = await page.post("/v1/sign-in", content=body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_packed_body_is_taken_by_sync_alone_and_only_as_far_as_the_limit() -> None:
    await make_person("ana")
    packed = {"content-encoding": "gzip"}
    async with browser(APP, headers=JSON) as page:
        await sign_in(page, "ana")
        request = gzip.compress(b'{"not": "a sync"}')
        answer = await page.post("/v1/sync", content=request, headers=packed)
        assert answer.status_code == 400
        assert "reason" in answer.json() or "fields" in answer.json()
        bomb = gzip.compress(b"0" * (50 << 20))
        assert (await page.post("/v1/sync", content=bomb, headers=packed)).status_code == 413
        for broken in (request[:-3], request + b"more", b"not gzip"):
            assert (await page.post("/v1/sync", content=broken, headers=packed)).status_code == 400
        assert (await page.post("/v1/sign-in", content=request, headers=packed)).status_code == 415


class Odd(msgspec.Struct):
    word: str


def _faulty() -> Litestar:
    """The application with routes that break in the ways that routes break."""

    @get("/v1/broken", guards=[public])
    async def broken() -> None:
        raise RuntimeError("secret of the house")

    @get("/v1/away", guards=[public])
    async def away() -> None:
        raise ConnectionRefusedError("db.internal:5432")

    @post("/v1/odd", guards=[public])
    async def odd(data: JSONBody[Odd]) -> dict[str, str]:
        return {"word": data.word * 1000}

    app = make_app()
    for handler in (broken, away, odd):
        app.register(handler)
    return app


async def test_a_fault_is_told_in_general_words_with_an_id_that_the_log_knows(caplog: pytest.LogCaptureFixture) -> None:
    async with browser(_faulty()) as page:
        answer = await page.get("/v1/broken")
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "code", "detail", "id"}
    assert "secret" not in answer.text
    assert "RuntimeError" not in answer.text
    assert f"fault id={answer.json()['id']} RuntimeError" in caplog.text
    assert "test_edge.py" in caplog.text
    assert "secret" not in caplog.text


async def test_an_absent_database_is_told_as_a_pause_and_not_as_a_fault() -> None:
    async with browser(_faulty()) as page:
        answer = await page.get("/v1/away")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "internal" not in answer.text


async def test_a_restarted_database_is_found_again_without_a_fault(fresh_db: str) -> None:
    await make_person("ana")
    async with browser(make_app(demo=False)) as page:
        await sign_in(page, "ana")
        async with connection() as held:
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError):
                await held.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()")
        answers = [(await page.get("/v1/me")).status_code for _ in range(3)]
    assert set(answers) <= {200, 503}
    assert answers[-1] == 200


async def test_a_wrong_body_is_told_by_the_names_of_its_fields_only() -> None:
    async with browser(_faulty(), headers=JSON) as page:
        answer = await page.post("/v1/odd", content=b'{"word": 12345}')
    assert answer.json()["fields"] == ["word"]
    assert "12345" not in answer.text


ALWAYS = {
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-embedder-policy",
    "cross-origin-resource-policy",
    "x-content-type-options",
    "referrer-policy",
    "permissions-policy",
    "cache-control",
}


async def _every_kind(page: httpx.AsyncClient) -> dict[str, httpx.Response]:
    await make_person("ana")
    signed_in = await sign_in(page, "ana")
    shell = await page.get("/", headers={"accept": "text/html"})
    return {
        "signed in": signed_in,
        "me": await page.get("/v1/me"),
        "no route": await page.get("/v1/nothing"),
        "no method": await page.delete("/v1/me"),
        "foreign": await page.post("/v1/sign-out", headers={"sec-fetch-site": "cross-site"}),
        "host": await page.get("/v1/me", headers={"host": "evil.example"}),
        "fault": await page.get("/v1/broken"),
        "health": await page.get("/healthz"),
        "shell": shell,
        "no file": await page.get("/assets/nothing.js"),
        "not changed": await page.get("/", headers={"if-none-match": shell.headers.get("etag", "")}),
        "signed out": await page.post("/v1/sign-out"),
    }


async def test_every_kind_of_answer_has_the_security_headers() -> None:
    async with browser(_faulty()) as page:
        answers = await _every_kind(page)
    for kind, answer in answers.items():
        assert set(answer.headers) >= ALWAYS, kind
        assert "strict-transport-security" not in answer.headers, kind
        assert "server" not in answer.headers, kind
        if kind not in ("shell", "no file", "not changed"):
            assert answer.headers["cache-control"] == "no-store", kind


async def test_over_https_the_browser_is_told_to_stay_there() -> None:
    async with browser(make_app(origin=HTTPS), origin=HTTPS) as page:
        for path in ("/", "/v1/me", "/healthz"):
            assert (await page.get(path)).headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_the_content_policy_allows_nothing_but_ourselves() -> None:
    async with browser(APP) as page:
        policy = (await page.get("/healthz")).headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == "'self'"
    assert rules["require-trusted-types-for"] == "'script'"
    assert rules["trusted-types"] == "porchlight"
    assert rules["report-uri"] == "/v1/violations"
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_the_schema_is_closed_unless_it_is_asked_for() -> None:
    async with browser(APP) as page:
        for path in ("/schema", "/schema/openapi.json", "/docs"):
            assert (await page.get(path)).status_code in (404, 503)
    async with browser(make_app(schema=True)) as page:
        assert (await page.get("/schema/openapi.json")).status_code == 200


async def test_the_log_has_a_paths_template_and_no_query_body_or_cookie(caplog: pytest.LogCaptureFixture) -> None:
    await make_person("ana")
    caplog.set_level("INFO", "porchlight.request")
    async with browser(APP, headers=JSON) as page:
        await sign_in(page, "ana")
        await page.put("/v1/devices/6f1e1f0e-0000-4000-8000-000000000000?secret=1", content=b'{"kind": "secret"}')
        await page.get("/v1/nobody-knows-this")
    said = " ".join(record.getMessage() for record in caplog.records if record.name == "porchlight.request")
    assert "PUT /v1/devices/{device} 204" in said
    for hidden in ("secret", "ana", "6f1e1f0e", "nobody-knows", page.cookies["porchlight"]):
        assert hidden not in said


async def test_a_cookie_of_strange_bytes_is_nobody() -> None:
    for cookie in (b"porchlight=\xff\xfe", b"porchlight=", b"porchlight=a; porchlight=b", b";;;", b"porchlight=" + b"a" * 8000):
        async with browser(APP, headers={b"cookie": cookie}) as page:  # type: ignore[dict-item]
            assert (await page.get("/v1/me")).status_code == 401


def test_a_cookie_that_is_there_twice_is_not_read() -> None:
    assert read_cookie(b"a=1; porchlight=t", "porchlight") == "t"
    assert read_cookie(b"porchlight=t; porchlight=u", "porchlight") is None
    assert read_cookie(b"xporchlight=t", "porchlight") is None


@pytest.mark.parametrize(
    "header, taken",
    [
        (b"gzip, br", True),
        (b"br;q=0.5", True),
        (b"br;q=1.0", True),
        (b"br;q=0", False),
        (b"br; q=0.000", False),
        (b"gzip", False),
    ],
)
def test_a_coding_refused_by_weight_zero_is_not_used(header: bytes, taken: bool) -> None:
    assert accepts(header, b"br") is taken


async def test_a_signed_upload_needs_no_page_of_ours_but_gets_no_session_either() -> None:
    await make_person("boss", "admin", worker_login=None)
    async with browser(make_app(demo=False), headers={"content-type": "application/zip"}) as machine:
        machine.headers["sec-fetch-site"] = "same-origin"
        await sign_in(machine, "boss")
        del machine.headers["sec-fetch-site"]
        answer = await machine.post("/v1/extracts", content=b"not an archive")
        assert answer.status_code in (400, 403)
        assert answer.headers["content-type"] == "application/problem+json"
