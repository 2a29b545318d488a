"""A visit with JavaScript switched off, as a person goes through it with the browser's own means.

`tests/web/pages/plain/test_whole_visit.py` checks without a browser what each page says and what each form does.
"""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands_and_eyes import Open, read_qr
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub


async def go_on(page: Page) -> None:
    await page.get_by_role("button", name="Continue").click()


async def test_a_visit_is_booked_its_code_read_from_the_screen_and_given_back(world: World, open_page: Open) -> None:
    slot_id = await world.slot(TODAY, "16:00", "18:00")
    await world.policy(change_cutoff_hours=1)
    ticket = await world.ticket()
    used = await world.reserved(slot_id)
    # The booking page leads to its plain form.
    page = await open_page(f"/reserve?ticket={used.code}&orq={world.org_id}", scripts=False, phone=True)
    await page.wait_for_url(re.compile("/reserve/plain"))
    code = page.get_by_role("textbox", name="Ticket code")
    await expect(code).to_have_value(used.code)
    await go_on(page)
    await expect(code).to_have_accessible_description(re.compile("already reserved for"))
    await code.fill(ticket.code.lower().replace("-", " "))
    await go_on(page)
    await page.get_by_label("Email").fill("john@")
    await page.get_by_label("Country").select_option("US")
    await page.get_by_label("Phone", exact=True).fill("(202) 555-1234")
    await go_on(page)
    await expect(page.locator("#email-wrong")).to_be_visible()
    await expect(page.get_by_label("Email")).to_be_focused()
    await page.get_by_label("Email").fill("john@example.com")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Select 16:00 – 18:00").click()
    await expect(page.get_by_role("heading", name="Check your booking")).to_be_visible()
    await expect(page.get_by_text(ticket.code)).to_be_visible()
    await expect(page.get_by_text("+1 202 555 1234")).to_be_visible()
    confirm_page = page.url
    await page.get_by_role("button", name="Confirm").click()
    await page.wait_for_url(re.compile("/r/"))
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    assert await read_qr(page, "img.qr") == ticket.code
    visit = page.url
    # Going back after the end leads to the visit, and books nothing.
    await page.reload()
    await page.go_back()
    await page.wait_for_url(visit)
    await page.goto(confirm_page)
    assert page.url == visit
    await expect(page.locator("img.qr")).to_be_visible()
    assert await world.booked_count(slot_id) == 2
    # Actions that need a script are hidden. Those without one are offered.
    await expect(page.get_by_role("button", name="Move to another time")).to_be_hidden()
    await page.get_by_role("link", name="Cancel the visit").click()
    await page.get_by_role("button", name="Cancel visit").click()
    await expect(page.get_by_role("heading", name="This visit was cancelled")).to_be_visible()
    assert await world.booked_count(slot_id) == 1
