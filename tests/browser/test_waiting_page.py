"""The waiting list page: joined at a full slot, watched, offered, accepted, declined, lapsed and closed."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from hub.actions.waitlist.offer_places import serve_waitlists
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, pass_time_until, read_qr
from tests.browser.test_calendar import at_the_calendar, day
from tests.browser.test_visit_page import look_again
from tests.support.hub import Hub
from tests.support.waitlist import change_waitlist_entries, read_waitlist_entry, serve_beside_job
from tests.support.world import TODAY, Ticket, World

pytestmark = pytest.mark.one_hub

LATER = TODAY + timedelta(days=5)
LOOK_EVERY_MS = 10_000


async def join(world: World, slot_id: int, *tickets: Ticket) -> str:
    """Join the waiting list over the API. Return the token of the entry."""
    body = {
        "ticket_codes": [ticket.code for ticket in tickets],
        "slot_id": slot_id,
        "customer_email": "john@example.com",
        "customer_phone": "+12025551234",
    }
    status, reply = await world.hub.post("/api/waitlist", body)
    assert status == 200, reply
    return str(reply["data"]["token"])


async def give_back(world: World, ticket: Ticket) -> None:
    """Cancel as the ticket's holder, and serve the waiting list."""
    await world.hub.delete(f"/api/reservations/{ticket.reservation_id}", X_Reservation_Token=ticket.token)
    await serve_beside_job(world.hub)


async def test_a_full_slot_is_waited_for_from_the_calendar(world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=1)
    await world.reserved(slot_id)
    await join(world, slot_id, await world.ticket())
    page = await open_page("/reserve", phone=True)
    await at_the_calendar(page, (await world.ticket()).code)
    await day(page, 25).click()
    await page.get_by_role("button", name="Join waiting list for 12:00 to 14:00").click()
    await expect(page.get_by_text("we'll hold it and email john@example.com")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="number 2 in line")).to_be_visible()
    await page.get_by_role("link", name="View your position").click()
    await expect(page.get_by_role("heading", name="You're on the waiting list")).to_be_visible()
    await expect(page.locator(".turn")).to_contain_text("2")
    await expect(page.get_by_text("One party is ahead of you.")).to_be_visible()


async def test_joining_again_says_that_one_waits_already(world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=1)
    await world.reserved(slot_id)
    ticket = await world.ticket()
    await join(world, slot_id, ticket)
    page = await open_page("/reserve")
    await at_the_calendar(page, ticket.code)
    await day(page, 25).click()
    await page.get_by_role("button", name="Join waiting list for 12:00 to 14:00").click()
    await expect(page.get_by_text("You're on this waiting list already.")).to_be_visible()


async def test_a_venue_without_a_waiting_list_offers_none(world: World, open_page: Open) -> None:
    await world.policy(waitlist_offer_minutes=None)
    await world.reserved(await world.slot(LATER, capacity=1))
    await world.slot(LATER, "16:00", "18:00")
    page = await open_page("/reserve")
    await at_the_calendar(page, (await world.ticket()).code)
    await day(page, 25).click()
    await page.get_by_role("button", name="Other times for 12:00 to 14:00").click()
    await expect(page.get_by_role("button", name=re.compile("16:00 to 18:00, 200 spaces left"))).to_be_visible()
    await expect(page.get_by_role("button", name="Join")).to_have_count(0)


async def test_an_open_page_learns_of_its_offer_at_once(world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=1)
    holder = await world.reserved(slot_id)
    page = await open_page(f"/w/{await join(world, slot_id, await world.ticket())}", phone=True)
    looks: list[str] = []
    page.on("requestfinished", lambda request: looks.append(request.url) if "/w/" in request.url else None)
    await expect(page.locator("#waiting")).to_have_attribute("data-live", "live")
    async with asyncio.timeout(10):
        # The look after the connection; the next one is 27 seconds later.
        while not looks:
            await asyncio.sleep(0.02)
    await give_back(world, holder)
    await expect(page.get_by_role("heading", name="A spot is held for you")).to_be_visible()


async def test_without_the_socket_a_page_still_learns_of_its_offer(world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=1)
    holder = await world.reserved(slot_id)
    token = await join(world, slot_id, await world.ticket())
    page = await open_page("/reserve/again", clock=True)
    await page.route_web_socket("**/ws/availability*", lambda socket: socket.close())
    await page.goto(f"{world.hub.url}/w/{token}")
    await expect(page.get_by_role("heading", name="You're on the waiting list")).to_be_visible()
    await give_back(world, holder)
    await pass_time_until(page, page.get_by_role("heading", name="A spot is held for you"), LOOK_EVERY_MS)
    assert await page.locator("#waiting").get_attribute("data-live") != "live"


async def test_an_offer_appears_counts_down_and_is_accepted(world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=1)
    holder = await world.reserved(slot_id)
    ticket = await world.ticket()
    token = await join(world, slot_id, ticket)
    page = await open_page(f"/w/{token}", phone=True)
    await expect(page.get_by_text("You're next in line.")).to_be_visible()
    await give_back(world, holder)
    await look_again(page)
    await expect(page.get_by_role("heading", name="A spot is held for you")).to_be_focused()
    await expect(page.locator("#countdown")).to_have_text(re.compile(r"^(30:00|29:\d\d)$"))
    await expect(page.get_by_text("held until 12:30")).to_be_visible()
    await page.get_by_role("button", name="Accept the spot").click()
    await expect(page.get_by_role("heading", name="Your visit", exact=True)).to_be_visible()
    assert await read_qr(page) == ticket.code
    assert await world.booked_count(slot_id) == 1
    # The link in the mail still leads to the booking.
    await page.goto(f"{world.hub.url}/w/{token}")
    await expect(page.get_by_role("heading", name="You're booked")).to_be_visible()
    await page.get_by_role("link", name="Show my QR code").click()
    assert await read_qr(page) == ticket.code


async def test_an_offer_is_declined_and_goes_to_the_next(world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=1)
    holder = await world.reserved(slot_id)
    first = await join(world, slot_id, await world.ticket())
    second = await join(world, slot_id, await world.ticket())
    await give_back(world, holder)
    page = await open_page(f"/w/{first}")
    await page.get_by_role("button", name="Decline").click()
    dialog = page.get_by_role("dialog", name="Leave the waiting list?")
    await expect(dialog.get_by_role("button", name="Stay on the list")).to_be_focused()
    await dialog.get_by_role("button", name="Stay on the list").click()
    await expect(page.get_by_role("button", name="Accept the spot")).to_be_visible()
    await page.get_by_role("button", name="Decline").click()
    await dialog.get_by_role("button", name="Leave the list").click()
    await expect(page.get_by_role("heading", name="You have left the waiting list")).to_be_visible()
    await expect(page.get_by_role("link", name="Book another time")).to_have_attribute("href", re.compile("ticket=TKT"))
    other = await open_page(f"/w/{second}")
    await expect(other.get_by_role("button", name="Accept the spot")).to_be_visible()


async def test_an_offer_that_runs_out_while_the_page_is_open_says_so(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=1)
    holder = await world.reserved(slot_id)
    token = await join(world, slot_id, await world.ticket())
    await give_back(world, holder)
    page = await open_page(f"/w/{token}")
    await expect(page.get_by_role("button", name="Accept the spot")).to_be_visible()
    pressed = asyncio.Event()
    page.on("request", lambda request: pressed.set() if request.method == "POST" else None)
    await page.route(f"**/w/{token}", lambda route: route.continue_() if pressed.is_set() else route.abort())
    hub.clock.set(hub.clock.now() + timedelta(minutes=31))
    # The button is pressed before the page knows that the offer has lapsed, and the page shows the reason.
    await page.get_by_role("button", name="Accept the spot").click()
    await expect(page.get_by_role("heading", name="The offer wasn't accepted in time")).to_be_visible()
    await expect(page.get_by_role("alert").filter(has_text="The offer expired a moment ago.")).to_be_visible()
    await expect(page.get_by_role("link", name="Book another time")).to_be_visible()
    assert await world.booked_count(slot_id) == 0


async def test_the_countdown_ends_by_itself(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=1)
    holder = await world.reserved(slot_id)
    token = await join(world, slot_id, await world.ticket())
    await give_back(world, holder)
    hub.clock.set(hub.clock.now() + timedelta(minutes=29, seconds=5))
    page = await open_page(f"/w/{token}", clock=True)
    await expect(page.locator("#waiting-countdown-words")).to_have_text("Less than one minute left to accept.")
    hub.clock.set(hub.clock.now() + timedelta(seconds=60))
    await page.clock.fast_forward(60_000)
    await expect(page.get_by_role("heading", name="The offer wasn't accepted in time")).to_be_visible()


async def test_a_closed_list_and_a_dead_link_say_what_next(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=1)
    await world.reserved(slot_id)
    token = await join(world, slot_id, await world.ticket())
    hub.clock.set(hub.clock.now() + timedelta(days=6))
    async with asyncio.timeout(15):
        # A list that the hub's own job is serving at this moment is passed over.
        while (await read_waitlist_entry(hub.database, "status"))["status"] == "WAITING":
            await serve_waitlists(hub.services)
            await asyncio.sleep(0.02)
    page = await open_page(f"/w/{token}")
    await expect(page.get_by_role("heading", name="This waiting list is closed")).to_be_visible()
    await expect(page.get_by_text("No spot opened up in time.")).to_be_visible()
    await expect(page.get_by_role("link", name="Book another time")).to_be_visible()
    await assert_accessible(page, "a closed list")
    await change_waitlist_entries(hub.database, offered_at=hub.clock.now())
    await page.reload()
    await expect(page.get_by_text("The time is over, and the offer wasn't accepted.")).to_be_visible()
    await expect(page.get_by_text("No spot opened up in time")).to_have_count(0)
    page = await open_page("/w/nobody-has-this-token")
    await expect(page.get_by_role("heading", name="We couldn't find this waiting list entry")).to_be_visible()


async def test_looking_changes_nothing(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER, capacity=1)
    holder = await world.reserved(slot_id)
    token = await join(world, slot_id, await world.ticket())
    await give_back(world, holder)
    before = await read_waitlist_entry(hub.database, "status", "offer_ends_at")
    for _ in range(3):
        async with hub.client.get(f"/w/{token}") as response:
            assert response.status == 200
            assert response.headers["Referrer-Policy"] == "no-referrer"
    assert await read_waitlist_entry(hub.database, "status", "offer_ends_at") == before
