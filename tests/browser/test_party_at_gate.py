"""A party at the gate: a booking or a family comes in parts, and the scanner shows how many are in and asks for the others."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from playwright.async_api import Page, WebSocketRoute, expect

from tests.browser.hands_and_eyes import Open, key_in, later, type_by_hand
from tests.browser.offline_scanner import said, said_by_hub
from tests.browser.test_scan_answers import LISTEN, colour
from tests.support.hub import Hub
from tests.support.reservations import read_reservations
from tests.support.scan_log import read_scans
from tests.support.shows import Booking, add_booking, add_stage
from tests.support.websocket_client import answer_of
from tests.support.world import Ticket, World

pytestmark = pytest.mark.one_hub

GREEN, RED, YELLOW = "rgb(8, 112, 59)", "rgb(179, 22, 31)", "rgb(255, 198, 26)"


async def booked(world: World, size: int = 5) -> Booking:
    """Return a confirmed booking for so many people, for tonight."""
    return await add_booking(world, (await add_stage(world)).performance_id, size)


async def family_of(world: World, count: int) -> list[Ticket]:
    """Return tickets that were booked in one request, for today."""
    tickets = await world.tickets(count)
    wanted = {
        "ticket_codes": [one.code for one in tickets], "slot_id": await world.slot(), "customer_email": "ann@example.com",
        "customer_phone": "+12025551234",
    }  # fmt: skip
    status, reply = await world.hub.post("/api/reservations", wanted)
    assert status == 200, reply
    return tickets


async def scanner(world: World, open_page: Open, **how: bool) -> Page:
    page = await open_page("/operator/scan", token=await world.staff(), gate="Gate A", **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def shows(page: Page, word: str, figures: str) -> None:
    """Wait for an answer about a party: its headline, and how many of it are in."""
    await expect(page.get_by_role("heading", name=word)).to_be_visible()
    await expect(page.locator("#party-figures")).to_have_text(figures)


async def again(page: Page, code: str) -> None:
    """Scan a code again, after the seconds in which it is the same scan."""
    await page.keyboard.press("Escape")
    await later(page)
    await key_in(page, code)


async def people_in(hub: Hub, booking: Booking) -> int:
    (row,) = await read_reservations(hub.database, "admitted", id=booking.reservation_id)
    return int(row["admitted"])


async def test_a_booking_comes_in_parts_with_one_thumb_and_once_whole_no_more(
    hub: Hub, world: World, open_page: Open
) -> None:
    booking = await booked(world)
    page = await scanner(world, open_page, phone=True)
    await key_in(page, booking.code)
    await shows(page, "VALID TICKET", "5 booked, 0 in")
    assert await colour(page) == GREEN
    admit = page.locator("#verify")
    await expect(admit).to_have_text("Admit all 5")
    for button in (page.get_by_role("button", name="One fewer"), page.get_by_role("button", name="One more"), admit):
        box = await button.bounding_box()
        # A thumb finds each of them, in the lower half of the screen.
        assert box
        assert box["height"] >= 56
        assert box["width"] >= 56
        assert box["y"] > 422
    await page.get_by_role("button", name="One fewer").tap()
    await page.get_by_role("button", name="One fewer").tap()
    await expect(admit).to_have_text("Admit 3 of 5")
    await admit.tap()
    await shows(page, "ENTRY RECORDED", "3 of 5 in")
    assert await colour(page) == GREEN
    await expect(page.locator("#party-count")).to_be_hidden()
    assert await people_in(hub, booking) == 3
    await again(page, booking.code)
    await shows(page, "VALID TICKET", "5 booked, 3 in")
    await expect(admit).to_have_text("Admit both")
    await admit.tap()
    await shows(page, "ENTRY RECORDED", "5 of 5 in")
    await again(page, booking.code)
    await shows(page, "ALREADY VERIFIED", "5 of 5 in")
    assert await colour(page) == YELLOW
    await expect(page.get_by_text(re.compile(r"First at 12:00 by Jane Smith, gate Gate A"))).to_be_visible()
    for gone in (admit, page.locator("#party-count")):
        await expect(gone).to_be_hidden()
    assert await people_in(hub, booking) == 5
    entries = await read_scans(hub.database, "people", entered=True, order_by="logged_at")
    assert [row["people"] for row in entries] == [3, 2]


async def test_the_number_is_chosen_with_the_keyboard_and_a_code_in_between_is_no_number(
    hub: Hub, world: World, open_page: Open
) -> None:
    booking, ticket = await booked(world), await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    await key_in(page, booking.code)
    chosen = page.get_by_role("spinbutton", name="How many come in?")
    await expect(chosen).to_have_attribute("aria-valuenow", "5")
    for key, number in (
        ("ArrowDown", 4),
        ("ArrowLeft", 3),
        ("Home", 1),
        ("ArrowDown", 1),
        ("ArrowUp", 2),
        ("End", 5),
        ("ArrowUp", 5),
    ):
        await page.keyboard.press(key)
        await expect(chosen).to_have_attribute("aria-valuenow", str(number))
    await page.keyboard.press("ArrowDown")
    # Another code while the party is on the screen replaces it; the arrows move the cursor in a code that is typed.
    await page.keyboard.type("AB")
    await page.keyboard.press("ArrowLeft")
    await expect(chosen).to_have_attribute("aria-valuenow", "4")
    await page.keyboard.press("Escape")
    await page.locator("#code").fill("")
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    await expect(page.locator("#party-figures")).to_be_hidden()
    await expect(page.locator("#verify")).to_have_text("Mark as Verified")
    await again(page, booking.code)
    await expect(chosen).to_have_attribute("aria-valuenow", "5")
    await page.keyboard.press("Home")
    await page.wait_for_timeout(700)
    # Enter without a code admits the number on the screen.
    await page.keyboard.press("Enter")
    await shows(page, "ENTRY RECORDED", "1 of 5 in")
    assert await people_in(hub, booking) == 1


async def admitted_at_gate_b(hub: Hub, world: World, booking: Booking, count: int) -> None:
    gate_b = await hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    answer = await answer_of(gate_b, "verify", code=booking.code, scan_id=str(uuid4()), count=count)
    assert answer["reason"] == "VERIFIED"


async def test_an_entry_elsewhere_makes_the_number_on_the_screen_out_of_date_and_one_here_does_not(
    hub: Hub, world: World, open_page: Open
) -> None:
    booking = await booked(world)
    page = await scanner(world, open_page)
    frames = await said_by_hub(page)
    await key_in(page, booking.code)
    await shows(page, "VALID TICKET", "5 booked, 0 in")
    await admitted_at_gate_b(hub, world, booking, 3)
    await expect(page.get_by_text("More of this party were just admitted elsewhere.")).to_be_visible()
    for gone in (page.locator("#verify"), page.locator("#party-count")):
        await expect(gone).to_be_hidden()
    await page.get_by_role("button", name="Check again").click()
    await shows(page, "VALID TICKET", "5 booked, 3 in")
    await page.get_by_role("button", name="One fewer").click()
    await page.locator("#verify").click()
    await shows(page, "ENTRY RECORDED", "4 of 5 in")
    await said(frames, '"topic":"tickets"', '"admitted":4')
    await expect(page.get_by_text("This result is out of date.")).to_have_count(0)


async def test_more_than_remain_are_not_admitted_and_the_number_is_corrected_at_once(
    hub: Hub, world: World, open_page: Open
) -> None:
    booking = await booked(world)
    page = await scanner(world, open_page)

    def without_news(route: WebSocketRoute) -> None:
        """Connect the page to the hub, and drop the news of tickets: gate B is a moment earlier than the news of it."""
        server = route.connect_to_server()
        route.on_message(server.send)
        server.on_message(lambda text: None if '"hashes"' in str(text) else route.send(text))

    await page.route_web_socket("**/ws", without_news)
    await page.reload()
    await expect(page.locator("#link-state")).to_have_text("Live")
    await key_in(page, booking.code)
    await shows(page, "VALID TICKET", "5 booked, 0 in")
    await admitted_at_gate_b(hub, world, booking, 3)
    await page.get_by_role("button", name="One fewer").click()
    await page.locator("#verify").click()
    await shows(page, "TOO MANY PEOPLE", "5 booked, 3 in")
    assert await colour(page) == RED
    await expect(page.get_by_text("Nobody was admitted: only 2 of them are still to come in.")).to_be_visible()
    assert await people_in(hub, booking) == 3
    await expect(page.get_by_role("button", name="Ask a supervisor")).to_be_hidden()
    await expect(page.locator("#verify")).to_have_text("Admit both")
    await page.locator("#verify").click()
    await shows(page, "ENTRY RECORDED", "5 of 5 in")
    assert await people_in(hub, booking) == 5


async def continuous(page: Page, *, parties: str = "") -> None:
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_role("checkbox", name="Admit on scan").check()
    if parties:
        await page.get_by_role("radio", name=parties).check()
    await page.get_by_role("button", name="Done").click()


async def test_continuous_mode_asks_a_party_and_admits_one_person_at_once(
    hub: Hub, world: World, open_page: Open
) -> None:
    alone, party = await booked(world, 1), await booked(world, 3)
    page = await scanner(world, open_page, phone=True, clock=True)
    await continuous(page)
    await key_in(page, alone.code)
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await expect(page.locator("#party-figures")).to_be_hidden()
    await page.clock.fast_forward(2_000)
    await key_in(page, party.code)
    await shows(page, "VALID TICKET", "3 booked, 0 in")
    await expect(page.locator("#said")).to_have_text("How many come in?")
    # It stays: no time, no next code and no touch beside the buttons sends it away.
    await page.clock.fast_forward(9_000)
    await key_in(page, alone.code)
    await expect(page.get_by_text("Answer for this party first, or press Scan again.")).to_be_visible()
    await page.locator("#verdict").click()
    await shows(page, "VALID TICKET", "3 booked, 0 in")
    assert await people_in(hub, party) == 0
    await page.get_by_role("button", name="One fewer").tap()
    await page.locator("#verify").tap()
    await shows(page, "ENTRY RECORDED", "2 of 3 in")
    await page.clock.fast_forward(2_000)
    await expect(page.get_by_role("heading", name="Ready to scan")).to_be_visible()


async def test_continuous_mode_admits_whole_parties_where_the_operator_has_chosen_so(
    hub: Hub, world: World, open_page: Open
) -> None:
    party, family = await booked(world, 3), await family_of(world, 3)
    page = await scanner(world, open_page, clock=True)
    await continuous(page, parties="Admit all")
    for code in (party.code, family[1].code):
        await key_in(page, code)
        await shows(page, "ENTRY RECORDED", "3 of 3 in")
        await page.clock.fast_forward(2_000)
        await expect(page.get_by_role("heading", name="Ready to scan")).to_be_visible()
    await page.reload()
    await page.get_by_role("button", name="Settings").click()
    await expect(page.get_by_role("radio", name="Admit all")).to_be_checked()


async def test_one_scan_of_any_ticket_of_a_family_admits_those_who_are_there(
    hub: Hub, world: World, open_page: Open
) -> None:
    family = await family_of(world, 3)
    page = await scanner(world, open_page, phone=True)
    await key_in(page, family[0].code)
    await shows(page, "VALID TICKET", "3 booked, 0 in")
    await page.get_by_role("button", name="One fewer").tap()
    await page.locator("#verify").tap()
    await shows(page, "ENTRY RECORDED", "2 of 3 in")
    # The last one comes with a code that was used: it still brings up the party.
    await again(page, family[0].code)
    await shows(page, "ALREADY VERIFIED", "2 of 3 in")
    await expect(page.locator("#party-count")).to_be_hidden()
    await page.get_by_role("button", name="Admit the last one").tap()
    await shows(page, "ENTRY RECORDED", "3 of 3 in")
    await again(page, family[2].code)
    await shows(page, "ALREADY VERIFIED", "3 of 3 in")
    await expect(page.locator("#verify")).to_be_hidden()


async def test_the_operators_list_shows_how_many_came_in_and_takes_a_part_back(
    hub: Hub, world: World, open_page: Open
) -> None:
    booking = await booked(world)
    page = await scanner(world, open_page, phone=True)
    for count, before, after in ((2, "5 booked, 0 in", "2 of 5 in"), (3, "5 booked, 2 in", "5 of 5 in")):
        await again(page, booking.code)
        await shows(page, "VALID TICKET", before)
        while await page.locator("#party-chosen").inner_text() != str(count):
            await page.get_by_role("button", name="One fewer").tap()
        await page.locator("#verify").tap()
        await shows(page, "ENTRY RECORDED", after)
    await page.keyboard.press("Escape")
    rows = page.locator("#scans li")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(0)).to_contain_text("3 people admitted")
    await expect(rows.nth(1)).to_contain_text("2 people admitted")
    await expect(rows.nth(1)).to_contain_text(f"{booking.code[:10]}…{booking.code[-4:]}")
    await rows.nth(1).get_by_role("button", name="Undo").tap()
    await expect(page.locator("#undo-people")).to_have_text("2 people admitted")
    await page.locator("#undo-reason").fill("went to get the others")
    await page.get_by_role("button", name="Undo entry").tap()
    await expect(rows.nth(0)).to_contain_text("entry of 2 people undone")
    assert await people_in(hub, booking) == 3
    await again(page, booking.code)
    await shows(page, "VALID TICKET", "5 booked, 3 in")


async def test_a_part_sounds_and_feels_as_its_colour(world: World, open_page: Open) -> None:
    booking, ticket = await booked(world), await world.reserved(await world.slot())
    page = await scanner(world, open_page, phone=True)
    await page.evaluate(LISTEN)
    felt = []
    for code in (ticket.code, booking.code):
        await page.evaluate("() => { window.heard.length = 0; window.felt.length = 0; }")
        await key_in(page, code)
        await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
        await page.wait_for_function("() => window.heard.length && window.felt.length")
        felt.append(await page.evaluate("() => JSON.stringify([window.heard, window.felt])"))
    assert felt[0] == felt[1]


async def test_the_link_in_the_email_brings_up_the_booking_and_is_not_kept(
    hub: Hub, world: World, open_page: Open
) -> None:
    booking = await booked(world, 2)
    page = await scanner(world, open_page)
    await key_in(page, f"{hub.url}/b/{booking.confirm_token}")
    await shows(page, "VALID TICKET", "2 booked, 0 in")
    await page.locator("#verify").click()
    await shows(page, "ENTRY RECORDED", "2 of 2 in")
    logged = await read_scans(hub.database, "code")
    assert {row["code"] for row in logged} == {booking.code}


async def test_a_booking_that_is_not_confirmed_or_cancelled_is_red(world: World, open_page: Open) -> None:
    performance = (await add_stage(world)).performance_id
    page = await scanner(world, open_page)
    for status, word, words in (
        ("PENDING", "BOOKING NOT CONFIRMED", "The link in the email was not used"),
        ("EXPIRED", "BOOKING NOT CONFIRMED", "The link in the email was not used in time"),
        ("CANCELLED", "TICKET CANCELLED", "This booking was cancelled"),
    ):
        booking = await add_booking(world, performance, 2, status)
        await again(page, booking.code)
        await expect(page.get_by_role("heading", name=word)).to_be_visible()
        await expect(page.get_by_text(words, exact=True)).to_be_visible()
        await expect(page.locator("#verify")).to_be_hidden()


async def test_a_mistyped_booking_code_is_explained(world: World, open_page: Open) -> None:
    booking = await booked(world, 2)
    wrong = booking.code[:-1] + ("2" if booking.code[-1] != "2" else "3")
    page = await scanner(world, open_page)
    await key_in(page, wrong)
    await expect(page.get_by_role("heading", name="INVALID TICKET")).to_be_visible()
    await expect(page.get_by_text("This code was mistyped")).to_be_visible()
    await page.keyboard.press("Escape")
    await type_by_hand(page, booking.code[:-2])
    await expect(page.get_by_text("A code has 27 characters after BKG; this one has 25.")).to_be_visible()


async def test_of_a_booking_as_many_leave_as_the_operator_says(hub: Hub, world: World, open_page: Open) -> None:
    booking = await booked(world)
    await admitted_at_gate_b(hub, world, booking, 4)
    page = await scanner(world, open_page, phone=True)
    await page.get_by_role("button", name="Exit").tap()
    await key_in(page, booking.code)
    await shows(page, "HOW MANY LEAVE?", "4 of 5 in")
    for _ in range(3):
        await page.get_by_role("button", name="One fewer").tap()
    await expect(page.locator("#verify")).to_have_text("One of 4 leaves")
    await page.locator("#verify").tap()
    await shows(page, "EXIT RECORDED", "3 of 5 inside")
    await again(page, booking.code)
    await page.locator("#verify").tap()
    # Four were admitted, and one of them has left.
    await shows(page, "TOO MANY PEOPLE", "5 booked, 4 in")
    await expect(page.get_by_text("Nobody left: only 3 of them are inside.")).to_be_visible()
    await expect(page.locator("#verify")).to_have_text("All 3 leave")
    await page.locator("#verify").tap()
    await shows(page, "EXIT RECORDED", "0 of 5 inside")
    await page.keyboard.press("Escape")
    rows = page.locator("#scans li")
    await expect(rows.first).to_contain_text("3 people left")
    left = await read_scans(hub.database, "people", reason="EXIT_RECORDED", order_by="logged_at")
    assert [row["people"] for row in left] == [1, 3]


async def too_early(world: World, size: int = 5) -> Booking:
    """Return a booking whose check-in is not open yet."""
    return await add_booking(world, (await add_stage(world, check_in_opens_minutes=30)).performance_id, size)


async def test_a_supervisor_admits_a_part_of_a_refused_party_and_the_gate_shows_how_many(
    hub: Hub, world: World, open_page: Open
) -> None:
    booking = await too_early(world)
    page = await scanner(world, open_page, phone=True)
    await key_in(page, booking.code)
    await shows(page, "TOO EARLY", "5 booked, 0 in")
    await expect(page.locator("#party-count")).to_be_hidden()
    await page.get_by_role("button", name="Ask a supervisor").tap()
    await expect(page.locator("#ask-people")).to_be_hidden()
    await page.locator("#ask-send").tap()
    await expect(page.locator("#notices-count")).to_contain_text("Supervisor asked")
    manager = await world.staff("MANAGER", name="Sue Lee")
    room = await open_page("/manager/disputes", token=manager)
    card = room.locator("[data-dispute]")
    await expect(card).to_contain_text("Party of 5, 0 in")
    await card.get_by_label("How many come in?").select_option("3")
    await card.get_by_label("Reason").fill("it rains")
    await card.get_by_role("button", name="Admit").click()
    await shows(page, "ADMIT", "3 of 5 in")
    assert await people_in(hub, booking) == 3
    # The next visitor is on the screen when the second answer comes: it is a card.
    await again(page, booking.code)
    await shows(page, "TOO EARLY", "5 booked, 3 in")
    await page.get_by_role("button", name="Ask a supervisor").tap()
    await page.locator("#ask-send").tap()
    await expect(page.locator("#ask-dialog")).to_be_hidden()
    await key_in(page, "TKT-2026-NOSUCH-TICKET")
    await expect(page.get_by_role("heading", name="INVALID TICKET")).to_be_visible()
    await card.get_by_label("Reason").fill("the others, too")
    await card.get_by_role("button", name="Admit").click()
    await expect(page.locator(".gate-notice.GREEN")).to_contain_text("Party of 5, 5 in")


async def test_a_supervisor_at_the_gate_says_how_many(hub: Hub, world: World, open_page: Open) -> None:
    booking = await too_early(world, 3)
    page = await open_page("/operator/scan", token=await world.staff("MANAGER"), gate="Gate A")
    await expect(page.locator("#link-state")).to_have_text("Live")
    await key_in(page, booking.code)
    await page.get_by_role("button", name="Admit anyway").click()
    await expect(page.locator("#ask-people")).to_have_value("3")
    await page.locator("#ask-people").select_option("1")
    await page.locator("#ask-note").fill("it rains")
    await page.locator("#ask-send").click()
    await shows(page, "ADMIT", "1 of 3 in")
    assert await people_in(hub, booking) == 1


async def test_a_performance_that_has_closed_its_check_in_says_so_in_both_languages(
    world: World, open_page: Open
) -> None:
    stage = await add_stage(world, start="11:00", end="13:00", check_in_closes_minutes=15)
    booking = await add_booking(world, stage.performance_id, 2)
    for language, word, words in (
        ("en-GB", "TICKET EXPIRED", "Reserved for today, 11:00 – 13:00, entry was until 11:15"),
        ("zh-CN", "门票已过期", "入场截止于 11:15"),
    ):
        page = await open_page("/operator/scan", token=await world.staff(), gate="Gate A", locale=language)
        await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
        await key_in(page, booking.code)
        await expect(page.get_by_role("heading", name=word)).to_be_visible()
        await expect(page.locator("#verdict-detail")).to_contain_text(words)
