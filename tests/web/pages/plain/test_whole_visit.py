"""The whole visit without JavaScript, from page to page: booking, looking at it, cancelling, waiting, and what goes
wrong.

`tests/browser/test_without_javascript.py` shows it in a browser. What the pages say and what their forms do is tested
here.
"""

from __future__ import annotations

import asyncio
import base64
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from tests.support.hub import Hub
from tests.support.mail_outbox import count_outbox
from tests.support.plain_browser import PlainBrowser, PlainPage
from tests.support.reservations import count_reservations
from tests.support.still_outbox import newest_code, send_nothing
from tests.support.tickets import read_ticket_status
from tests.support.waiting_rooms import open_waiting_room
from tests.support.waitlist import count_waitlist_entries
from tests.support.world import TODAY, World

WHEN = "When would you like to come?"
WHERE = "Where should we send your confirmation?"


@pytest.fixture
async def browser(hub: Hub) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(hub.url) as browser:
        yield browser


@pytest.fixture
async def page(world: World, browser: PlainBrowser) -> PlainPage:
    return await browser.open("/reserve/plain")


async def type_tickets(page: PlainPage, *codes: str) -> None:
    for n, code in enumerate(codes):
        if len(page.fields("Ticket code")) <= n:
            await page.press("Add another ticket")
        page.fields("Ticket code")[n].fill(code)
    await page.press("Continue")


async def type_contact(page: PlainPage, email: str = "john@example.com", phone: str = "(202) 555-1234") -> None:
    page.field("Email").fill(email)
    page.field("Country").select("US")
    page.field("Phone").fill(phone)
    await page.press("Continue")


async def to_confirm(page: PlainPage, *codes: str, time: str = "12:00 – 14:00") -> None:
    await type_tickets(page, *codes)
    await type_contact(page)
    await page.press(f"Select {time}")
    assert page.heading == "Check your booking"


async def confirm(page: PlainPage) -> None:
    await page.press("Confirm booking")


def codes_of_visit(page: PlainPage) -> list[str]:
    """Return the codes in the pictures of a visit's page."""
    assert "/r/" in page.url, page.url
    return [code for image in page.tree.all("img") if image["class"] == "qr" for code in _read(image["src"])]


def _read(address: str) -> list[str]:
    picture = Image.open(BytesIO(base64.b64decode(address.removeprefix("data:image/png;base64,")))).convert("L")
    return [code.text for code in zxingcpp.read_barcodes(picture)]


async def test_a_visit_is_booked_and_its_code_can_be_read(world: World, page: PlainPage) -> None:
    slot_id = await world.slot()
    ticket = await world.ticket()
    await to_confirm(page, ticket.code.lower().replace("-", " "))
    assert ticket.code in page.text
    assert "+1 202 555 1234" in page.text
    await confirm(page)
    assert page.heading == "You're booked"
    assert "A copy is on its way to john@example.com." in page.text
    assert codes_of_visit(page) == [ticket.code]
    assert await world.booked_count(slot_id) == 1


async def test_the_booking_page_leads_to_its_plain_form(world: World, browser: PlainBrowser) -> None:
    ticket = await world.ticket()
    page = await browser.open(f"/reserve?ticket={ticket.code}&orq={world.org_id}")
    assert "/reserve/plain" in page.url
    assert page.field("Ticket code").value == ticket.code
    await page.press("Continue")
    assert page.heading == WHERE


async def test_a_draft_that_is_booked_leads_to_the_visit_and_books_nothing(world: World, page: PlainPage) -> None:
    slot_id = await world.slot()
    await to_confirm(page, (await world.ticket()).code)
    confirm_page = page.url
    await confirm(page)
    assert len(codes_of_visit(page)) == 1
    visit = page.url
    await page.reload()
    await page.goto(confirm_page)
    assert page.url == visit
    assert await world.booked_count(slot_id) == 1


async def test_a_party_is_booked_as_one(hub: Hub, world: World, page: PlainPage) -> None:
    slot_id = await world.slot()
    tickets = await world.tickets(3)
    # A code that is typed twice counts once.
    await to_confirm(page, tickets[0].code, tickets[1].code, tickets[2].code, tickets[1].code.lower())
    await confirm(page)
    assert sorted(codes_of_visit(page)) == sorted(ticket.code for ticket in tickets)
    assert await world.booked_count(slot_id) == 3
    assert await count_outbox(hub.database, kind="reservation.confirmed") == 1


async def test_every_bad_ticket_is_named_beside_its_field_and_nothing_typed_is_lost(
    world: World, page: PlainPage
) -> None:
    good = await world.ticket()
    used = await world.reserved(await world.slot())
    typed = [good.code, used.code, "TKT-2026-ABCDEF-GHJKMN"]
    await type_tickets(page, *typed)
    fields = page.fields("Ticket code")
    assert [one.value for one in fields] == typed
    assert page.by_id("ticket-1-wrong") is None
    assert "already reserved for" in page.words_of("ticket-2-wrong")
    assert "Invalid ticket code" in page.words_of("ticket-3-wrong")
    assert [one["aria-invalid"] for one in fields] == ["", "true", "true"]
    assert "already reserved for" in page.description(fields[1])
    assert page.focused is fields[1]
    for n in (1, 2):
        fields[n].fill("")
    await page.press("Continue")
    assert page.heading == WHERE


async def test_no_ticket_at_all_is_asked_for(page: PlainPage) -> None:
    await page.press("Continue")
    assert "Please enter the code of your ticket." in page.description(page.field("Ticket code"))


async def test_a_ticket_bought_for_later_is_activated_on_the_spot(hub: Hub, world: World, page: PlainPage) -> None:
    ticket = await world.ticket("INACTIVE", activation_mode="deferred")
    await type_tickets(page, ticket.code)
    assert "This can't be undone." in page.text
    assert await read_ticket_status(hub.database, ticket.id) == "INACTIVE"
    await page.press("Activate this ticket")
    assert page.by_id("ticket-1-wrong") is None
    assert await read_ticket_status(hub.database, ticket.id) == "ACTIVATED"
    await page.press("Continue")
    assert page.heading == WHERE


async def test_a_wrong_contact_is_named_beside_its_field(world: World, page: PlainPage) -> None:
    await type_tickets(page, (await world.ticket()).code)
    await type_contact(page, "john@", "12")
    for label, typed, words in (("Email", "john@", "email-wrong"), ("Phone", "12", "phone-wrong")):
        one = page.field(label)
        assert one.value == typed
        assert one["aria-invalid"] == "true"
        assert page.words_of(words)
        assert page.words_of(words) in page.description(one)
    assert page.focused is page.field("Email")


async def test_a_number_as_it_is_dialled_at_home_is_understood(world: World, page: PlainPage) -> None:
    await world.policy(country="IT")
    await world.slot()
    await type_tickets(page, (await world.ticket()).code)
    page.field("Email").fill("john@example.com")
    assert page.field("Country").value == "IT"
    page.field("Phone").fill("02 1234 5678")
    await page.press("Continue")
    await page.press("Select 12:00 – 14:00")
    assert "+39 021 234 5678" in page.text


async def test_a_time_that_fills_meanwhile_offers_others_and_nothing_is_typed_again(
    world: World, page: PlainPage
) -> None:
    wanted = await world.slot(capacity=2)
    other = await world.slot(TODAY, "16:00", "18:00")
    tickets = await world.tickets(2)
    await to_confirm(page, *(ticket.code for ticket in tickets))
    await world.reserved(wanted)
    await confirm(page)
    assert "This time slot is full." in page.alert
    # One free place is not enough for two.
    assert "1 space left." in page.text
    await page.press(re.compile("20 November 2026, 16:00"))
    await confirm(page)
    assert len(codes_of_visit(page)) == 2
    assert await world.booked_count(other) == 2
    assert await world.booked_count(wanted) == 1


async def test_two_windows_of_one_draft_book_once(world: World, browser: PlainBrowser, page: PlainPage) -> None:
    slot_id = await world.slot()
    await to_confirm(page, (await world.ticket()).code)
    second = await browser.open(page.url)
    await confirm(page)
    await confirm(second)
    assert len(codes_of_visit(page)) == 1
    assert second.url == page.url
    assert await world.booked_count(slot_id) == 1


async def test_a_page_that_shows_another_time_than_the_draft_books_nothing(
    world: World, browser: PlainBrowser, page: PlainPage
) -> None:
    noon = await world.slot()
    later = await world.slot(TODAY, "16:00", "18:00")
    await to_confirm(page, (await world.ticket()).code)
    second = await browser.open(page.url.replace("/confirm", "/time"))
    await second.press("Select 16:00 – 18:00")
    assert "16:00 – 18:00" in second.text
    await confirm(page)
    assert "Something was changed in another window." in page.alert
    assert await world.booked_count(noon) + await world.booked_count(later) == 0
    await confirm(page)
    assert len(codes_of_visit(page)) == 1
    assert await world.booked_count(later) == 1


async def test_two_drafts_side_by_side_do_not_mix(world: World, browser: PlainBrowser, page: PlainPage) -> None:
    await world.slot()
    one, other = await world.tickets(2)
    second = await browser.open(page.url)
    await type_tickets(page, one.code)
    await type_tickets(second, other.code)
    await type_contact(page)
    await type_contact(second, "jane@example.com")
    for window, ticket, email in ((page, one, "john@example.com"), (second, other, "jane@example.com")):
        await window.press("Select 12:00 – 14:00")
        assert ticket.code in window.text
        assert email in window.text
        await confirm(window)
        assert codes_of_visit(window) == [ticket.code]


async def test_a_ticket_booked_elsewhere_meanwhile_is_named_and_can_be_left_out(world: World, page: PlainPage) -> None:
    slot_id = await world.slot()
    one, other = await world.tickets(2)
    await to_confirm(page, one.code, other.code)
    await world.reserve(other, slot_id)
    await confirm(page)
    assert "already reserved for" in page.words_of("ticket-2-wrong")
    assert await world.booked_count(slot_id) == 1
    page.fields("Ticket code")[1].fill("")
    await page.press("Continue")
    assert page.field("Email").value == "john@example.com"
    await page.press("Continue")
    await page.press("Select 12:00 – 14:00")
    await confirm(page)
    assert codes_of_visit(page) == [one.code]
    assert await world.booked_count(slot_id) == 2


def another(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


class TestCodes:
    """A venue that requires confirmed addresses. Nothing is sent, so the code can be read in the outbox."""

    @pytest.fixture(autouse=True)
    def still(self, monkeypatch: pytest.MonkeyPatch) -> None:
        send_nothing(monkeypatch)

    @staticmethod
    async def type_code(page: PlainPage, code: str) -> None:
        page.field("Code").fill(code)
        await page.press("Continue")

    async def test_a_code_is_asked_for_and_taken(self, hub: Hub, world: World, page: PlainPage) -> None:
        await world.policy(contact_check="both")
        slot_id = await world.slot()
        await type_tickets(page, (await world.ticket()).code)
        await type_contact(page)
        assert "j***@example.com" in page.text
        await self.type_code(page, "12")
        assert "Please enter the 6 digits of the code." in page.description(page.field("Code"))
        code = await newest_code(hub)
        await self.type_code(page, another(code))
        assert page.alert
        await self.type_code(page, f" {code[:3]} {code[3:]}")
        assert "texted" in page.text
        await self.type_code(page, await newest_code(hub, "sms"))
        await page.press("Select 12:00 – 14:00")
        await confirm(page)
        assert len(codes_of_visit(page)) == 1
        assert await world.booked_count(slot_id) == 1

    async def test_three_wrong_guesses_leave_only_a_new_code(self, hub: Hub, world: World, page: PlainPage) -> None:
        await world.policy(contact_check="email")
        await type_tickets(page, (await world.ticket()).code)
        await type_contact(page)
        wrong = another(await newest_code(hub))
        for _ in range(3):
            await self.type_code(page, wrong)
            assert page.alert
        assert page.fields("Code") == []
        hub.clock.advance(61)
        await page.press("Send a new code")
        await self.type_code(page, await newest_code(hub))
        assert page.heading == WHEN

    async def test_a_code_cannot_be_used_for_another_address(self, hub: Hub, world: World, page: PlainPage) -> None:
        await world.policy(contact_check="email")
        await world.slot()
        await type_tickets(page, (await world.ticket()).code)
        await type_contact(page)
        await self.type_code(page, await newest_code(hub))
        await page.goto(re.sub("/time.*", "/contact", page.url))
        await type_contact(page, "somebody.else@example.com")
        assert "s***@example.com" in page.text
        # Skipping the step does not help: the booking itself requires the proof.
        await page.goto(page.url.replace("/code", "/time"))
        await page.press("Select 12:00 – 14:00")
        await confirm(page)
        assert len(page.fields("Code")) == 1
        assert await count_reservations(hub.database) == 0


async def test_a_visit_is_given_back_and_booked_again(world: World, page: PlainPage) -> None:
    slot_id = await world.slot(capacity=1)
    ticket = await world.ticket()
    await world.policy(change_cutoff_hours=0)
    await to_confirm(page, ticket.code)
    await confirm(page)
    assert codes_of_visit(page) == [ticket.code]
    world.hub.clock.advance(-3600)
    await page.reload()
    await page.follow("Cancel the visit")
    assert await world.booked_count(slot_id) == 1
    await page.press("Cancel visit")
    assert page.heading == "This visit was cancelled"
    assert await world.booked_count(slot_id) == 0
    await page.follow("Book again")
    assert "/reserve/plain" in page.url
    await page.press("Continue")
    await type_contact(page)
    await page.press("Select 12:00 – 14:00")
    await confirm(page)
    assert codes_of_visit(page) == [ticket.code]
    assert await world.booked_count(slot_id) == 1


async def test_one_place_of_a_party_is_given_back(world: World, page: PlainPage) -> None:
    slot_id = await world.slot(TODAY, "16:00", "18:00")
    await world.policy(change_cutoff_hours=1)
    tickets = await world.tickets(3)
    await to_confirm(page, *(ticket.code for ticket in tickets), time="16:00 – 18:00")
    await confirm(page)
    await page.follow("Cancel the visit")
    (choice,) = (one for one in page.tree.all("label") if tickets[1].code in one.text)
    page.field(choice.text).check()
    await page.press("Cancel visit")
    assert sorted(codes_of_visit(page)) == sorted((tickets[0].code, tickets[2].code))
    assert await world.booked_count(slot_id) == 2


async def test_a_cutoff_that_passes_before_the_answer_is_shown(world: World, browser: PlainBrowser) -> None:
    await world.policy(change_cutoff_hours=1)
    ticket = await world.reserved(slot_id := await world.slot(TODAY, "14:00", "16:00"))
    page = await browser.open(f"/r/{ticket.token}/plain")
    world.hub.clock.advance(2 * 3600 - 1800)
    await page.press("Cancel visit")
    assert "too late" in page.alert
    assert await world.booked_count(slot_id) == 1


async def test_a_full_time_is_waited_for_and_its_offer_taken(hub: Hub, world: World, page: PlainPage) -> None:
    await world.policy(change_cutoff_hours=1)
    slot_id = await world.slot(TODAY, "16:00", "18:00", capacity=1)
    holder = await world.reserved(slot_id)
    ticket = await world.ticket()
    await type_tickets(page, ticket.code)
    await type_contact(page)
    await page.follow(re.compile("20 November 2026, full"))
    await page.press("Join the waiting list")
    assert page.heading == "You're on the waiting list"
    status, _ = await hub.delete(f"/api/reservations/{holder.reservation_id}?token={holder.token}")
    assert status == 200
    async with asyncio.timeout(30):
        while page.heading != "A spot is held for you":
            await asyncio.sleep(0.02)
            await page.reload()
    await page.follow("Accept or decline")
    await page.press("Accept the spot")
    assert codes_of_visit(page) == [ticket.code]
    assert await world.booked_count(slot_id) == 1


async def test_the_waiting_list_is_left_by_a_form_and_not_by_looking(
    hub: Hub, world: World, browser: PlainBrowser
) -> None:
    slot_id = await world.slot(TODAY, "16:00", "18:00", capacity=1, booked=1)
    ticket = await world.ticket()
    _, answer = await hub.post(
        "/api/waitlist",
        {"ticket_codes": [ticket.code], "slot_id": slot_id, "customer_email": "john@example.com",
         "customer_phone": "+12025551234"},
    )  # fmt: skip
    page = await browser.open(answer["data"]["waitlist_url"].removeprefix(hub.url) + "/plain")
    assert await count_waitlist_entries(hub.database, status="WAITING") == 1
    await page.press("Leave the list")
    assert page.heading == "You have left the waiting list"
    assert await count_waitlist_entries(hub.database, status="LEFT") == 1


async def test_in_the_last_days_of_a_month_the_next_two_weeks_are_in_view(world: World, page: PlainPage) -> None:
    soon = date(2026, 12, 3)
    world.hub.clock.set(datetime(2026, 11, 10, 11, 0, tzinfo=UTC))
    await world.slot(soon)
    await type_tickets(page, (await world.ticket()).code)
    await type_contact(page)
    assert page.words_of("month-name") == "November 2026"
    world.hub.clock.set(datetime(2026, 11, 27, 11, 0, tzinfo=UTC))
    page = await page.goto("/reserve/plain")
    await type_tickets(page, (await world.ticket()).code)
    await type_contact(page)
    assert page.words_of("month-name") == "November – December 2026"
    assert page.words_of("day-name") == "Thursday, 3 December 2026"
    # The week of today comes first, and the days of the next month are links to their times.
    days = [one.text for one in page.tree.all("td")]
    assert days[:8] == ["23", "24", "25", "26", "27", "28", "29", "30"]
    await page.follow("3 December 2026, available")
    assert page.words_of("month-name") == "December 2026"
    await page.press("Select 12:00 – 14:00")
    assert page.heading == "Check your booking"


async def test_it_is_all_there_in_chinese(hub: Hub, world: World) -> None:
    await world.slot()
    async with PlainBrowser(hub.url, language="zh-CN,zh;q=0.9") as browser:
        page = await browser.open("/reserve/plain")
        assert page.language == "zh-Hans"
        await type_in_chinese(page, (await world.ticket()).code)
        assert "+86 138 0013 8000" in page.text
        assert "2026年11月20日星期五" in page.text


async def type_in_chinese(page: PlainPage, code: str) -> None:
    """Go to the confirm step by element ids, because the words are others.

    The first button of a form is the main one.
    """
    page.find("ticket-1").fill(code)
    await page.press("继续")
    page.find("email").fill("john@example.com")
    page.find("country").select("CN")
    page.find("phone").fill("138 0013 8000")
    await page.press("继续")
    await page.press("12:00")


async def test_an_hour_later_the_draft_is_gone_and_says_so(world: World, page: PlainPage) -> None:
    await type_tickets(page, (await world.ticket()).code)
    world.hub.clock.advance(3601)
    await page.reload()
    assert "timed out" in page.heading
    await page.follow("Start again")
    assert len(page.fields("Ticket code")) == 1


async def test_a_booking_that_must_wait_goes_on_when_the_turn_comes(world: World, page: PlainPage) -> None:
    slot_id = await world.slot()
    await to_confirm(page, (await world.ticket()).code)
    await open_waiting_room(world, "slots", 0)
    await confirm(page)
    assert page.heading == "You're in line"
    assert await world.booked_count(slot_id) == 0
    await world.policy(waiting_room_per_minute=600)
    await page.reload()
    await page.follow("Continue booking")
    assert page.heading == "Check your booking"
    await confirm(page)
    assert page.heading == "You're booked"
    assert await world.booked_count(slot_id) == 1
