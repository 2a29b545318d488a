"""Booking seats in a browser: from the page of a show to the QR code, with live places, and when the party does not fit."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image, ImageEnhance
from playwright.async_api import Browser, Page, expect

from hub.events.announcements import SlotChanged, SlotsEdited
from tests.browser.hands_and_eyes import Open, read_qr, without_asking
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.shows import add_booking, add_performance, add_stage, admit_people, count_bookings, read_booking_row
from tests.support.slots import change_slot, read_slot
from tests.support.still_outbox import send_nothing
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub

SOON = TODAY + timedelta(days=3)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


async def confirm_token(hub: Hub) -> str:
    """Return the token in the newest e-mail with a link to confirm."""
    rows = await read_outbox(hub.database, "payload", kind="booking.requested", order_by="id DESC")
    return str(json.loads(rows[0]["payload"])["confirm_token"])


async def fill(page: Page, party: str) -> None:
    await page.get_by_label("Name").fill("Ada Lovelace")
    await page.get_by_label("Email").fill("ada@example.com")
    await page.get_by_label("How many people?").fill(party)


async def places_taken(hub: Hub, performance_id: int) -> None:
    """Announce what `add_booking` has written, as a booking of this hub would."""
    hub.services.announcer.publish([SlotChanged.of(await read_slot(hub.database, id=performance_id))])


async def test_from_the_show_to_the_code(hub: Hub, world: World, open_page: Open) -> None:
    stage = await add_stage(world, day=SOON, show={"consent": "I agree."})
    page = await open_page("/shows", phone=True)
    await page.get_by_role("link", name="The Tempest").click()
    await page.get_by_role("link", name=re.compile("Book seats.*23 November")).click()
    await fill(page, "2")
    await page.get_by_role("button", name="One person more").click()
    await expect(page.get_by_label("How many people?")).to_have_value("3")
    await page.get_by_label("I agree.").check()
    await page.get_by_role("button", name="Send my request").click()
    await expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    assert await world.booked_count(stage.performance_id) == 0
    await page.goto(f"{hub.url}/b/{await confirm_token(hub)}")
    await page.get_by_role("button", name="Confirm booking").click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert await world.booked_count(stage.performance_id) == 3
    ticket = await read_booking_row(hub.database)
    assert (await read_qr(page)).startswith("BKG-")
    assert ticket["status"] == "CONFIRMED"


async def test_a_double_click_asks_once(hub: Hub, world: World, open_page: Open) -> None:
    stage = await add_stage(world, day=SOON)
    page = await open_page(f"/shows/{stage.show_id}/book/{stage.performance_id}")
    await fill(page, "3")
    await page.get_by_role("button", name="Send my request").dblclick()
    await expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    assert await count_bookings(hub.database) == 1


async def test_a_party_that_no_longer_fits_takes_fewer_seats(hub: Hub, world: World, open_page: Open) -> None:
    stage = await add_stage(world, capacity=8, day=SOON)
    asked = await add_booking(world, stage.performance_id, 5, "PENDING")
    page = await open_page(f"/b/{asked.confirm_token}", phone=True)
    await expect(page.get_by_role("heading", name="Confirm your booking")).to_be_visible()
    await add_booking(world, stage.performance_id, 6)
    await page.get_by_role("button", name="Confirm booking").click()
    await expect(page.get_by_role("heading", name="Only 2 spaces are left")).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text("There aren't enough seats left")
    await expect(page.get_by_role("button", name="One person more")).to_be_disabled()
    await page.get_by_role("button", name="One person fewer").click()
    await expect(page.get_by_label("How many people?")).to_have_value("1")
    await page.get_by_role("button", name="Confirm booking").click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert await read_qr(page) == asked.code
    assert await world.booked_count(stage.performance_id) == 7


async def test_the_page_of_a_request_follows_what_others_book(hub: Hub, world: World, open_page: Open) -> None:
    stage = await add_stage(world, capacity=8, day=SOON)
    other = await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=1))
    asked = await add_booking(world, stage.performance_id, 5, "PENDING")
    page = await open_page(f"/b/{asked.confirm_token}")
    await add_booking(world, stage.performance_id, 8)
    await page.evaluate("dispatchEvent(new Event('focus'))")
    await expect(page.get_by_role("heading", name="This performance has sold out")).to_be_visible()
    await page.get_by_role("button", name=re.compile("Tue 24 Nov")).click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert await world.booked_count(other) == 5


async def test_the_places_left_follow_every_booking(hub: Hub, world: World, open_page: Open) -> None:
    stage = await add_stage(world, capacity=8, day=SOON)
    page = await open_page(f"/shows/{stage.show_id}")
    row = page.locator(f"[data-performance='{stage.performance_id}']")
    await expect(page.locator("#link-state")).to_have_text("Live")
    await expect(row).to_contain_text("Available")
    async with without_asking(page):
        await add_booking(world, stage.performance_id, 5)
        await places_taken(hub, stage.performance_id)
        await expect(row).to_contain_text("Filling up")
        await expect(row).to_contain_text("3 spaces left")
        await add_booking(world, stage.performance_id, 3)
        await places_taken(hub, stage.performance_id)
        await expect(row).to_contain_text("Sold out")
        await expect(row.get_by_role("link", name="Book seats")).to_be_hidden()


async def test_a_new_performance_and_a_closed_one_show_at_once(hub: Hub, world: World, open_page: Open) -> None:
    stage = await add_stage(world, day=SOON)
    page = await open_page(f"/shows/{stage.show_id}")
    await expect(page.locator("#link-state")).to_have_text("Live")
    await add_performance(world, stage.show_id, stage.room_id, SOON + timedelta(days=1))
    await change_slot(hub.database, stage.performance_id, booking_closed=True)
    hub.services.announcer.publish([SlotsEdited(world.org_id)])
    await expect(page.locator(".date")).to_have_count(2)
    await expect(page.locator(f"[data-performance='{stage.performance_id}']")).to_contain_text("Booking closed")


async def test_the_code_shows_how_many_are_in(hub: Hub, world: World, open_page: Open) -> None:
    stage = await add_stage(world)
    booked = await add_booking(world, stage.performance_id, 5)
    page = await open_page(f"/b/{booked.manage_token}", phone=True)
    await page.get_by_role("button", name="Show large").click()
    dialog = page.get_by_role("dialog")
    assert await read_qr(page, "dialog .qr") == booked.code
    await dialog.get_by_role("button", name="Close").click()
    await admit_people(hub.database, booked, 3)
    await page.evaluate("dispatchEvent(new Event('focus'))")
    await expect(page.get_by_role("heading", name="3 of 5 in")).to_be_visible()
    assert await read_qr(page) == booked.code


@pytest.mark.parametrize("size", [150, 90])
async def test_the_printed_sheet_is_one_page_that_can_be_read_small_and_grey(
    browser: Browser, hub: Hub, world: World, open_page: Open, size: int
) -> None:
    stage = await add_stage(
        world, title="A title that is so long that it needs at least two lines on the paper", day=SOON
    )
    booked = await add_booking(world, stage.performance_id, 5)
    page = await open_page(f"/b/{booked.manage_token}/print")
    pdf = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    await page.emulate_media(media="print")
    shot = Image.open(BytesIO(await page.locator("#qr").screenshot())).convert("L")
    grey = ImageEnhance.Contrast(shot.resize((size, size))).enhance(0.35)
    assert [one.text for one in zxingcpp.read_barcodes(grey)] == [booked.code]


async def test_the_whole_way_works_without_scripts(hub: Hub, world: World, open_page: Open) -> None:
    stage = await add_stage(world, day=SOON)
    page = await open_page(f"/shows/{stage.show_id}", scripts=False)
    await page.get_by_role("link", name="Book seats").click()
    await expect(page.get_by_role("button", name="One person more")).to_be_hidden()
    await fill(page, "4")
    await page.get_by_role("button", name="Send my request").click()
    await expect(page.get_by_role("heading", name="Check your email")).to_be_visible()
    await page.goto(f"{hub.url}/b/{await confirm_token(hub)}")
    await page.get_by_role("button", name="Confirm booking").click()
    assert (await read_qr(page)).startswith("BKG-")
    await page.get_by_role("link", name="Cancel booking").click()
    await page.get_by_role("button", name="Cancel booking").click()
    await expect(page.get_by_role("heading", name="This booking was cancelled")).to_be_visible()
    assert await world.booked_count(stage.performance_id) == 0
