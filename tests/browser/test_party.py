"""A party: several tickets for one slot or each at its own time, all or none, with a readable code for each."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.booking_steps import at, confirm, enter_tickets, give_contact, pick, to_confirm
from tests.browser.hands_and_eyes import Open, read_qr
from tests.support.hub import Hub
from tests.support.reservations import read_reservations
from tests.support.tickets import change_ticket
from tests.support.waitlist import count_waitlist_entries
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub


async def codes_on_the_page(page: Page, count: int) -> list[str]:
    """Return the code of each ticket, read from the screen as a scanner would, one after the other."""
    read = []
    for place in range(count):
        picture = page.locator(".pass .qr").nth(place)
        await picture.scroll_into_view_if_needed()
        await expect(page.get_by_text(f"Ticket {place + 1} of {count}", exact=True)).to_be_visible()
        read.append(await read_qr(page, f".pass:nth-child({place + 1}) .qr"))
        if place + 1 < count:
            await page.get_by_role("button", name="Next ticket").click()
    return read


async def test_a_family_books_one_slot_in_one_request(world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    tickets = await world.tickets(3)
    page = await open_page("/reserve", phone=True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.method == "POST" else None)
    await to_confirm(page, *(ticket.code for ticket in tickets))
    for ticket in tickets:
        await expect(page.locator("#summary")).to_contain_text(ticket.code)
    await confirm(page)
    await at(page, "done")
    assert [url for url in asked if "/api/reservations" in url] == [world.hub.url + "/api/reservations"]
    assert await world.booked_count(slot_id) == 3
    assert await codes_on_the_page(page, 3) == [ticket.code for ticket in tickets]


async def test_each_at_its_own_time(hub: Hub, world: World, open_page: Open) -> None:
    noon = await world.slot()
    later = await world.slot(TODAY, "16:00", "18:00")
    tickets = await world.tickets(3)
    page = await open_page("/reserve", phone=True)
    await enter_tickets(page, *(ticket.code for ticket in tickets))
    await give_contact(page)
    await at(page, "slot")
    await page.get_by_role("radio", name="A time for each").check()
    turns = page.get_by_role("list", name="Whose time is chosen")
    await pick(page)
    await expect(turns.get_by_role("button").nth(1)).to_be_focused()
    await pick(page, "16:00")
    await pick(page)
    await at(page, "confirm")
    await confirm(page)
    await at(page, "done")
    assert await world.booked_count(noon) == 2
    assert await world.booked_count(later) == 1
    where = await read_reservations(hub.database, "ticket_id", "slot_id")
    assert {row["ticket_id"]: row["slot_id"] for row in where} == dict(
        zip((ticket.id for ticket in tickets), (noon, later, noon), strict=True)
    )


async def test_where_a_party_does_not_fit_nothing_is_booked_and_others_are_offered(
    world: World, open_page: Open
) -> None:
    small = await world.slot(capacity=3)
    large = await world.slot(TODAY, "16:00", "18:00")
    tickets = await world.tickets(3)
    page = await open_page("/reserve", phone=True)
    await to_confirm(page, *(ticket.code for ticket in tickets))
    await world.reserved(small)
    await confirm(page)
    await expect(page.get_by_text("Only 2 spaces are left at this time.")).to_be_visible()
    await assert_accessible(page, "too few places at confirm")
    await page.get_by_role("button", name=re.compile("20 Nov, 16:00")).click()
    await expect(page.get_by_role("button", name="Confirm booking", exact=True)).to_be_focused()
    await confirm(page)
    await at(page, "done")
    assert await world.booked_count(small) == 1
    assert await world.booked_count(large) == 3


async def test_a_ticket_that_went_bad_can_be_left_out(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    good, bad, fine = await world.tickets(3)
    page = await open_page("/reserve")
    await to_confirm(page, good.code, bad.code, fine.code)
    await change_ticket(hub.database, bad.id, status="CANCELLED")
    await confirm(page)
    alert = page.get_by_role("alert").filter(has_text="One ticket can't be booked, so nothing was booked.")
    await expect(alert).to_contain_text(f"{bad.code} This ticket was cancelled.")
    assert await world.booked_count(slot_id) == 0
    await page.get_by_role("button", name="Continue without").click()
    await confirm(page)
    await at(page, "done")
    assert await world.booked_count(slot_id) == 2


async def test_what_is_booked_stays_so_when_another_time_has_filled(world: World, open_page: Open) -> None:
    noon = await world.slot()
    last = await world.slot(TODAY, "16:00", "18:00", capacity=1)
    evening = await world.slot(TODAY, "20:00", "22:00")
    tickets = await world.tickets(2)
    page = await open_page("/reserve")
    await enter_tickets(page, *(ticket.code for ticket in tickets))
    await give_contact(page)
    await at(page, "slot")
    await page.get_by_role("radio", name="A time for each").check()
    await pick(page)
    await pick(page, "16:00")
    await at(page, "confirm")
    await world.reserved(last)
    await confirm(page)
    await expect(page.get_by_text("One ticket is already booked and stays booked.")).to_be_visible()
    await page.get_by_role("button", name=re.compile("20 Nov, 20:00")).click()
    await confirm(page)
    await at(page, "done")
    await expect(page.locator(".pass")).to_have_count(2)
    assert [await world.booked_count(slot) for slot in (noon, last, evening)] == [1, 1, 1]


async def test_a_full_slot_offers_its_waiting_list(world: World, open_page: Open) -> None:
    slot_id = await world.slot(capacity=1)
    page = await open_page("/reserve", phone=True)
    await to_confirm(page, (await world.ticket()).code)
    await world.reserved(slot_id)
    await confirm(page)
    await page.get_by_role("button", name="Join the waiting list").click()
    await expect(page.get_by_text("You're next in line.")).to_be_visible()
    await assert_accessible(page, "waiting for a full slot")
    assert await count_waitlist_entries(world.hub.database, slot_id=slot_id) == 1
