"""Answers on their way out: packed where it pays, never held back where somebody listens."""

from __future__ import annotations

import gzip
from typing import Any

import brotli
import pytest

from backend.web.headers import ALWAYS
from backend.web.reply import Reply

LARGE = b'{"rows":[' + b'{"kind":70,"amount_cents":41200},' * 6000 + b"null]}"
SMALL = b'{"ok":true}'


async def _sent(bodies: list[bytes], accept: bytes = b"br", media: bytes = b"application/json", status: int = 200) -> list[Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    reply = Reply({"method": "GET"}, {b"accept-encoding": accept}, send, ALWAYS)
    headers = [(b"content-type", media), (b"content-length", str(sum(map(len, bodies))).encode())]
    await reply({"type": "http.response.start", "status": status, "headers": headers})
    for number, body in enumerate(bodies):
        await reply({"type": "http.response.body", "body": body, "more_body": number < len(bodies) - 1})
    return sent


def _headers(sent: list[Any]) -> dict[bytes, bytes]:
    return dict(sent[0]["headers"])


@pytest.mark.parametrize("body", [LARGE, LARGE[:2000]], ids=["in a thread", "at once"])
@pytest.mark.parametrize("coding, unpack", [(b"br", brotli.decompress), (b"gzip", gzip.decompress)])
async def test_json_is_packed_whole_with_its_true_length(body: bytes, coding: bytes, unpack: Any) -> None:
    sent = await _sent([body], coding)
    headers = _headers(sent)
    assert headers[b"content-encoding"] == coding
    assert headers[b"content-length"] == str(len(sent[1]["body"])).encode()
    assert headers[b"vary"] == b"Accept-Encoding"
    assert unpack(sent[1]["body"]) == body
    assert len(sent[1]["body"]) < len(body) / 3


@pytest.mark.parametrize("coding, unpack", [(b"br", brotli.decompress), (b"gzip", gzip.decompress)])
async def test_json_in_pieces_is_packed_piece_by_piece_and_none_waits_for_the_next(coding: bytes, unpack: Any) -> None:
    sent = await _sent([LARGE[:1000], LARGE[1000:5000], LARGE[5000:]], coding)
    assert b"content-length" not in _headers(sent)
    assert [message["type"] for message in sent] == ["http.response.start", *["http.response.body"] * 3]
    assert all(message["body"] for message in sent[1:])
    assert unpack(b"".join(message["body"] for message in sent[1:])) == LARGE


async def test_small_answers_and_browsers_that_take_nothing_get_plain_json() -> None:
    for sent in (await _sent([SMALL]), await _sent([LARGE], b"identity"), await _sent([LARGE], b"")):
        assert b"content-encoding" not in _headers(sent)
        assert _headers(sent)[b"content-length"] == str(len(sent[1]["body"])).encode()


async def test_an_event_stream_begins_at_once_and_is_never_packed() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    reply = Reply({"method": "GET"}, {b"accept-encoding": b"br, gzip"}, send, ALWAYS)
    await reply({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
    assert len(sent) == 1
    await reply({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
    assert sent[1]["body"] == b": still here\n\n"


async def test_what_has_no_body_stays_as_it_is() -> None:
    for status in (204, 304):
        sent = await _sent([b""], status=status)
        assert b"content-encoding" not in _headers(sent)
        assert sent[0]["status"] == status


async def test_an_answer_that_breaks_midway_breaks_the_connection_and_quotes_nothing(caplog: pytest.LogCaptureFixture) -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    reply = Reply({"method": "GET"}, {}, send, ALWAYS)
    await reply({"type": "http.response.start", "status": 200, "headers": []})
    with pytest.raises(ConnectionAbortedError, match=reply.id):
        await reply.problem(ValueError("what somebody typed"))
    assert len(sent) == 1
    assert "typed" not in caplog.text
