"""The API documentation in a browser: no barrier, usable on a phone, and requests that are sent to this hub."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.looks import PHONE, assert_nothing_sticks_out
from tests.support.hub import Hub
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def test_no_page_has_a_barrier(world: World, open_page: Open) -> None:
    """The webhooks have every method, and parameters of each place."""
    page = await open_page("/api/docs")
    await assert_accessible(page, "the contents")
    await page.goto(f"{world.hub.url}/api/docs/webhooks")
    await assert_accessible(page, "an area")


async def test_the_longest_page_fits_a_phone(world: World, open_page: Open) -> None:
    for path in ("/api/docs", "/api/docs/operators"):
        phone = await open_page(path, phone=True)
        assert (await phone.evaluate("innerWidth")) == PHONE["width"]
        await phone.locator("main details").evaluate_all("(all) => all.forEach((details) => { details.open = true; })")
        await assert_nothing_sticks_out(phone)
        await expect(phone.get_by_role("heading", level=1)).to_be_in_viewport()


async def test_try_it_sends_the_example_to_this_hub_and_shows_the_answer(
    hub: Hub, world: World, open_page: Open
) -> None:
    page = await open_page("/api/docs/customer-reservation")
    section = page.locator("#post_api_tickets_validate")
    await expect(section.locator(".curl")).to_contain_text(hub.url)
    await section.get_by_text("Try it").click()
    await section.get_by_role("button").click()
    await expect(section.locator(".said")).to_contain_text(re.compile(r"400 .* in [0-9]+ ms: /api/tickets/validate"))
    await expect(section.locator(".said pre")).to_contain_text("TICKET_NOT_FOUND")
    ticket = await world.ticket()
    await section.locator("textarea").fill(f'{{"ticket_code": "{ticket.code}"}}')
    await section.get_by_role("button").click()
    await expect(section.locator(".said pre")).to_contain_text('"success": true')


async def test_a_token_is_sent_and_parameters_are_filled_in(hub: Hub, world: World, open_page: Open) -> None:
    page = await open_page("/api/docs/venues-and-gates")
    section = page.locator("#get_api_admin_venues_venue_id")
    await section.get_by_text("Try it").click()
    await section.get_by_label("venue_id *").fill(str(world.venue_id))
    await section.get_by_role("button").click()
    await expect(section.locator(".said")).to_contain_text("401")
    await page.get_by_text('Token for "Try it"').click()
    await page.get_by_label("Bearer token").fill(await world.staff("ADMIN"))
    await section.get_by_role("button").click()
    await expect(section.locator(".said pre")).to_contain_text(f'"venue_id": {world.venue_id}')
