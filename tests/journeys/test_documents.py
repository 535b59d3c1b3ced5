"""A photo taken without a signal, sent over a line that is cut, by an app that was killed on the way; read, sent back, accepted."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Page, Route, expect

from tests.journeys.app import PATIENCE_MS, come_in, connect, cut, device_holds, go, held_everything
from tests.journeys.browser import Phones, browser
from tests.journeys.family import Family, sign_in
from tests.journeys.house import House

pytestmark = pytest.mark.browser

NOTE = "My new job, marker-8813."
CARD = "[data-document]"
PIECE = 256 * 1024


@cache
def photo(times: int) -> bytes:
    """Fine detail (four times: twelve million pixels), with where it was taken written into it."""
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (40.0, 26.0, 46.0)}
    exif[0x010E] = "marker-8813"
    out = io.BytesIO()
    noise = Image.effect_noise((1000, 750), 60).resize((1000 * times, 750 * times)).convert("RGB")
    noise.save(out, "JPEG", quality=92, exif=exif.tobytes())
    return out.getvalue()


async def take_photo(page: Page, family: Family, times: int = 4) -> None:
    await go(page, f"/documents/{family.case}/send")
    await page.locator("input[name=kind][value=job]").check()
    files = [{"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": photo(times)}]
    await page.locator("input[type=file]").first.set_input_files(files=files)  # type: ignore[arg-type]
    await expect(page.locator(".thumb")).to_have_count(1, timeout=PATIENCE_MS)
    await page.locator("#note").fill(NOTE)
    await page.locator("form button[type=submit]").click()
    await expect(page.locator(CARD).first).to_contain_text("marker-8813", timeout=PATIENCE_MS)


class DeadLine:
    """Lets so many pieces of a file through, and no more until it is mended; remembers from where each began."""

    def __init__(self, through: int) -> None:
        self.left = through
        self.began: list[int] = []

    async def __call__(self, route: Route) -> None:
        if route.request.method == "PATCH":
            if self.left == 0:
                await route.abort("connectionreset")
                return
            self.left -= 1
            self.began.append(int(route.request.headers["upload-offset"]))
        await route.continue_()


async def files_held(page: Page) -> list[int]:
    """The sizes of the files that wait on this phone."""
    held = await device_holds(page)
    return [note["size"] for name, store, rows in held if name.startswith("file-") and store == "notes" for note in rows]


async def test_a_photo_taken_offline_arrives_over_a_dying_line_and_only_its_sender_and_the_team_ever_know(
    installation: House, family: Family, phones: Phones, tmp_path: Path
) -> None:
    bo = await sign_in(await phones(), installation.origin, "bo")
    wendy = await sign_in(await phones(), installation.origin, "wendy")
    line = DeadLine(through=1)
    async with browser(tmp_path / "ana") as hers:
        ana = await sign_in(hers, installation.origin, "ana")
        await ana.route("**/v1/uploads/**", line)
        await cut(ana)
        await take_photo(ana, family)
        await expect(ana.locator(CARD)).to_contain_text("Saved on this phone", timeout=PATIENCE_MS)
        (size,) = await files_held(ana)
        assert PIECE < size <= 2**20
        await connect(ana)
        await expect(ana.locator(CARD)).to_contain_text("On its way from this phone", timeout=PATIENCE_MS)
        await go(ana, "/more/phone")
        await expect(ana.locator("main")).to_contain_text("1 file still has to reach the office.")
        await go(ana, "/more/sign-out")
        await ana.locator("button[data-kind=danger]").click()
        await ana.locator("dialog button[data-kind=primary]").click()
        await go(ana, f"/documents/{family.case}")
        await expect(ana.locator("progress")).to_have_attribute("value", str(round(100 * PIECE / size)), timeout=PATIENCE_MS)
        assert line.began == [0]

    async with browser(tmp_path / "ana") as hers:
        ana = hers.pages[0]
        line.left = 99
        await ana.route("**/v1/uploads/**", line)
        await ana.goto(f"{installation.origin}/documents/{family.case}")
        await come_in(ana)
        await expect(ana.locator(CARD)).to_contain_text("Your case team will read it", timeout=2 * PATIENCE_MS)
        assert line.began[:2] == [0, PIECE]
        assert await files_held(ana) == []

        await go(wendy, "/messages")
        await wendy.locator("a.row", has_text="Job loss or new job").click(timeout=2 * PATIENCE_MS)
        await expect(wendy.locator(CARD)).to_contain_text(NOTE)
        await wendy.locator(CARD).get_by_role("button", name="Open").click()
        await expect(wendy.locator("img.page")).to_be_visible(timeout=PATIENCE_MS)
        assert await wendy.locator("img.page").evaluate("image => image.decode().then(() => image.naturalWidth)") == 2000
        await wendy.locator(CARD).get_by_role("button", name="Hold on this device").click()
        await expect(wendy.get_by_role("button", name="Held on this device")).to_be_visible(timeout=PATIENCE_MS)

        await cut(wendy)
        await go(wendy, "/messages")
        await go(wendy, f"/documents/{family.case}")
        await wendy.locator(CARD).get_by_role("button", name="Open").click()
        await expect(wendy.locator("img.page")).to_be_visible(timeout=PATIENCE_MS)
        await wendy.locator(CARD).get_by_role("button", name="Send back").click()
        await wendy.locator(f"{CARD} input[value=incomplete]").check()
        await wendy.locator(f"{CARD} textarea").fill("Page 2 is missing.")
        await wendy.locator(f"{CARD} button[type=submit]").click()
        await expect(wendy.locator(CARD)).to_contain_text("Saved on this device", timeout=PATIENCE_MS)
        await connect(wendy)
        await expect(wendy.locator(CARD)).to_contain_text("Sent back", timeout=PATIENCE_MS)
        await expect(ana.locator(CARD)).to_contain_text("Page 2 is missing.", timeout=2 * PATIENCE_MS)
        await expect(ana.locator(CARD)).to_contain_text("A page or a part is missing.")

        await take_photo(ana, family, times=1)
        await go(wendy, f"/documents/{family.case}")
        await wendy.locator(CARD).first.get_by_role("button", name="Accept").click(timeout=2 * PATIENCE_MS)
        await expect(ana.locator(CARD, has_text="Accepted")).to_have_count(1, timeout=2 * PATIENCE_MS)

        await go(bo, f"/documents/{family.case}")
        await expect(bo.locator("main")).to_contain_text("No documents yet")
        await held_everything(bo)
        assert "marker-8813" in str(await device_holds(wendy))
        assert "marker-8813" not in str(await device_holds(bo))


async def test_a_file_that_cannot_be_taken_is_told_on_the_phone_and_one_that_is_not_fit_by_the_office(
    installation: House, family: Family, phones: Phones
) -> None:
    hers = await phones()
    ana = await sign_in(hers, installation.origin, "ana")
    await go(ana, f"/documents/{family.case}/send")
    files = [{"name": "page.html", "mimeType": "text/html", "buffer": b"<script>"}]
    await ana.locator("input[type=file]").last.set_input_files(files=files)  # type: ignore[arg-type]
    await expect(ana.locator("[role=alert]")).to_contain_text("Only photos")
    files = [{"name": "stub.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 but nothing else"}]
    await ana.locator("input[type=file]").last.set_input_files(files=files)  # type: ignore[arg-type]
    await ana.locator("form button[type=submit]").click()
    await expect(ana.locator(CARD)).to_contain_text("The file is damaged", timeout=2 * PATIENCE_MS)
    await ana.locator(CARD).get_by_role("button", name="Take back").click()
    await ana.locator("dialog").get_by_role("button", name="Take back").click()
    await expect(ana.locator(CARD)).to_have_count(0, timeout=PATIENCE_MS)
    assert await files_held(ana) == []
