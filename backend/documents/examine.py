"""A program of its own that looks into one file that a stranger sent: `python -I examine.py TYPE IN OUT`.

It takes limits upon itself before it looks: processor time, memory, the size of what it writes, and no further file or
socket can be opened. Prints one line of JSON, `{"pages": n}` or `{"fault": code}`; dying is an answer too. Images are made anew
from their pixels, so that nothing but the picture survives; of a PDF the pages are kept, and active content is refused.
"""

import contextlib
import io
import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

import pikepdf
from PIL import Image, ImageOps, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin

PIXELS, PAGES, OBJECTS, DEPTH = 40_000_000, 200, 200_000, 100
CPU_S, WRITTEN, PIXELS_MEMORY, PAPER_MEMORY = 20, 48 << 20, 640 << 20, 320 << 20
QUALITY = 88
MAGIC = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG\r\n\x1a\n", "application/pdf": b"%PDF-"}
FORMATS = {"image/jpeg": ("JPEG", "MPO"), "image/png": ("PNG",)}
HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1", b"ftypheim", b"ftypheis", b"ftypavif")
ACTIVE = frozenset(
    {"/JavaScript", "/JS", "/Launch", "/AA", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/SubmitForm", "/ImportData"}
    | {"/GoToE", "/GoToR", "/Rendition", "/Movie", "/Sound", "/Screen", "/3D", "/FileAttachment"}
)
READERS = (JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin)  # read now: later nothing can be opened
KINDS = ("/S", "/Type", "/Subtype")
TELLING = {"/Metadata", "/PieceInfo", "/Info", "/ID", "/URI"}


class Fault(Exception):
    """This file is not taken; the code says why."""


def limit(memory: int) -> None:
    """From here on, little time, little memory, small output, and nothing new can be opened."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # not every system knows it
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def examine(media_type: str, data: bytes, sink: BinaryIO) -> int:
    """Write what may be kept of a file; answers its pages. Raises Fault."""
    if data[4:12] in HEIC:
        raise Fault("heic")
    if not data.startswith(MAGIC[media_type]):
        raise Fault("wrong_kind")
    if media_type == "application/pdf":
        return _pdf(data, sink)
    _picture(data, FORMATS[media_type], sink)
    return 1


def _picture(data: bytes, formats: tuple[str, ...], sink: BinaryIO) -> None:
    try:
        with Image.open(io.BytesIO(data), formats=formats) as found:
            if found.width * found.height > PIXELS:
                raise Fault("too_many_pixels")
            png = formats == ("PNG",)
            found.load()
            upright = ImageOps.exif_transpose(found)
            modes = ("L", "LA", "RGB", "RGBA") if png else ("L", "RGB")
            plain = upright if upright.mode in modes else upright.convert("RGBA" if png and upright.has_transparency_data else "RGB")
            plain.info.clear()
            plain.save(sink, "PNG" if png else "JPEG", **({} if png else {"quality": QUALITY}))
    except Fault:
        raise
    except MemoryError:
        raise Fault("too_heavy") from None
    except Image.DecompressionBombError:
        raise Fault("too_many_pixels") from None
    except Exception as error:
        raise Fault("unreadable") from error


def _pdf(data: bytes, sink: BinaryIO) -> int:
    if b"/Encrypt" in data:  # it stands in the open; the cipher itself could not be read in any more
        raise Fault("locked")
    try:
        with pikepdf.open(io.BytesIO(data)) as found:
            if found.is_encrypted:
                raise Fault("locked")
            pages = len(found.pages)
            if not 1 <= pages <= PAGES:
                raise Fault("too_many_pages" if pages else "unreadable")
            _inert(found)
            if found.check_pdf_syntax():
                raise Fault("unreadable")
            _strip(found)
            found.save(sink, object_stream_mode=pikepdf.ObjectStreamMode.preserve)
            return pages
    except Fault:
        raise
    except pikepdf.PasswordError:
        raise Fault("locked") from None
    except MemoryError:
        raise Fault("too_heavy") from None
    except Exception as error:
        raise Fault("unreadable") from error


def _inert(found: pikepdf.Pdf) -> None:
    """Refuse what does something by itself: scripts, launches, forms that send, files and media inside."""
    if len(found.objects) > OBJECTS:
        raise Fault("too_heavy")
    for thing in _dictionaries(found):
        for key, value in thing.items():
            if key in ACTIVE or (key in KINDS and isinstance(value, pikepdf.Name) and str(value) in ACTIVE):
                raise Fault("active")


def _strip(found: pikepdf.Pdf) -> None:
    """Who made it, where and with what is nobody's business; nor is where it links to."""
    for thing in _dictionaries(found):
        for key in TELLING & set(thing.keys()):
            del thing[key]


def _dictionaries(found: pikepdf.Pdf) -> Iterator[Any]:
    """Every dictionary of the file, also those of streams and within others."""
    for thing in [*found.objects, found.trailer]:
        yield from _within(thing, 0)


def _within(thing: Any, depth: int) -> Iterator[Any]:
    """A value with what lies directly in it; what it refers to has its own turn."""
    if depth > DEPTH:
        raise Fault("too_heavy")
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        yield thing
        inside = [value for _, value in thing.items()]
    elif isinstance(thing, pikepdf.Array):
        inside = list(thing)
    else:
        return
    for value in inside:
        if isinstance(value, pikepdf.Object) and not value.is_indirect:
            yield from _within(value, depth + 1)


def main(media_type: str, source: str, sink: str) -> int:
    """Look into one file; answers 0 when the line on stdout says how it went."""
    with open(source, "rb") as opened:
        data = opened.read()
    written = os.open(sink, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    Image.MAX_IMAGE_PIXELS = PIXELS
    Image.preinit()
    with os.fdopen(written, "wb") as out:
        limit(PAPER_MEMORY if media_type == "application/pdf" else PIXELS_MEMORY)
        try:
            said: dict[str, Any] = {"pages": examine(media_type, data, out)}
        except Fault as fault:
            said = {"fault": str(fault)}
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
