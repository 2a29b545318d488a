"""The reservation page by its link: shown, moved, cancelled, and correct after changes elsewhere."""

from __future__ import annotations

import re
from datetime import timedelta

import aiohttp
import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.browser.hands_and_eyes import Open, read_qr
from tests.browser.test_party import codes_on_the_page
from tests.support.hub import Hub
from tests.support.reservations import read_reservations
from tests.support.world import TODAY, Ticket, World

pytestmark = pytest.mark.one_hub

LATER = TODAY + timedelta(days=5)
"""Wednesday, 25 November 2026, late enough for changes."""


async def party_of(world: World, count: int, slot_id: int) -> tuple[str, list[Ticket]]:
    """Book tickets in one request. Return them and the token that opens them all."""
    tickets = await world.tickets(count)
    body = {
        "ticket_codes": [ticket.code for ticket in tickets],
        "slot_id": slot_id,
        "customer_email": "john@example.com",
        "customer_phone": "+12025551234",
    }
    status, reply = await world.hub.post("/api/reservations", body)
    assert status == 200, reply
    token = reply["data"]["token"]
    booked = {one["ticket_code"]: one["reservation_id"] for one in reply["data"]["reservations"]}
    return token, [Ticket(ticket.id, ticket.code, token, booked[ticket.code]) for ticket in tickets]


async def look_again(page: Page) -> None:
    """Let the visitor come back to the page."""
    await page.evaluate("dispatchEvent(new Event('focus'))")


async def pick(page: Page, day: str, time: str) -> None:
    """Choose a day of the shown month and a time in the calendar."""
    await page.get_by_role("button", name=re.compile(f"{day}.*, (available|filling up)")).click()
    await page.get_by_role("button", name=f"Select {time}").click()


async def slot_of(hub: Hub, ticket: Ticket) -> int:
    held = await read_reservations(hub.database, "slot_id", "status", ticket_id=ticket.id)
    (found,) = [row["slot_id"] for row in held if row["status"] != "CANCELLED"]
    return int(found)


async def test_the_visit_shows_day_time_place_and_a_code_that_scans(world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot(LATER))
    await world.policy(address="Via Roma 12, Roma")
    page = await open_page(f"/r/{ticket.token}", phone=True)
    await expect(page.get_by_role("heading", name="Your visit", exact=True)).to_be_visible()
    visit = page.locator(".pass")
    await expect(visit).to_contain_text("25 November 2026")
    await expect(visit).to_contain_text("12:00 – 14:00")
    await expect(visit).to_contain_text("Via Roma 12, Roma")
    assert await read_qr(page) == ticket.code
    await expect(page.get_by_text("Free changes until 12:00 on Tuesday, 24 November 2026.")).to_be_visible()


async def test_every_ticket_of_a_party_has_a_code_of_its_own(world: World, open_page: Open) -> None:
    token, tickets = await party_of(world, 3, await world.slot(LATER))
    page = await open_page(f"/r/{token}", phone=True)
    assert sorted(await codes_on_the_page(page, 3)) == sorted(ticket.code for ticket in tickets)


async def test_without_a_script_the_visit_its_code_and_its_calendar_file_are_there(
    hub: Hub, world: World, browser: Browser
) -> None:
    ticket = await world.reserved(await world.slot(LATER))
    context = await browser.new_context(java_script_enabled=False, locale="en-GB")
    page = await context.new_page()
    await page.goto(f"{hub.url}/r/{ticket.token}")
    await expect(page.get_by_text("25 November 2026").first).to_be_visible()
    assert await read_qr(page) == ticket.code
    address = await page.get_by_role("link", name="Add to calendar").get_attribute("href")
    assert address
    async with aiohttp.ClientSession() as client, client.get(hub.url + address) as response:
        assert response.status == 200
        assert "BEGIN:VEVENT" in await response.text()
    # Actions that need a script are hidden. Those without one are offered.
    await expect(page.get_by_role("button", name="Move to another time")).to_be_hidden()
    await page.get_by_role("link", name="Cancel the visit").click()
    await expect(page).to_have_url(re.compile(r"/plain"))
    await context.close()


async def test_a_visit_is_moved_and_the_codes_stay(hub: Hub, world: World, open_page: Open) -> None:
    before = await world.slot(LATER)
    after = await world.slot(LATER, "16:00", "18:00")
    ticket = await world.reserved(before)
    page = await open_page(f"/r/{ticket.token}")
    await page.get_by_role("button", name="Move to another time").click()
    await expect(page.get_by_role("button", name="25 November 2026, available, selected")).to_be_visible()
    await expect(page.get_by_role("button", name="Keep this time: 12:00 to 14:00")).to_be_visible()
    await page.get_by_role("button", name="Select 16:00 to 18:00").click()
    await expect(page.locator("#mover-from")).to_contain_text("12:00 – 14:00")
    await expect(page.locator("#mover-to")).to_contain_text("16:00 – 18:00")
    await expect(page.get_by_role("heading", name="Move the visit?")).to_be_focused()
    assert await slot_of(hub, ticket) == before
    await page.get_by_role("button", name="Move the visit").click()
    await expect(page.get_by_role("status").filter(has_text="Your visit has been moved.")).to_be_visible()
    await expect(page.locator(".pass")).to_contain_text("16:00 – 18:00")
    assert await read_qr(page) == ticket.code
    assert await slot_of(hub, ticket) == after
    assert (await world.booked_count(before), await world.booked_count(after)) == (0, 1)


async def test_one_of_a_party_moves_and_the_others_stay(hub: Hub, world: World, open_page: Open) -> None:
    before = await world.slot(LATER)
    after = await world.slot(LATER, "16:00", "18:00", capacity=2)
    token, (first, second, third) = await party_of(world, 3, before)
    page = await open_page(f"/r/{token}")
    await page.get_by_role("button", name="Move to another time").click()
    # Four o'clock has no room for three, but room for one.
    late = page.locator(f"[data-slot='{after}'].slot")
    await expect(late).to_contain_text("Not enough spaces for 3")
    await expect(page.get_by_role("button", name="Select 16:00 to 18:00")).to_have_count(0)
    await page.get_by_role("radio", name=f"Only {second.code}").check()
    await page.get_by_role("button", name="Select 16:00 to 18:00").click()
    await page.get_by_role("button", name="Move the visit").click()
    await expect(page.get_by_role("status").filter(has_text="Your visit has been moved.")).to_be_visible()
    await expect(page.locator(".meeting")).to_have_count(2)
    assert [await slot_of(hub, one) for one in (first, second, third)] == [before, after, before]


async def test_a_slot_that_fills_while_moving_offers_others(world: World, open_page: Open) -> None:
    before = await world.slot(LATER)
    wanted = await world.slot(LATER, "16:00", "18:00", capacity=1)
    other = await world.slot(LATER, "18:00", "20:00")
    ticket = await world.reserved(before)
    page = await open_page(f"/r/{ticket.token}")
    await page.get_by_role("button", name="Move to another time").click()
    await page.get_by_role("button", name="Select 16:00 to 18:00").click()
    await world.reserved(wanted)
    await page.get_by_role("button", name="Move the visit").click()
    await expect(page.get_by_role("alert").filter(has_text="This time has just filled up.")).to_be_visible()
    await page.get_by_role("button", name=re.compile("18:00 to 20:00")).click()
    await page.get_by_role("button", name="Move the visit").click()
    await expect(page.get_by_role("status").filter(has_text="Your visit has been moved.")).to_be_visible()
    assert await world.booked_count(other) == 1
    assert await world.booked_count(before) == 0


async def test_a_lost_answer_to_a_move_is_asked_for_again(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot(LATER))
    after = await world.slot(LATER, "16:00", "18:00")
    page = await open_page(f"/r/{ticket.token}")
    lost = []

    async def lose_the_first(route: Route) -> None:
        if route.request.method != "PUT" or lost:
            await route.fallback()
            return
        lost.append(await route.fetch())
        await route.abort("connectionreset")

    await page.route("**/api/reservations/*", lose_the_first)
    await page.get_by_role("button", name="Move to another time").click()
    await page.get_by_role("button", name="Select 16:00 to 18:00").click()
    await page.get_by_role("button", name="Move the visit").click()
    await page.get_by_role("button", name="Try again").click()
    await expect(page.get_by_role("status").filter(has_text="Your visit has been moved.")).to_be_visible()
    assert await slot_of(hub, ticket) == after
    assert await world.booked_count(after) == 1


async def test_cancelling_asks_once_keeping_is_easy_and_book_again_has_the_ticket(
    world: World, open_page: Open
) -> None:
    slot_id = await world.slot(LATER)
    ticket = await world.reserved(slot_id)
    page = await open_page(f"/r/{ticket.token}", phone=True)
    await page.get_by_role("button", name="Cancel the visit").click()
    dialog = page.get_by_role("dialog", name="Cancel the visit?")
    await expect(dialog.get_by_role("button", name="Keep the visit")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_role("button", name="Cancel the visit")).to_be_focused()
    assert await world.booked_count(slot_id) == 1
    await page.get_by_role("button", name="Cancel the visit").click()
    await dialog.get_by_role("button", name="Cancel visit").click()
    await expect(page.get_by_role("heading", name="This visit was cancelled")).to_be_focused()
    await expect(page.locator(".qr")).to_have_count(0)
    assert await world.booked_count(slot_id) == 0
    await page.get_by_role("link", name="Book again").click()
    await expect(page).to_have_url(re.compile("/reserve"))
    await expect(page.get_by_role("heading", name="Where should we send your confirmation?")).to_be_visible()
    await expect(page.get_by_text(ticket.code).first).to_be_attached()


async def test_one_of_a_party_is_cancelled_and_the_others_stand(world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER)
    token, tickets = await party_of(world, 3, slot_id)
    page = await open_page(f"/r/{token}")
    await page.get_by_role("button", name="Cancel the visit").click()
    await page.get_by_role("dialog").get_by_role("radio", name=f"Only {tickets[1].code}").check()
    await page.get_by_role("button", name="Cancel visit").click()
    await expect(page.locator(".pass")).to_have_count(2)
    await expect(page.get_by_role("heading", name="One spot released")).to_be_visible()
    await expect(page.get_by_role("link", name=f"Book again: {tickets[1].code}")).to_be_visible()
    assert await world.booked_count(slot_id) == 2
    # The dialog offers only the reservations that still stand.
    await page.get_by_role("button", name="Cancel the visit").click()
    await expect(page.get_by_role("dialog").get_by_role("radio")).to_have_count(3)
    await page.get_by_role("button", name="Cancel visit").click()
    await expect(page.get_by_role("heading", name="This visit was cancelled")).to_be_visible()
    assert await world.booked_count(slot_id) == 0


async def test_after_the_cutoff_nothing_is_offered_and_the_reason_is_given(world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot(TODAY, "16:00", "18:00"))
    page = await open_page(f"/r/{ticket.token}")
    await expect(page.get_by_role("heading", name="Your visit is today")).to_be_visible()
    await expect(page.get_by_text("This visit can no longer be changed online.")).to_be_visible()
    await expect(page.get_by_role("button", name="Move to another time")).to_be_disabled()
    await expect(page.get_by_role("button", name="Cancel the visit")).to_be_disabled()


async def test_a_cutoff_that_passes_while_the_page_is_open_is_shown(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot(LATER)
    ticket = await world.reserved(slot_id)
    page = await open_page(f"/r/{ticket.token}")
    await page.get_by_role("button", name="Cancel the visit").click()
    hub.clock.set(hub.clock.now() + timedelta(days=4, hours=12))
    await page.get_by_role("button", name="Cancel visit").click()
    await expect(page.get_by_text("It is too late to change this online.")).to_be_visible()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.get_by_role("button", name="Cancel the visit")).to_be_disabled()
    assert await world.booked_count(slot_id) == 1


async def test_a_used_an_over_and_a_dead_visit_each_say_what_next(hub: Hub, world: World, open_page: Open) -> None:
    used = await world.reserved(await world.slot())
    operator = await hub.socket(await world.staff(), gate="A")
    assert (await operator.verify(used.code))["result"] == "GREEN"
    await operator.close()
    page = await open_page(f"/r/{used.token}")
    await expect(page.get_by_role("heading", name="You have been admitted")).to_be_visible()
    await expect(page.get_by_role("link", name="Book another visit")).to_be_visible()

    over = await world.reserved(await world.slot(TODAY, "16:00", "18:00"))
    hub.clock.set(hub.clock.now() + timedelta(days=1))
    page = await open_page(f"/r/{over.token}")
    await expect(page.get_by_role("heading", name="This visit is over")).to_be_visible()
    await expect(page.get_by_text("Ask the seller")).to_be_visible()
    await expect(page.locator(".qr")).to_have_count(0)

    page = await open_page("/r/nobody-has-this-token")
    await expect(page.get_by_role("heading", name="We couldn't find this visit")).to_be_visible()
    await expect(page.get_by_role("link", name="Book a visit")).to_be_visible()


async def test_what_staff_or_another_tab_changes_shows_up(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot(LATER))
    page = await open_page(f"/r/{ticket.token}")
    await expect(page.get_by_role("button", name="Cancel the visit")).to_be_visible()
    manager = await world.staff("MANAGER")
    status, _ = await hub.delete(f"/api/reservations/{ticket.reservation_id}", token=manager)
    assert status == 200
    await look_again(page)
    await expect(page.get_by_role("heading", name="This visit was cancelled")).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Your visit has changed.")).to_be_visible()


async def test_a_visit_is_moved_by_keyboard_alone(hub: Hub, world: World, open_page: Open) -> None:
    before = await world.slot(LATER)
    after = await world.slot(LATER + timedelta(days=1))
    ticket = await world.reserved(before)
    page = await open_page(f"/r/{ticket.token}")

    async def tab_to(name: str) -> None:
        target = page.get_by_role("button", name=name)
        for _ in range(40):
            await page.keyboard.press("Tab")
            if await target.evaluate("(element) => element === document.activeElement"):
                return
        raise AssertionError(f"Tab never reaches {name}")

    await tab_to("Move to another time")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Move to another time")).to_be_focused()
    await expect(page.get_by_role("button", name="25 November 2026, available, selected")).to_be_visible()
    await tab_to("25 November 2026, available, selected")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Space")
    await tab_to("Select 12:00 to 14:00")
    await page.keyboard.press("Enter")
    await tab_to("Move the visit")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Your visit", exact=True)).to_be_focused()
    assert await slot_of(hub, ticket) == after
