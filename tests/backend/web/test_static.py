"""The built app's files, as browsers keep them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
from pathlib import Path
from typing import Any

import brotli
import httpx
import pytest

from backend.web.edge import Edge, Ways
from backend.web.origin import Own
from backend.web.static import Site
from tests.backend.browsing import browser

SHELL = b"<!doctype html><title>Porchlight</title>" + b"<!-- shell -->" * 100
CODE = b"export const light = 'on';\n" * 100


def _build(folder: Path) -> Path:
    (folder / "assets").mkdir()
    (folder / "index.html").write_bytes(SHELL)
    (folder / "sw.js").write_bytes(b"self.addEventListener('push', show);" * 30)
    (folder / "manifest.webmanifest").write_bytes(b'{"name": "Porchlight"}')
    (folder / "assets" / "main-abc.js").write_bytes(CODE)
    (folder / "assets" / "main-abc.js.br").write_bytes(brotli.compress(CODE, quality=11))
    (folder / "assets" / "main-abc.js.gz").write_bytes(gzip.compress(CODE))
    (folder / "assets" / "sans-abc.woff2").write_bytes(bytes(range(256)) * 8)
    return folder


def _app(folder: Path, *, recall: bool = False) -> Any:
    async def nobody(token: str) -> None:
        return None

    async def no_api(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("the files need no routes")

    return Edge(Ways(no_api, Site(folder, recall=recall), Own.at(None), nobody))


@pytest.fixture
def app(tmp_path: Path) -> Any:
    return _app(_build(tmp_path))


async def _get(app: Any, path: str, **headers: str) -> httpx.Response:
    async with browser(app, headers={"accept-encoding": "identity"}) as page:
        return await page.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


async def test_hashed_files_are_kept_for_ever_and_the_rest_is_asked_for_each_time(app: Any) -> None:
    assert (await _get(app, "/assets/main-abc.js")).headers["cache-control"] == "public, max-age=31536000, immutable"
    for path in ("/", "/index.html", "/sw.js", "/manifest.webmanifest"):
        assert (await _get(app, path)).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "path, media",
    [
        ("/", "text/html; charset=utf-8"),
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/assets/sans-abc.woff2", "font/woff2"),
    ],
)
async def test_every_file_says_what_it_is(app: Any, path: str, media: str) -> None:
    assert (await _get(app, path)).headers["content-type"] == media


@pytest.mark.parametrize("accepted, coding", [("gzip, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("identity", None)])
@pytest.mark.parametrize("path, body", [("/", SHELL), ("/assets/main-abc.js", CODE)])
async def test_a_browser_gets_the_smallest_form_it_takes(app: Any, accepted: str, coding: str | None, path: str, body: bytes) -> None:
    answer = await _get(app, path, accept_encoding=accepted)
    assert answer.headers.get("content-encoding") == coding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == body


async def test_each_form_has_a_tag_of_its_own_and_an_unchanged_file_is_not_sent_again(app: Any) -> None:
    tags = set()
    for accepted in ("br", "gzip", "identity"):
        answer = await _get(app, "/", accept_encoding=accepted)
        tags.add(answer.headers["etag"])
        again = await _get(app, "/", accept_encoding=accepted, if_none_match=f'"other", W/{answer.headers["etag"]}')
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == answer.headers["etag"]
        assert again.headers["cache-control"] == "no-cache"
    assert len(tags) == 3
    assert (await _get(app, "/", if_none_match='"other"')).status_code == 200


@pytest.mark.parametrize("path", ["/cases", "/messages/6f1e1f0e", "/n/opaque", "/a/b/c"])
async def test_a_navigation_to_any_screen_opens_the_shell(app: Any, path: str) -> None:
    for headers in ({"accept": "text/html,*/*"}, {"sec_fetch_mode": "navigate", "accept": "*/*"}):
        answer = await _get(app, path, **headers)
        assert answer.status_code == 200
        assert answer.content == SHELL


@pytest.mark.parametrize("path", ["/assets/gone-123.js", "/assets/gone", "/icon.png", "/favicon.ico"])
async def test_a_file_that_is_not_there_is_not_the_shell(app: Any, path: str) -> None:
    assert (await _get(app, path, accept="text/html", sec_fetch_mode="navigate")).status_code == 404


async def test_what_is_not_a_navigation_does_not_get_the_shell(app: Any) -> None:
    assert (await _get(app, "/cases", accept="application/json")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/../secret", "/%2e%2e/secret", "/assets/../../secret", "//etc/passwd", "/assets/%2e%2e%2fsecret", "/sw.js%00"]
)
async def test_no_path_leads_out_of_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "dist").mkdir()
    answer = await _get(_app(_build(tmp_path / "dist")), path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


async def test_a_bad_release_is_recalled_by_another_worker_at_the_same_address(tmp_path: Path) -> None:
    _build(tmp_path)
    (tmp_path / "kill.js").write_bytes(b"leave();")
    assert (await _get(_app(tmp_path), "/sw.js")).content != b"leave();"
    assert (await _get(_app(tmp_path, recall=True), "/sw.js")).content == b"leave();"


async def test_a_page_that_names_an_inline_script_trusts_that_script_by_its_hash_and_whatever_else_is_sent_does_not(tmp_path: Path) -> None:
    script = b'load("/assets/main-abc.js");'
    (_build(tmp_path) / "index.html").write_bytes(b"<!doctype html><script>" + script + b"</script>")
    app = _app(tmp_path)
    digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
    shell = await _get(app, "/case/6f1e1f0e", accept="text/html")
    again = await _get(app, "/", if_none_match=shell.headers["etag"])
    for answer in (shell, again):
        (policy,) = answer.headers.get_list("content-security-policy")
        assert f"script-src 'self' 'sha256-{digest}' 'strict-dynamic';" in policy
    assert again.status_code == 304
    for path in ("/sw.js", "/assets/main-abc.js", "/nothing.js"):
        (policy,) = (await _get(app, path)).headers.get_list("content-security-policy")
        assert "script-src 'self';" in policy


async def test_a_page_without_an_inline_script_may_still_load_its_own(app: Any) -> None:
    (policy,) = (await _get(app, "/")).headers.get_list("content-security-policy")
    assert "script-src 'self';" in policy


async def test_head_has_the_headers_and_no_body(app: Any) -> None:
    async with browser(app) as page:
        answer = await page.head("/")
    assert answer.headers["content-length"] == str(len(SHELL))
    assert answer.content == b""


async def test_nothing_can_be_posted_to_a_page(app: Any) -> None:
    async with browser(app) as page:
        assert (await page.post("/cases", content=b"x")).status_code == 404


async def test_a_missing_build_says_what_to_do(tmp_path: Path) -> None:
    answer = await _get(_app(tmp_path / "dist"), "/")
    assert answer.status_code == 503
    assert "./porchlight" in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_a_later_build_is_served_without_a_restart(tmp_path: Path) -> None:
    app = _app(_build(tmp_path))
    assert (await _get(app, "/")).content == SHELL
    (tmp_path / "assets" / "main-def.js").write_bytes(CODE)
    (tmp_path / "index.html").write_bytes(b"<!doctype html>later")
    os.utime(tmp_path / "index.html", (1, 1))
    assert (await _get(app, "/")).content == b"<!doctype html>later"
    assert (await _get(app, "/assets/main-def.js")).status_code == 200
