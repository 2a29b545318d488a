"""A museum in Chromium: from its hours to its slots, a slot with forty people closed, and two administrators at one slot."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands_and_eyes import Open
from tests.support.mail_outbox import read_outbox
from tests.support.slots import count_slots, read_row_of_slot
from tests.support.still_outbox import send_nothing
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def test_a_museum_makes_its_slots_and_moves_forty_people(
    world: World, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_nothing(monkeypatch)
    page = await open_page("/admin", token=await world.staff("ADMIN"))
    await make_slots(page)
    assert await count_slots(world.hub.database, total_capacity=50) == 24 * 16
    await expect(page.get_by_role("link", name="Friday, 25 December 2026: Christmas, no slots")).to_be_visible()
    noon = await read_row_of_slot(world.hub.database, "2026-12-01", "12:00")
    await world.fill(noon["id"], 40)
    await page.get_by_role("link", name="Tuesday, 1 December 2026").click()
    await page.get_by_role("link", name=re.compile("^12:00")).click()
    await close_and_move(page, "14:00")
    letters = await read_outbox(world.hub.database, "recipient", kind="reservation.moved")
    assert len(letters) == 40
    two = await read_row_of_slot(world.hub.database, "2026-12-01", "14:00")
    assert (two["booked_count"], two["held_count"]) == (40, 0)


async def make_slots(page: Page) -> None:
    """Enter Tuesday to Sunday from ten to six and the days of Christmas, and make the slots of December after a preview."""
    await page.get_by_role("link", name="Opening hours", exact=True).click()
    row = page.locator(".hours-row").first
    for day in ("Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"):
        await row.get_by_label(day).check()
    for label, text in (("Opens", "10:00"), ("Closes", "18:00"), ("Minutes a slot", "30"), ("Spaces a slot", "50")):
        await row.get_by_label(label).fill(text)
    await page.get_by_role("button", name="Save opening hours").click()
    await page.locator("summary", has_text="Add a closed day").click()
    await page.locator("#first").fill("2026-12-24")
    await page.locator("#last").fill("2026-12-26")
    await page.get_by_label("Occasion").fill("Christmas")
    await page.get_by_role("button", name="Add day").click()
    await expect(page.locator(".closed-days li")).to_have_count(3)
    await page.locator("#from").fill("2026-12-01")
    await page.locator("#to").fill("2026-12-31")
    await page.get_by_role("button", name="Preview slots").click()
    await expect(page.locator("#plan-title")).to_have_text("This makes 384 slots")
    await expect(page.locator(".plan-month .off")).to_have_count(3)
    await page.get_by_role("button", name="Make 384 slots").click()
    await expect(page.locator("#done")).to_have_text("The slots are added.")


async def close_and_move(page: Page, to: str) -> None:
    await expect(page.get_by_text("40 people are booked.")).to_be_visible()
    await page.get_by_label("Move everybody to another slot").check()
    target = page.locator("#move_to")
    await target.select_option(label=await target.locator("option", has_text=re.compile(f"^{to}")).first.inner_text())
    await page.get_by_label("Your words to them").fill("The lift is broken.")
    await page.get_by_role("button", name="Show what happens").click()
    await expect(page.locator("#close .notice")).to_contain_text("40 people: moved to 14:00")
    await page.get_by_role("button", name="Close slot").click()
    await expect(page.locator("#done")).to_contain_text("The slot is closed.")
    await expect(page.get_by_text("Everybody was moved to")).to_be_visible()


async def test_of_two_administrators_the_second_sees_what_the_first_saved(world: World, open_page: Open) -> None:
    slot_id = await world.slot(capacity=50)
    first = await open_page(f"/admin/slots/{slot_id}", token=await world.staff("ADMIN", "Ada"))
    second = await open_page(f"/admin/slots/{slot_id}", token=await world.staff("ADMIN", "Bob"))
    for page, places in ((first, "60"), (second, "45")):
        await page.locator("#capacity").fill(places)
        await page.get_by_role("button", name="Save").click()
    await expect(first.locator("#done")).to_have_text("The slots are saved.")
    await expect(second.locator("#refusal")).to_contain_text("Somebody changed this in the meantime.")
    await expect(second.locator(".advice")).to_have_text("Saved by somebody else: 60")
    await expect(second.locator("#capacity")).to_have_value("45")
