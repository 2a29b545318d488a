"""The booking page with refusals, errors and slow answers."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Route, expect

from tests.browser.booking_steps import to_confirm
from tests.browser.hands_and_eyes import Open
from tests.support.hub import Hub
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub


async def test_a_code_is_understood_in_any_case_with_blanks_and_without_dashes(world: World, open_page: Open) -> None:
    ticket = await world.ticket()
    page = await open_page("/reserve")
    await page.get_by_role("textbox", name="Ticket code").fill(f"  {ticket.code.lower().replace('-', ' ')} ")
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="Where should we send")).to_be_visible()


async def test_each_bad_ticket_is_explained(world: World, open_page: Open) -> None:
    reserved = await world.reserved(await world.slot())
    unpaid = await world.ticket("PENDING_PAYMENT")
    expired = await world.ticket("EXPIRED")
    page = await open_page("/reserve")
    for code, words in (
        ("TKT-2026-ABCDEF-GHJKMN", "Invalid ticket code. Please check and try again."),
        (reserved.code, "This ticket is already reserved for Friday"),
        (unpaid.code, "This ticket is not activated yet. Please complete payment."),
        (expired.code, "This ticket has expired."),
    ):
        await page.get_by_role("textbox", name="Ticket code").fill(code)
        await page.get_by_role("button", name="Continue").click()
        await expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()


async def test_a_double_tap_books_once(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    asked: list[str] = []
    page = await open_page("/reserve")
    page.on("request", lambda r: asked.append(r.url) if r.url.endswith("/api/reservations/create") else None)
    await to_confirm(page, (await world.ticket()).code)
    await page.get_by_role("button", name="Confirm booking", exact=True).dblclick()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert len(asked) == 1
    assert await world.booked_count(slot_id) == 1


async def test_a_lost_answer_is_asked_for_again_with_the_same_key(world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    keys: list[str | None] = []
    page = await open_page("/reserve")

    async def lose_the_first_answer(route: Route) -> None:
        keys.append(route.request.headers.get("idempotency-key"))
        response = await route.fetch()
        if len(keys) == 1:
            await route.abort("connectionreset")
        else:
            await route.fulfill(response=response)

    await page.route("**/api/reservations/create", lose_the_first_answer)
    await to_confirm(page, (await world.ticket()).code)
    await page.get_by_role("button", name="Confirm booking", exact=True).click()
    await page.get_by_role("button", name="Try again now").click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert keys[0]
    assert keys == [keys[0]] * len(keys)
    assert await world.booked_count(slot_id) == 1


async def test_a_link_names_the_organisation_where_there_are_several(hub: Hub, world: World, open_page: Open) -> None:
    other = await World(hub).found()
    slot_id = await other.slot()
    ticket = await other.ticket()
    page = await open_page(f"/reserve?orq={other.org_id}")
    await to_confirm(page, ticket.code)
    await page.get_by_role("button", name="Confirm booking", exact=True).click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert await other.booked_count(slot_id) == 1


async def test_a_slot_that_is_over_is_not_offered(world: World, open_page: Open) -> None:
    await world.slot(TODAY, "08:00", "10:00")
    await world.slot(TODAY, "16:00", "18:00")
    page = await open_page(f"/reserve?ticket={(await world.ticket()).code}")
    await page.get_by_label("Email").fill("john@example.com")
    await page.get_by_label("Phone").fill("+12025551234")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="today, available").click()
    await expect(page.get_by_role("button", name=re.compile("0?8:00 to 10:00"))).to_have_count(0)
    await expect(page.get_by_text("One earlier time has ended.")).to_be_visible()
    await expect(page.get_by_role("button", name="Select 16:00 to 18:00")).to_be_enabled()
