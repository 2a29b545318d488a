"""The whole journey in Chromium: book, read the QR code from the screen, scan it, watch the count."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands_and_eyes import Open, choose_gate, key_in, later, read_qr, without_asking
from tests.support.hub import Hub
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub


async def book(page: Page, code: str) -> None:
    """Book the first slot of today, from the ticket step to the success step."""
    await page.get_by_role("textbox", name="Ticket code").fill(code)
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Email").fill("john@example.com")
    await page.get_by_label("Phone").fill("+1 (202) 555-1234")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="today, available").click()
    await page.get_by_role("button", name="Select 12:00 to 14:00").click()
    await page.get_by_role("button", name="Confirm booking", exact=True).click()
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()


async def sign_in(page: Page, username: str) -> None:
    await page.get_by_label("Username").fill(username)
    await page.get_by_label("Password", exact=True).last.fill("correct horse")
    await page.get_by_role("button", name="Sign in").click()


async def test_a_ticket_is_booked_scanned_verified_and_counted(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    ticket = await world.ticket()
    await world.staff("OPERATOR", username="jane")
    watching = await open_page("/manager", token=await world.staff("MANAGER", name="Max"))
    await expect(watching.locator("#total-verified")).to_have_text("0")
    await expect(watching.locator("#total-capacity")).to_have_text("200")

    customer = await open_page("/reserve", phone=True)
    await book(customer, ticket.code)
    code = await read_qr(customer)
    assert code == ticket.code
    await expect(watching.locator("#total-booked")).to_have_text("1")

    scanner = await open_page("/operator/scan")
    await sign_in(scanner, "jane")
    await choose_gate(scanner, "Gate A")
    await expect(scanner.locator("#link-state")).to_have_text("Live")
    await key_in(scanner, code)
    await expect(scanner.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    await expect(scanner.locator("body")).to_have_attribute("data-verdict", "GREEN")

    async with without_asking(watching):
        await scanner.get_by_role("button", name="Mark as Verified").click()
        await expect(scanner.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
        await expect(watching.locator("#total-verified")).to_have_text("1")
    await expect(watching.locator(f"[data-slot='{slot_id}'] .count.verified b")).to_have_text("1")


async def test_the_manage_link_shows_the_reservation_again(world: World, open_page: Open) -> None:
    await world.slot()
    ticket = await world.ticket()
    page = await open_page("/reserve")
    await book(page, ticket.code)
    await page.locator("#manage-link").click()
    await expect(page.get_by_role("heading", name="Your visit is today")).to_be_visible()
    await expect(page.locator("#qr")).to_be_visible()
    assert await read_qr(page) == ticket.code


async def test_a_scanner_says_why_a_ticket_is_not_admitted(world: World, open_page: Open) -> None:
    of_another_day = await world.reserved(await world.slot(TODAY + timedelta(days=6)))
    scanner = await open_page("/operator/scan", token=await world.staff(), gate="Gate A")
    await expect(scanner.locator("#link-state")).to_have_text("Live")
    for code, word in (
        (of_another_day.code, "WRONG DATE"),
        ((await world.ticket()).code, "NO RESERVATION"),
        ("nobody's code", "INVALID TICKET"),
    ):
        await key_in(scanner, code)
        await expect(scanner.get_by_role("heading", name=word)).to_be_visible()
        await expect(scanner.locator("body")).to_have_attribute("data-verdict", "RED")
        await expect(scanner.get_by_role("button", name="Mark as Verified")).to_be_hidden()
        if word == "WRONG DATE":
            await expect(scanner.locator("#facts")).to_contain_text("in 6 days")


async def test_a_second_scan_is_yellow_and_names_the_first(world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    scanner = await open_page("/operator/scan", token=await world.staff(name="Jane Smith"), gate="Gate A")
    await expect(scanner.locator("#link-state")).to_have_text("Live")
    await key_in(scanner, ticket.code)
    await scanner.get_by_role("button", name="Mark as Verified").click()
    await expect(scanner.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await scanner.keyboard.press("Escape")
    await later(scanner)
    await key_in(scanner, ticket.code)
    await expect(scanner.get_by_role("heading", name="ALREADY VERIFIED")).to_be_visible()
    await expect(scanner.locator("body")).to_have_attribute("data-verdict", "YELLOW")
    await expect(scanner.locator("#facts")).to_contain_text("Jane Smith, Gate A")
    await expect(scanner.get_by_role("button", name="Mark as Verified")).to_be_hidden()
