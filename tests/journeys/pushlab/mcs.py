"""The few messages of Chromium's own push stream that a service must speak: tags, lengths and protocol-buffer fields."""

import asyncio
from collections.abc import Iterator
from typing import Final, NamedTuple

VERSION: Final = 41
PING, ACK, LOGIN, LOGGED_IN, MESSAGE = 0, 1, 2, 3, 8

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
CONTINUES: Final = 0x80


class Frame(NamedTuple):
    """One message of the stream."""

    tag: int
    body: bytes


def varint(number: int) -> bytes:
    """A number in groups of seven bits, the lowest first."""
    low, rest = number & 0x7F, number >> 7
    return bytes([low | CONTINUES]) + varint(rest) if rest else bytes([low])


def number(field: int, value: int) -> bytes:
    return varint(field << 3 | VARINT) + varint(value)


def fixed64(field: int, value: int) -> bytes:
    return varint(field << 3 | FIXED64) + value.to_bytes(8, "little")


def text(field: int, value: str | bytes) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | BYTES) + varint(len(data)) + data


def pair(field: int, key: str, value: str) -> bytes:
    return text(field, text(1, key) + text(2, value))


def texts(body: bytes, wanted: int) -> Iterator[bytes]:
    """Every value of one field that holds bytes."""
    at = 0
    while at < len(body):
        key, at = _read_varint(body, at)
        field, shape = key >> 3, key & 7
        if shape == VARINT:
            _, at = _read_varint(body, at)
        elif shape == BYTES:
            length, at = _read_varint(body, at)
            if field == wanted:
                yield body[at : at + length]
            at += length
        else:
            at += 8 if shape == FIXED64 else 4


def frame(tag: int, body: bytes) -> bytes:
    """One message as it travels."""
    return bytes([tag]) + varint(len(body)) + body


async def read_frame(reader: asyncio.StreamReader) -> Frame:
    """The next message; raises IncompleteReadError when the other side is gone."""
    tag = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        byte = (await reader.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & CONTINUES:
            return Frame(tag, await reader.readexactly(length))


def _read_varint(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & CONTINUES:
            return value, at
