"""The organiser at work in Chromium: from an empty venue to a published show, and a list of bookings that is fresh by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.hands_and_eyes import Open
from tests.support.shows import admit_people
from tests.support.theatre import TOMORROW, Theatre
from tests.support.world import World

pytestmark = pytest.mark.one_hub

LOOK_EVERY_MS = 22_000


async def test_a_show_is_set_up_from_room_to_performance_and_published(world: World, open_page: Open) -> None:
    page = await open_page("/manager", token=await world.staff("MANAGER"))
    await page.get_by_role("link", name="Overview").click()
    await page.get_by_role("link", name="Shows").click()
    await page.get_by_role("link", name="Add a room").first.click()
    await page.get_by_label("Room name").fill("Main stage")
    await page.get_by_label("Seats").fill("40")
    await page.get_by_role("button", name="Add room").click()
    await page.get_by_role("link", name="Shows").click()
    await page.get_by_role("link", name="Add a show").first.click()
    await page.get_by_label("Title").first.fill("The Tempest")
    await page.get_by_label("Description").first.fill("A **storm** at sea")
    # The preview comes while one types, and nothing is stored by it.
    await expect(page.locator("#preview strong")).to_have_text("storm")
    await page.get_by_label("Duration").fill("120")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("#done")).to_contain_text("saved as a draft")
    await page.get_by_role("link", name="Add performances").first.click()
    await page.get_by_label("First day").fill(TOMORROW.isoformat())
    await page.get_by_label("Last day").fill((TOMORROW + timedelta(days=2)).isoformat())
    await page.get_by_role("button", name="Preview").click()
    await expect(page.locator("#made-title")).to_have_text("This adds 3 performances")
    await page.get_by_role("button", name="Add 3 performances").click()
    await expect(page.locator(".performance")).to_have_count(3)
    await page.get_by_role("button", name="Publish").click()
    await expect(page.locator("#done")).to_contain_text("published")
    await page.get_by_role("link", name="See the page").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("The Tempest")


async def test_the_menu_shows_the_current_place_even_where_it_is_longer_than_the_screen(
    world: World, open_page: Open
) -> None:
    page = await open_page("/admin/account", token=await world.staff("ADMIN"))
    await page.goto(f"{world.hub.url}/admin/api-keys")
    await expect(page.locator(".admin-menu li").first).not_to_be_in_viewport()
    await expect(page.locator(".admin-menu [aria-current]")).to_be_in_viewport(ratio=1)


async def test_the_list_searches_while_one_types_and_shows_who_comes_in_by_itself(
    world: World, open_page: Open
) -> None:
    theatre = await Theatre(world).found()
    evening = await theatre.performance()
    ann = await theatre.booking(evening, "Ann Lee", 4)
    await theatre.booking(evening, "Zoë Müller", 2)
    page = await open_page(f"/admin/performances/{evening}/bookings", token=await world.staff("MANAGER"), clock=True)
    search = page.get_by_label("Search")
    await search.press_sequentially("mull")
    await page.clock.run_for(1_000)
    await expect(page.locator(".booking")).to_have_count(1)
    await expect(page.locator(".booking")).to_contain_text("Zoë Müller")
    assert "q=mull" in page.url
    await expect(search).to_be_focused()
    await search.fill("")
    await page.clock.run_for(1_000)
    await expect(page.locator(".booking")).to_have_count(2)
    await admit_people(world.hub.database, ann, 3, world.hub.clock.now())
    await page.clock.run_for(LOOK_EVERY_MS)
    await expect(page.locator(".booking", has_text="Ann Lee")).to_contain_text("3/4")
    await expect(page.locator("#overview")).to_contain_text("3 in")


async def test_a_booking_is_moved_and_cancelled_with_the_keyboard(world: World, open_page: Open) -> None:
    theatre = await Theatre(world).found()
    evening, later = await theatre.performance(), await theatre.performance(TOMORROW + timedelta(days=1))
    await theatre.booking(evening, "Ann Lee", 4)
    page = await open_page(f"/admin/performances/{evening}/bookings", token=await world.staff("MANAGER"))
    await page.get_by_role("link", name="Ann Lee").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Move booking").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#done")).to_contain_text("has been moved")
    await expect(page.get_by_role("link", name="All bookings of this performance")).to_have_attribute(
        "href", f"/admin/performances/{later}/bookings"
    )
    await page.locator(".danger-zone summary").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Cancel booking").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#done")).to_contain_text("The booking is cancelled")
    assert await world.booked_count(later) == 0
