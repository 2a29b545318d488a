"""The success step: a readable code, files to keep, a calendar entry, a link, and a printed page."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from icalendar import Calendar
from PIL import Image, ImageEnhance
from playwright.async_api import Page, expect

from tests.browser.axe import SCHEMES, assert_accessible
from tests.browser.booking_steps import at, confirm, to_confirm
from tests.browser.hands_and_eyes import Open, read_qr
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def booked(world: World, open_page: Open, **how: bool) -> tuple[Page, str]:
    await world.slot()
    ticket = await world.ticket()
    page = await open_page("/reserve", **how)
    await to_confirm(page, ticket.code)
    await confirm(page)
    await at(page, "done")
    return page, ticket.code


async def test_at_a_desk_the_code_is_read_kept_as_an_image_linked_and_printed(world: World, open_page: Open) -> None:
    page, code = await booked(world, open_page)
    await is_read_from_a_dim_screen(page, code)
    await is_kept_as_an_image(page, code)
    await link_is_copied(page, world.hub.url)
    await is_alone_on_paper(page, code)


async def test_on_a_phone_the_code_is_read_fills_the_screen_and_goes_into_a_calendar(
    world: World, open_page: Open
) -> None:
    page, code = await booked(world, open_page, phone=True)
    await is_read_from_a_dim_screen(page, code)
    await is_offered_to_three_calendars(page)
    await fills_the_screen_at_the_gate(page, code)


async def is_read_from_a_dim_screen(page: Page, code: str) -> None:
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme)
        picture = Image.open(BytesIO(await page.locator("#qr").screenshot()))
        assert picture.width >= 250
        # A tenth of the light, and a camera with a quarter of the pixels.
        half = (picture.width // 2, picture.height // 2)
        dim = ImageEnhance.Brightness(picture.convert("L")).enhance(0.1).resize(half)
        assert [found.text for found in zxingcpp.read_barcodes(dim)] == [code], scheme
    await page.emulate_media(color_scheme="null")


async def fills_the_screen_at_the_gate(page: Page, code: str) -> None:
    await page.get_by_role("button", name="Show large").click()
    dialog = page.get_by_role("dialog", name=f"QR code of ticket {code}")
    await expect(dialog).to_contain_text("Turn the brightness up")
    picture = dialog.locator(".qr")
    box = await picture.bounding_box()
    assert box
    assert box["width"] > 360
    await page.set_viewport_size({"width": 1280, "height": 800})
    assert (await dialog.bounding_box()) == {"x": 0, "y": 0, "width": 1280, "height": 800}
    box = await picture.bounding_box()
    assert box
    assert box["width"] > 590
    assert await read_qr(page, "dialog .qr") == code
    await assert_accessible(page, "the code at the door")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def is_kept_as_an_image(page: Page, code: str) -> None:
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Save image").click()
    kept = await waiting.value
    assert kept.suggested_filename == f"{code}.png"
    assert [found.text for found in zxingcpp.read_barcodes(Image.open(await kept.path()))] == [code]


async def is_offered_to_three_calendars(page: Page) -> None:
    await page.get_by_text("Add to calendar").click()
    google = await page.get_by_role("link", name="Google Calendar").get_attribute("href") or ""
    outlook = await page.get_by_role("link", name="Outlook").get_attribute("href") or ""
    assert urlsplit(google).netloc == "calendar.google.com"
    # Noon in Rome, in November.
    assert parse_qs(urlsplit(google).query)["dates"][0].startswith("20261120T1")
    assert urlsplit(outlook).netloc.startswith("outlook.")
    await assert_accessible(page, "the calendars")
    async with page.expect_download() as waiting:
        await page.get_by_role("link", name="Apple, Thunderbird and others").click()
    entry = Calendar.from_ical(Path(await (await waiting.value).path()).read_bytes())
    [event] = entry.walk("VEVENT")
    assert event.start.isoformat() == "2026-11-20T12:00:00+01:00"


async def link_is_copied(page: Page, hub_url: str) -> None:
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await page.get_by_role("button", name="Copy link").click()
    await expect(page.get_by_text("Copied.")).to_be_visible()
    copied = str(await page.evaluate("navigator.clipboard.readText()"))
    assert copied == hub_url + str(await page.locator("#manage-link").get_attribute("href"))


async def is_alone_on_paper(page: Page, code: str) -> None:
    await page.emulate_media(media="print")
    for hidden in (".masthead", "#manage-link", "#print", "#another", "#qr-download"):
        await expect(page.locator(hidden)).to_be_hidden()
    await expect(page.locator(".pass p.code")).to_have_text(code)
    assert await read_qr(page) == code


async def test_the_tickets_of_a_family_share_one_printed_page(world: World, open_page: Open) -> None:
    await world.slot()
    family = await world.tickets(4)
    page = await open_page("/reserve")
    await to_confirm(page, *(ticket.code for ticket in family))
    await confirm(page)
    await at(page, "done")
    for address in (None, await page.locator("#manage-link").get_attribute("href")):
        if address:
            await page.goto(world.hub.url + address)
            await expect(page.locator(".pass")).to_have_count(4)
        paper = await page.pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1, address
        await page.emulate_media(media="print")
        await page.set_viewport_size({"width": 718, "height": 1046})
        seen = Image.open(BytesIO(await page.screenshot()))
        found = {code.text for code in zxingcpp.read_barcodes(seen.resize((seen.width * 2, seen.height * 2)))}
        assert found == {ticket.code for ticket in family}
        await page.emulate_media(media="null")
