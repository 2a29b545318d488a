"""The door sale on a phone: two visitors without a ticket come in by a few touches, once, and have their tickets."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.hands_and_eyes import Open
from tests.browser.test_party_at_gate import scanner
from tests.support.door_sales import ADDRESS
from tests.support.hub import Hub
from tests.support.orders import count_orders
from tests.support.products import add_product
from tests.support.scan_log import count_entries, read_scans
from tests.support.slots import read_slot
from tests.support.world import World

pytestmark = pytest.mark.one_hub


UNDER_THE_END = """() => {
  const end = document.querySelector("#door-sale-form .door-sale-end").getBoundingClientRect();
  const found = new Set();
  for (let y = end.top; y < end.bottom; y += 8) {
    for (let x = end.left; x < end.right; x += 8) {
      for (const one of document.elementsFromPoint(x, y)) if (one.closest("#door-sale-fields")) found.add(one.id || one.tagName);
    }
  }
  return [...found];
}"""
"""The fields that are drawn where the buttons are."""


async def selling(world: World, open_page: Open) -> Page:
    await world.policy(door_sales="operators")
    page = await scanner(world, open_page, phone=True)
    await page.get_by_role("button", name="Sell a ticket").tap()
    return page


async def test_two_visitors_without_a_ticket_come_in_and_the_sale_is_undone(
    hub: Hub, world: World, open_page: Open
) -> None:
    slot = await world.slot(capacity=40, booked=6)
    sold_out = await world.slot(start="11:00", end="13:00", capacity=2, booked=2)
    await world.slot(start="14:00", end="16:00", capacity=9)
    page = await selling(world, open_page)
    dialog = page.get_by_role("dialog", name="Sell a ticket")
    await expect(dialog.get_by_role("radio", name="Now, 12:00")).to_be_checked()
    # A time that is sold out stands below those with places, and no touch takes it.
    await expect(dialog.locator("#door-sale-slots input").last).to_have_value(str(sold_out))
    await expect(dialog.locator("#door-sale-slots input:disabled")).to_have_count(1)
    await expect(dialog.locator("#door-sale-slots")).to_contain_text("34 spaces free")
    # The places are live: somebody else books.
    await world.reserve(await world.ticket(), slot)
    await expect(dialog.locator("#door-sale-slots")).to_contain_text("33 spaces free")
    await dialog.get_by_role("button", name="One more").tap()
    await dialog.get_by_role("button", name="Sell and let 2 in").tap()
    await expect(page.get_by_role("heading", name="2 visitors are in")).to_be_focused()
    code = await page.locator("#door-sale-code").inner_text()
    await expect(page.get_by_role("img", name="QR code of the ticket")).to_be_visible()
    await page.get_by_role("button", name="Next").tap()
    await expect(page.locator("#door-sale-code")).not_to_have_text(code)
    assert await count_entries(hub.database) == 2
    await page.get_by_role("button", name="Done").tap()
    await expect(page.locator("#scans")).to_contain_text("admitted")
    # The entry of the sale undoes both, and that of the other ticket its own. Either may stand first.
    undo = page.locator("#scans").get_by_role("button", name="Undo")
    await expect(undo).to_have_count(2)
    while left := await undo.count():
        await undo.first.tap()
        await page.get_by_label("Reason").fill("They went home")
        await page.get_by_role("button", name="Undo entry").tap()
        await expect(undo).not_to_have_count(left)
    assert (await read_slot(hub.database, id=slot))["verified_count"] == 0


async def test_a_sale_whose_answer_was_lost_is_tried_again_and_sold_once(
    hub: Hub, world: World, open_page: Open
) -> None:
    await world.slot(capacity=2)
    page = await selling(world, open_page)

    async def lose_the_answer(route: Route) -> None:
        if route.request.method == "POST":
            await route.fetch()
            await route.abort()
        else:
            await route.continue_()

    await page.route(f"**{ADDRESS}", lose_the_answer)
    await page.get_by_role("button", name="Sell and let one in").tap()
    await expect(page.locator("#door-sale-problem")).to_contain_text("Nothing is sold twice.")
    await expect(page.get_by_role("button", name="One more")).to_be_disabled()
    await page.unroute(f"**{ADDRESS}")
    await page.get_by_role("button", name="Try again").tap()
    await expect(page.get_by_role("heading", name="One visitor is in")).to_be_visible()
    assert (await count_entries(hub.database), await count_orders(hub.database)) == (1, 2)


async def test_what_a_product_asks_is_answered_first_and_a_later_time_lets_nobody_in(
    hub: Hub, world: World, open_page: Open
) -> None:
    await world.slot()
    later = await world.slot(start="14:00", end="16:00")
    await add_product(world, "Student", question="Is the student card shown?")
    page = await selling(world, open_page)
    await page.get_by_role("radio", name="Student").check()
    await page.get_by_role("button", name="Sell and let one in").tap()
    await expect(page.locator("#door-sale-problem")).to_contain_text("Answer the question first.")
    assert await page.evaluate(UNDER_THE_END) == [], "the fields scroll, and none is drawn below the buttons"
    await page.get_by_role("checkbox", name="Is the student card shown?").check()
    await page.get_by_role("button", name="Sell and let one in").tap()
    await expect(page.get_by_role("heading", name="One visitor is in")).to_be_visible()
    (scan,) = await read_scans(hub.database, "note")
    assert scan["note"] == "Is the student card shown? yes"
    await page.get_by_role("button", name="Sell another").tap()
    await page.get_by_role("radio", name="16:00").check()
    await page.get_by_role("button", name="Sell one ticket").tap()
    await expect(page.get_by_role("heading", name="One ticket is sold")).to_be_visible()
    slot = await read_slot(hub.database, id=later)
    assert (slot["booked_count"], slot["verified_count"]) == (1, 0)
