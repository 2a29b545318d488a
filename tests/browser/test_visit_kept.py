"""A booking in progress survives a reload, the back button, sleep, another tab and a lost network."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.axe import assert_accessible
from tests.browser.booking_steps import at, confirm, enter_tickets, give_contact, pick, to_confirm
from tests.browser.hands_and_eyes import Open
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub

TWO_HOURS_AGO = """() => {
  const kept = JSON.parse(sessionStorage.getItem("venue-hub.visit"));
  sessionStorage.setItem("venue-hub.visit", JSON.stringify({ ...kept, saved: Date.now() - 7_200_001 }));
}"""


async def test_a_reload_at_any_step_stays_there_with_everything_typed(world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    ticket = await world.ticket()
    page = await open_page(f"/reserve?ticket={ticket.code}", phone=True)
    await at(page, "contact")
    await page.reload()
    await at(page, "contact")
    await give_contact(page)
    await at(page, "slot")
    await page.reload()
    await pick(page)
    await at(page, "confirm")
    await page.reload()
    await at(page, "confirm")
    await expect(page.locator("#summary")).to_contain_text("john@example.com")
    await expect(page.get_by_role("heading", name="Check your booking")).to_be_focused()
    await confirm(page)
    await at(page, "done")
    await page.reload()
    await at(page, "done")
    await expect(page.locator("#qr")).to_be_visible()
    assert await world.booked_count(slot_id) == 1


async def test_back_and_forward_walk_the_steps_and_after_the_booking_lead_to_no_other(
    world: World, open_page: Open
) -> None:
    slot_id = await world.slot()
    page = await open_page("/reserve")
    await to_confirm(page, (await world.ticket()).code)
    for step in ("slot", "contact", "ticket"):
        await page.go_back()
        await at(page, step)
    await page.go_forward()
    await at(page, "contact")
    await expect(page.get_by_label("Email")).to_have_value("john@example.com")
    # Everything is filled in, so Continue leads straight to the confirmation.
    await page.get_by_role("button", name="Continue").click()
    await at(page, "confirm")
    await confirm(page)
    await at(page, "done")
    await page.go_back()
    await at(page, "done")
    await expect(page.get_by_role("button", name="Confirm booking", exact=True)).to_be_hidden()
    await page.get_by_role("button", name="Book another visit").click()
    await at(page, "ticket")
    await expect(page.get_by_role("textbox", name="Ticket code")).to_have_value("")
    assert await world.booked_count(slot_id) == 1


async def test_a_visit_left_for_hours_is_put_away_and_said_so(world: World, open_page: Open) -> None:
    page = await open_page("/reserve")
    await enter_tickets(page, (await world.ticket()).code)
    await page.evaluate(TWO_HOURS_AGO)
    await page.reload()
    await at(page, "ticket")
    await expect(page.get_by_text("Your booking has timed out")).to_be_visible()
    await assert_accessible(page, "a visit that was put away")


async def test_a_page_closed_while_the_answer_was_lost_books_once(world: World, open_page: Open) -> None:
    """The phone dies between the request and its answer. The page, opened again, asks for the same answer."""
    slot_id = await world.slot()
    keys: list[str | None] = []
    page = await open_page("/reserve")
    reached = asyncio.Event()

    async def lose(route: Route) -> None:
        keys.append(route.request.headers.get("idempotency-key"))
        response = await route.fetch()
        if len(keys) > 1:
            await route.fulfill(response=response)
        else:
            reached.set()
            await route.abort("connectionreset")

    await page.route("**/api/reservations/create", lose)
    await to_confirm(page, (await world.ticket()).code)
    await confirm(page)
    await reached.wait()
    await page.reload()
    await at(page, "done")
    assert keys[0]
    assert keys == [keys[0]] * len(keys)
    assert await world.booked_count(slot_id) == 1


async def test_without_the_key_the_same_page_would_be_refused_its_own_booking(world: World, open_page: Open) -> None:
    """Control: without the idempotency key the page is refused its own booking."""
    slot_id = await world.slot()
    page = await open_page("/reserve")
    reached = asyncio.Event()

    async def lose(route: Route) -> None:
        nameless = {name: value for name, value in route.request.headers.items() if name != "idempotency-key"}
        response = await route.fetch(headers=nameless)
        if reached.is_set():
            await route.fulfill(response=response)
        else:
            reached.set()
            await route.abort("connectionreset")

    await page.route("**/api/reservations/create", lose)
    await to_confirm(page, (await world.ticket()).code)
    await confirm(page)
    await reached.wait()
    await page.reload()
    await expect(page.get_by_text("This ticket is already reserved for")).to_be_visible()
    assert await world.booked_count(slot_id) == 1


async def test_offline_at_confirm_waits_and_goes_on_by_itself(world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    page = await open_page("/reserve", phone=True)
    await to_confirm(page, (await world.ticket()).code)
    await page.context.set_offline(True)
    await confirm(page)
    await expect(page.get_by_text("You are offline.")).to_be_visible()
    await expect(page.get_by_text("You won't be booked twice.")).to_be_visible()
    await page.context.set_offline(False)
    await at(page, "done")
    assert await world.booked_count(slot_id) == 1


async def test_a_ticket_booked_in_one_tab_leaves_the_other(world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    ticket = await world.ticket()
    first = await open_page("/reserve")
    await to_confirm(first, ticket.code)
    second: Page = await first.context.new_page()
    await second.goto(first.url)
    await to_confirm(second, ticket.code)
    await confirm(second)
    await at(second, "done")
    await expect(first.get_by_text("You have booked this ticket in another tab.")).to_be_visible()
    await at(first, "ticket")
    await assert_accessible(first, "booked in another tab")
    link = first.get_by_role("link", name="See the reservation")
    assert (await link.get_attribute("href") or "").startswith("/r/")
    assert await world.booked_count(slot_id) == 1


async def test_a_link_with_another_ticket_begins_another_visit(world: World, open_page: Open) -> None:
    one, two = await world.tickets(2)
    page = await open_page(f"/reserve?ticket={one.code}")
    await at(page, "contact")
    await page.goto(f"{world.hub.url}/reserve?ticket={two.code}")
    await expect(page.locator("#contact-tickets")).to_have_text(two.code)


async def test_everything_can_be_changed_from_the_summary(world: World, open_page: Open) -> None:
    await world.slot()
    later = await world.slot(TODAY, "16:00", "18:00")
    page = await open_page("/reserve")
    await to_confirm(page, (await world.ticket()).code)
    await page.get_by_role("button", name="Change day and time").click()
    await pick(page, "16:00")
    await page.get_by_role("button", name="Change address").click()
    await give_contact(page, email="jane@example.com")
    await expect(page.locator("#summary")).to_contain_text("jane@example.com")
    await confirm(page)
    await at(page, "done")
    assert await world.booked_count(later) == 1


async def test_the_whole_booking_is_walked_by_keyboard(world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    page = await open_page("/reserve")
    keys = page.keyboard
    await page.get_by_role("textbox", name="Ticket code").focus()
    await keys.type((await world.ticket()).code)
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Where should we send")).to_be_focused()
    await page.get_by_label("Email").focus()
    await keys.type("john@example.com")
    await keys.press("Tab")
    await keys.press("Tab")
    await keys.type("+12025551234")
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="When would you like")).to_be_focused()
    await page.get_by_role("button", name="today, available").focus()
    await keys.press("Enter")
    await page.get_by_role("button", name="Select 12:00").focus()
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="Check your booking")).to_be_focused()
    await page.get_by_role("button", name="Confirm booking", exact=True).focus()
    await keys.press("Enter")
    await expect(page.get_by_role("heading", name="You're booked")).to_be_focused()
    assert await world.booked_count(slot_id) == 1
