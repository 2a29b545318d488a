"""The record pages in Chromium: the scan log by filters, page by page, and as a CSV file."""

from __future__ import annotations

import os
import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from tests.browser.hands_and_eyes import Open
from tests.browser.looks import assert_nothing_sticks_out
from tests.support.hub import Hub
from tests.support.scan_log import log_unknown_codes
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def scans(hub: Hub, world: World, count: int = 3) -> None:
    gate = await hub.socket(await world.staff(), gate="A")
    (ticket,) = await world.fill(await world.slot(), 1)
    await gate.verify(ticket.code)
    for n in range(count):
        await gate.verify(f"DT-NOBODY-{n}")


async def test_the_log_is_looked_through_by_filters_that_stand_in_the_address(
    hub: Hub, world: World, open_page: Open
) -> None:
    await scans(hub, world)
    page = await open_page("/manager/history", token=await world.staff("MANAGER"))
    rows = page.locator("#rows tr")
    await expect(rows).to_have_count(4)
    await expect(rows.last).to_contain_text("Admitted")
    await expect(page.get_by_role("status")).to_have_text("4 scans shown")
    await page.get_by_label("Result").select_option("RED")
    await page.get_by_role("button", name="Apply").click()
    await expect(rows).to_have_count(3)
    assert "result=RED" in page.url
    await page.get_by_role("textbox", name="Ticket code").fill("DT-NOBODY-1")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_count(1)
    await page.go_back()
    await expect(rows).to_have_count(3)
    await page.reload()
    await expect(rows).to_have_count(3)
    async with page.expect_download() as coming:
        await page.get_by_role("link", name="Download as CSV").click()
    table = (await (await coming.value).path()).read_text("utf-8-sig").splitlines()
    assert len(table) == 4
    await page.get_by_label("Gate").fill("B")
    await page.get_by_role("button", name="Apply").click()
    await expect(page.get_by_text("No scan matches these filters.")).to_be_visible()


async def test_older_scans_are_fetched_on_request_and_it_fits_a_phone(hub: Hub, world: World, open_page: Open) -> None:
    await log_unknown_codes(world, 130, until=hub.clock.now())
    page = await open_page("/manager/history", token=await world.staff("MANAGER"), phone=True)
    await expect(page.locator("#rows tr")).to_have_count(100)
    await page.get_by_role("button", name="Older scans").click()
    await expect(page.locator("#rows tr")).to_have_count(130)
    await expect(page.get_by_role("button", name="Older scans")).to_be_hidden()
    await assert_nothing_sticks_out(page)


async def test_the_figures_of_a_days_report_have_their_headings_on_a_phone(world: World, open_page: Open) -> None:
    await world.slot()
    page = await open_page("/manager/report", token=await world.staff("MANAGER"), phone=True)
    booked = page.get_by_role("columnheader", name="Booked")
    await expect(booked).to_be_visible()
    figure = page.get_by_role("row", name=re.compile("12:00")).get_by_role("cell").nth(1)
    head, cell = await booked.bounding_box(), await figure.bounding_box()
    assert head is not None
    assert cell is not None
    assert (head["x"], head["width"]) == (cell["x"], cell["width"])


async def test_without_a_managers_session_the_records_lead_to_sign_in(world: World, open_page: Open) -> None:
    page = await open_page("/manager/history", token=await world.staff("OPERATOR"))
    assert "need=manager" in page.url
    assert "next=/manager/history" in page.url


async def test_a_ticket_is_found_and_its_life_read_on_one_page(hub: Hub, world: World, open_page: Open) -> None:
    gate = await hub.socket(await world.staff(), gate="A")
    issued = hub.clock.now() - timedelta(days=1)
    ticket = await world.reserved(await world.slot(), customer_name="John Doe", created_at=issued)
    await gate.verify(ticket.code)
    await gate.verify(ticket.code)
    page = await open_page("/manager/history", token=await world.staff("MANAGER"))
    await page.get_by_role("link", name="Find a ticket").click()
    await page.get_by_label("Find a ticket").fill("john@example.com")
    await page.keyboard.press("Enter")
    found = page.get_by_role("link", name=ticket.code)
    await expect(found).to_contain_text("Admitted")
    await found.click()
    await expect(page.get_by_role("heading", name=ticket.code)).to_be_visible()
    events = page.locator("#events li")
    await expect(events.first).to_contain_text("Issued")
    await expect(page.locator("#events")).to_contain_text("Scanned for entry: Admitted")
    await expect(page.locator("#events .YELLOW")).to_contain_text("Already verified")
    await expect(page.locator("#facts")).to_contain_text("+1 202 555 1234")
    await page.get_by_label("Find a ticket").fill("nobody@example.com")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("No matching tickets.")


async def test_a_life_fits_a_phone_in_chinese(world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    token = await world.staff("MANAGER")
    page = await open_page(f"/manager/ticket/{ticket.id}?lang=zh-Hans", token=token, phone=True)
    await expect(page.locator("#events li").first).to_be_visible()
    await assert_nothing_sticks_out(page)


async def test_one_menu_leads_everywhere_shows_the_place_and_signs_out(world: World, open_page: Open) -> None:
    page = await open_page("/manager/history", token=await world.staff("MANAGER"))
    menu = page.get_by_role("navigation", name="Menu")
    await expect(menu.locator("[aria-current=page]")).to_have_text("Scan history")
    await menu.get_by_role("link", name="Slots", exact=True).click()
    await expect(page.get_by_role("navigation", name="Menu").locator("[aria-current=page]")).to_have_text("Slots")
    await page.get_by_role("link", name="Replay").click()
    await expect(menu.locator("[aria-current=page]")).to_have_text("Replay")
    if folder := os.environ.get("LOOK"):
        await page.screenshot(path=f"{folder}/rail.png")
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/operator/login")
    await page.goto(page.url.replace("/operator/login", "/manager/history"))
    await page.wait_for_url("**/operator/login**")
