"""The box office on the scanner: with one thumb a visitor is booked and admitted, swapped, sent the ticket again, and the contact is corrected."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.hands_and_eyes import Open, key_in
from tests.browser.test_party_at_gate import scanner
from tests.browser.test_visitor_search import look_for
from tests.support.hub import Hub
from tests.support.reservations import read_reservation
from tests.support.scan_log import count_entries
from tests.support.slots import read_slot
from tests.support.world import World

pytestmark = pytest.mark.one_hub


def slots(page: Page) -> Locator:
    return page.locator(".office-slot")


async def admitted(page: Page) -> None:
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await expect(page.locator("#office-dialog")).to_be_hidden()


async def test_a_visitor_without_a_time_is_booked_into_one_with_places_live_and_admitted_by_one_touch(
    hub: Hub, world: World, open_page: Open
) -> None:
    slot = await world.slot(capacity=35)
    await world.slot(start="11:00", end="13:00", capacity=1, booked=1)
    ticket = await world.ticket(customer_name="Ada Lovelace")
    page = await scanner(world, open_page, phone=True)
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="NO RESERVATION")).to_be_visible()
    await page.get_by_role("button", name="Book a time").tap()
    await expect(slots(page)).to_have_count(2)
    await expect(slots(page).first).to_contain_text("35 free")
    await expect(slots(page).last).to_have_text(re.compile(r"Sold out$"))
    # Somebody else books meanwhile.
    await world.reserved(slot)
    await expect(slots(page).first).to_contain_text("34 free")
    await expect(slots(page).last).to_be_disabled()
    await slots(page).first.tap()
    await admitted(page)
    assert tuple(await read_slot(hub.database, "booked_count", "verified_count", id=slot)) == (2, 1)
    assert await count_entries(hub.database) == 1
    # News of the own booking must not mark the answer as outdated.
    await expect(page.locator("body[data-stale]")).to_have_count(0)


async def test_a_visitor_who_is_too_early_swaps_into_the_running_time(hub: Hub, world: World, open_page: Open) -> None:
    await world.policy(early_entry_minutes=30)
    now = await world.slot()
    ticket = await world.reserved(await world.slot(start="18:00", end="20:00"))
    page = await scanner(world, open_page, phone=True)
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="TOO EARLY")).to_be_visible()
    await page.get_by_role("button", name="Admit now instead").tap()
    await expect(slots(page)).to_have_count(1)
    await slots(page).first.tap()
    await admitted(page)
    assert (await read_reservation(hub.database, "slot_id", id=ticket.reservation_id))["slot_id"] == now


async def test_a_manager_shows_and_sends_the_ticket_of_a_found_visitor_and_corrects_the_contact(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot(), customer_name="Ada Lovelace")
    page = await open_page("/operator/scan", token=await world.staff("MANAGER"), gate="Gate A", phone=True)
    await look_for(page, "lovelace")
    await page.locator("#visitors-found button").tap()
    await page.get_by_role("button", name="Ticket and contact").tap()
    await page.get_by_role("button", name="Show the ticket").tap()
    picture = page.get_by_role("img", name="QR code of the ticket")
    await expect(picture).to_be_visible()
    await page.wait_for_function("() => document.getElementById('office-picture').naturalWidth > 0")
    await page.get_by_role("button", name="Send the ticket again").tap()
    await expect(page.locator("#office-said")).to_contain_text("j***@example.com")
    await page.get_by_role("button", name="Correct the contact").tap()
    await page.get_by_label("Email", exact=True).fill("ada@example.com")
    await page.get_by_role("button", name="Save contact").tap()
    await expect(page.locator("#office-said")).to_have_text("The contact is corrected.")
    row = await read_reservation(hub.database, "customer_email", id=ticket.reservation_id)
    assert row["customer_email"] == "ada@example.com"
