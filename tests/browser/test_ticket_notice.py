"""A ticket on the scanner's screen that has changed: the colour goes, the reason appears, one touch checks again. What was cancelled
is checked again at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.move import move_reservation
from hub.actions.orders.cancel_ticket import cancel_ticket
from hub.actions.shows.read_shows import other_performances
from hub.app import LIVE
from hub.events.announcements import TicketChange, TicketsChanged
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in, later, without_asking
from tests.browser.looks import assert_nothing_sticks_out
from tests.browser.offline_scanner import said_by_hub, ticket_event
from tests.support.hub import Hub
from tests.support.scan_log import read_scan
from tests.support.world import TODAY, Ticket, World
from web.keys import AVAILABILITY

pytestmark = pytest.mark.one_hub


async def scanner(world: World, open_page: Open, **how: bool) -> Page:
    page = await open_page("/operator/scan", token=await world.staff(), gate="Gate A", **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def showing(page: Page, ticket: Ticket, word: str) -> None:
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name=word)).to_be_visible()
    # The page must hash the code before it can recognise an event. It keeps events that arrive meanwhile.
    await page.wait_for_timeout(100)


async def cancel(hub: Hub, ticket: Ticket) -> None:
    await cancel_reservation(hub.services, ticket.reservation_id, token=ticket.token, identity=None)


@pytest.mark.parametrize("phone", [False, True])
async def test_a_reservation_moved_elsewhere_marks_the_answer_and_one_touch_asks_again(
    hub: Hub, world: World, open_page: Open, beside: Hub, phone: bool
) -> None:
    await world.policy(change_cutoff_hours=0)
    ticket, tomorrow = (
        await world.reserved(await world.slot(start="12:30")),
        await world.slot(TODAY + timedelta(days=1)),
    )
    page = await scanner(world, open_page, phone=phone)
    await showing(page, ticket, "VALID TICKET")
    await expect(page.get_by_role("button", name="Check again")).to_be_hidden()
    note = page.get_by_role("alert")
    async with without_asking(page):
        await move_reservation(
            beside.services, beside.app[AVAILABILITY], other_performances(beside.services), ticket.reservation_id, tomorrow,
            token=ticket.token, identity=None,
        )  # fmt: skip
        await expect(note).to_contain_text("This result is out of date.")
    await expect(note).to_contain_text("This reservation was just moved to another time.")
    await expect(page.get_by_role("button", name="Mark as Verified")).to_be_hidden()
    green = "rgb(8, 112, 59)"
    assert await page.evaluate("() => getComputedStyle(document.body).backgroundColor") != green
    await assert_nothing_sticks_out(page)
    await assert_accessible(page)
    await page.get_by_role("button", name="Check again").click()
    await expect(page.get_by_role("heading", name="WRONG DATE")).to_be_visible()
    await expect(note).to_be_empty()
    await expect(page.get_by_role("button", name="Check again")).to_be_hidden()


async def test_a_ticket_cancelled_elsewhere_turns_two_scanners_red_at_once(
    hub: Hub, world: World, open_page: Open, beside: Hub
) -> None:
    ticket = await world.reserved(await world.slot())
    pages = [await scanner(world, open_page, phone=phone) for phone in (False, True)]
    for page in pages:
        await showing(page, ticket, "VALID TICKET")
    await cancel_ticket(beside.services, Actor(world.org_id), ticket.id, "Refunded")
    for page in pages:
        await expect(page.get_by_role("heading", name="TICKET CANCELLED")).to_be_visible()
        await expect(page.locator("body")).to_have_attribute("data-verdict", "RED")
        await expect(page.get_by_role("alert")).to_be_empty()
        await expect(page.get_by_role("button", name="Mark as Verified")).to_be_hidden()


async def test_a_reservation_cancelled_elsewhere_is_no_longer_one(hub: Hub, world: World, open_page: Open) -> None:
    await world.policy(change_cutoff_hours=0)
    ticket = await world.reserved(await world.slot(start="12:30"))
    page = await scanner(world, open_page)
    await showing(page, ticket, "VALID TICKET")
    await cancel(hub, ticket)
    await expect(page.get_by_role("heading", name="NO RESERVATION")).to_be_visible()


async def test_the_enter_key_asks_again_and_admits_nobody(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    await showing(page, ticket, "VALID TICKET")
    gate_b = await hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    await gate_b.verify(ticket.code)
    await expect(page.get_by_role("alert")).to_contain_text("This ticket was just admitted elsewhere.")
    await later(page, 700)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="ALREADY VERIFIED")).to_be_visible()
    await expect(page.locator("#facts")).to_contain_text("John Doe")
    await expect(page.get_by_role("alert")).to_be_empty()


async def test_ones_own_entry_is_no_news_and_its_undo_is(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    await showing(page, ticket, "VALID TICKET")
    frames = await said_by_hub(page)
    await page.get_by_role("button", name="Mark as Verified").click()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await ticket_event(frames, ticket.code, "verified")
    await expect(page.get_by_role("alert")).to_be_empty()
    manager = await hub.socket(await world.staff("MANAGER"))
    scan_id = str((await read_scan(hub.database, entered=True))["scan_id"])
    assert (await manager.command("undo", scan_id=scan_id, reason="wrong person"))["success"]
    await expect(page.get_by_role("alert")).to_contain_text("The entry of this ticket was just undone.")


@pytest.mark.parametrize(("late", "marked"), [("reserved", False), ("activated", False), ("moved", True)])
async def test_late_news_of_what_the_answer_knew_already_marks_nothing(
    hub: Hub, world: World, open_page: Open, late: TicketChange, marked: bool
) -> None:
    ticket = await world.reserved(await world.slot(TODAY + timedelta(days=1)))
    page = await scanner(world, open_page)
    await showing(page, ticket, "WRONG DATE")
    frames = await said_by_hub(page)
    hub.services.announcer.publish([TicketsChanged.of(world.org_id, world.venue_id, [ticket.code], late)])
    await ticket_event(frames, ticket.code, late)
    # The button is hidden under an answer that is out of date.
    await expect(page.get_by_role("button", name="Ask a supervisor")).to_be_visible(visible=not marked)
    await expect(page.get_by_role("alert")).to_contain_text("just moved" if marked else "")
    assert bool(await page.get_by_role("alert").text_content()) == marked


async def test_a_ticket_refused_for_want_of_a_reservation_is_booked_at_the_gate(world: World, open_page: Open) -> None:
    ticket, other = await world.ticket(), await world.ticket()
    slot = await world.slot()
    page = await scanner(world, open_page)
    await showing(page, ticket, "NO RESERVATION")
    frames = await said_by_hub(page)
    await world.reserve(other, slot)
    await ticket_event(frames, other.code)
    await expect(page.get_by_role("alert")).to_be_empty()
    await world.reserve(ticket, slot)
    await expect(page.get_by_role("alert")).to_contain_text("This ticket has just been booked.")
    await page.get_by_role("button", name="Check again").click()
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()


async def test_another_ticket_on_the_screen_is_followed_instead(hub: Hub, world: World, open_page: Open) -> None:
    await world.policy(change_cutoff_hours=0)
    slot = await world.slot(TODAY + timedelta(days=1))
    first, second = await world.reserved(slot), await world.reserved(slot)
    page = await scanner(world, open_page)
    await showing(page, first, "WRONG DATE")
    await key_in(page, second.code)
    await expect(page.locator("#facts")).to_contain_text(second.code)
    await page.wait_for_timeout(100)
    frames = await said_by_hub(page)
    await cancel(hub, first)
    await ticket_event(frames, first.code, "cancelled")
    await expect(page.get_by_role("alert")).to_be_empty()
    await cancel(hub, second)
    await expect(page.get_by_role("heading", name="NO RESERVATION")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("alert")).to_be_empty()
    await expect(page.get_by_role("heading", name="Ready to scan")).to_be_visible()


async def test_a_lost_link_is_said_once_it_is_back(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    await showing(page, ticket, "VALID TICKET")
    for connection in hub.app[LIVE].sockets.staff.all():
        connection._abort()  # type: ignore[attr-defined]
    await expect(page.get_by_role("alert")).to_contain_text("The connection was lost")
    await page.get_by_role("button", name="Check again").click()
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    await expect(page.get_by_role("alert")).to_be_empty()
