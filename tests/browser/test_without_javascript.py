"""The whole visit with JavaScript switched off: booked, looked at, given back, waited for; and what goes wrong on the way."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from hub.jobs.outbox import OutboxJob
from tests.browser.hands_and_eyes import Open, read_qr
from tests.support.hub import Hub
from tests.support.mail_outbox import count_outbox, read_newest_code
from tests.support.reservations import count_reservations
from tests.support.tickets import read_ticket_status
from tests.support.waitlist import read_waitlist_entry
from tests.support.world import TODAY, World

EVIL = "https://evil.example"


async def plain(open_page: Open, path: str = "/reserve/plain", **how: object) -> Page:
    page = await open_page(path, scripts=False, **how)
    page.set_default_timeout(8_000)
    return page


async def type_tickets(page: Page, *codes: str) -> None:
    for n, code in enumerate(codes):
        if n and await page.get_by_label("Ticket code").count() <= n:
            await page.get_by_role("button", name="Add another ticket").click()
        await page.get_by_label("Ticket code").nth(n).fill(code)
    await go_on(page)


async def go_on(page: Page) -> None:
    await page.get_by_role("button", name="Continue").click()


async def type_contact(page: Page, email: str = "john@example.com", phone: str = "(202) 555-1234") -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Country").select_option("US")
    await page.get_by_label("Phone", exact=True).fill(phone)
    await go_on(page)


async def to_confirm(page: Page, *codes: str, time: str = "12:00 – 14:00") -> None:
    await type_tickets(page, *codes)
    await type_contact(page)
    await page.get_by_role("button", name=f"Select {time}").click()
    await expect(page.get_by_role("heading", name="Is everything right?")).to_be_visible()


async def confirm(page: Page) -> None:
    await page.get_by_role("button", name="Confirm").click()


async def see_visit(page: Page) -> None:
    await page.wait_for_url(re.compile("/r/"))
    await expect(page.locator("img.qr").first).to_be_visible()


async def test_a_visit_is_booked_and_its_code_read_from_the_screen(world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    ticket = await world.ticket()
    page = await plain(open_page, phone=True)
    await to_confirm(page, ticket.code.lower().replace("-", " "))
    await expect(page.get_by_text(ticket.code)).to_be_visible()
    await expect(page.get_by_text("+12025551234")).to_be_visible()
    await confirm(page)
    await see_visit(page)
    await expect(page.get_by_role("heading", name="You are booked")).to_be_visible()
    await expect(page.get_by_text("A copy is on its way to john@example.com.")).to_be_visible()
    assert await read_qr(page, "img.qr") == ticket.code
    assert await world.booked_count(slot_id) == 1


async def test_the_booking_page_leads_to_its_plain_form(world: World, open_page: Open) -> None:
    ticket = await world.ticket()
    page = await plain(open_page, f"/reserve?ticket={ticket.code}&orq={world.org_id}")
    await page.wait_for_url(re.compile("/reserve/plain"))
    await expect(page.get_by_label("Ticket code")).to_have_value(ticket.code)
    await go_on(page)
    await expect(page.get_by_role("heading", name="Where do we send")).to_be_visible()


async def test_going_back_after_the_end_leads_to_the_visit_and_books_nothing(world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    page = await plain(open_page)
    await to_confirm(page, (await world.ticket()).code)
    confirm_page = page.url
    await confirm(page)
    await see_visit(page)
    visit = page.url
    await page.reload()
    await page.go_back()
    await see_visit(page)
    await page.goto(confirm_page)
    assert page.url == visit
    assert await world.booked_count(slot_id) == 1


async def test_a_party_is_booked_as_one(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    tickets = await world.tickets(3)
    page = await plain(open_page)
    # One of them typed twice is still one ticket.
    await to_confirm(page, tickets[0].code, tickets[1].code, tickets[2].code, tickets[1].code.lower())
    await confirm(page)
    await see_visit(page)
    await expect(page.locator("img.qr")).to_have_count(3)
    assert await world.booked_count(slot_id) == 3
    assert await count_outbox(hub.database, kind="reservation.confirmed") == 1


async def test_every_bad_ticket_is_named_beside_its_field_and_nothing_typed_is_lost(
    world: World, open_page: Open
) -> None:
    good = await world.ticket()
    used = await world.reserved(await world.slot())
    page = await plain(open_page)
    await type_tickets(page, good.code, used.code, "TKT-2026-ABCDEF-GHJKMN")
    fields = page.get_by_label("Ticket code")
    for n, code in enumerate((good.code, used.code, "TKT-2026-ABCDEF-GHJKMN")):
        await expect(fields.nth(n)).to_have_value(code)
    await expect(page.locator("#ticket-1-wrong")).to_have_count(0)
    await expect(page.locator("#ticket-2-wrong")).to_contain_text("already reserved for")
    await expect(page.locator("#ticket-3-wrong")).to_contain_text("Invalid ticket code")
    await expect(fields.nth(1)).to_have_attribute("aria-invalid", "true")
    await expect(fields.nth(1)).to_have_accessible_description(re.compile("already reserved for"))
    for n in (1, 2):
        await fields.nth(n).fill("")
    await go_on(page)
    await expect(page.get_by_role("heading", name="Where do we send")).to_be_visible()


async def test_no_ticket_at_all_is_asked_for(world: World, open_page: Open) -> None:
    page = await plain(open_page)
    await go_on(page)
    await expect(page.get_by_text("Please enter the code of your ticket.")).to_be_visible()


async def test_a_ticket_bought_for_later_is_activated_on_the_spot(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.ticket("INACTIVE", activation_mode="deferred")
    page = await plain(open_page)
    await type_tickets(page, ticket.code)
    await expect(page.get_by_text("That cannot be taken back.")).to_be_visible()
    assert await read_ticket_status(hub.database, ticket.id) == "INACTIVE"
    await page.get_by_role("button", name="Activate this ticket").click()
    await expect(page.locator("#ticket-1-wrong")).to_have_count(0)
    assert await read_ticket_status(hub.database, ticket.id) == "ACTIVATED"
    await go_on(page)
    await expect(page.get_by_role("heading", name="Where do we send")).to_be_visible()


async def test_a_wrong_contact_is_named_beside_its_field(world: World, open_page: Open) -> None:
    page = await plain(open_page)
    await type_tickets(page, (await world.ticket()).code)
    await type_contact(page, "john@", "12")
    for field, typed in (("E-mail", "john@"), ("Phone", "12")):
        one = page.get_by_label(field, exact=True)
        await expect(one).to_have_value(typed)
        await expect(one).to_have_attribute("aria-invalid", "true")
    await expect(page.locator("#email-wrong")).to_be_visible()
    await expect(page.locator("#phone-wrong")).to_be_visible()
    await expect(page.get_by_label("E-mail")).to_be_focused()


async def test_a_number_as_it_is_dialled_at_home_is_understood(world: World, open_page: Open) -> None:
    await world.policy(country="IT")
    await world.slot()
    page = await plain(open_page)
    await type_tickets(page, (await world.ticket()).code)
    await page.get_by_label("E-mail").fill("john@example.com")
    await expect(page.get_by_label("Country")).to_have_value("IT")
    await page.get_by_label("Phone", exact=True).fill("02 1234 5678")
    await go_on(page)
    await page.get_by_role("button", name="Select 12:00 – 14:00").click()
    await expect(page.get_by_text("+390212345678")).to_be_visible()


async def test_a_time_that_fills_meanwhile_offers_others_and_nothing_is_typed_again(
    world: World, open_page: Open
) -> None:
    wanted = await world.slot(capacity=2)
    other = await world.slot(TODAY, "16:00", "18:00")
    tickets = await world.tickets(2)
    page = await plain(open_page)
    await to_confirm(page, *(ticket.code for ticket in tickets))
    await world.reserved(wanted)
    await confirm(page)
    await expect(page.get_by_role("alert")).to_contain_text("This time slot is full.")
    # Room for one is none for two.
    await expect(page.get_by_text("1 of 2 places free")).to_be_visible()
    await page.get_by_role("button", name=re.compile("20 November 2026, 16:00")).click()
    await confirm(page)
    await see_visit(page)
    assert await world.booked_count(other) == 2
    assert await world.booked_count(wanted) == 1


async def test_two_windows_of_one_draft_book_once(world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    page = await plain(open_page)
    await to_confirm(page, (await world.ticket()).code)
    second = await page.context.new_page()
    await second.goto(page.url)
    await confirm(page)
    await see_visit(page)
    await confirm(second)
    await see_visit(second)
    assert second.url == page.url
    assert await world.booked_count(slot_id) == 1


async def test_a_page_that_shows_another_time_than_the_draft_books_nothing(world: World, open_page: Open) -> None:
    noon = await world.slot()
    later = await world.slot(TODAY, "16:00", "18:00")
    page = await plain(open_page)
    await to_confirm(page, (await world.ticket()).code)
    second = await page.context.new_page()
    await second.goto(page.url.replace("/confirm", "/time"))
    await second.get_by_role("button", name="Select 16:00 – 18:00").click()
    await expect(second.get_by_text("16:00 – 18:00")).to_be_visible()
    await confirm(page)
    await expect(page.get_by_text("Something was changed in another window.")).to_be_visible()
    assert await world.booked_count(noon) + await world.booked_count(later) == 0
    await confirm(page)
    await see_visit(page)
    assert await world.booked_count(later) == 1


async def test_two_drafts_side_by_side_do_not_mix(world: World, open_page: Open) -> None:
    await world.slot()
    one, other = await world.tickets(2)
    page = await plain(open_page)
    second = await page.context.new_page()
    await second.goto(page.url)
    await type_tickets(page, one.code)
    await type_tickets(second, other.code)
    await type_contact(page)
    await type_contact(second, "jane@example.com")
    for window, ticket, email in ((page, one, "john@example.com"), (second, other, "jane@example.com")):
        await window.get_by_role("button", name="Select 12:00 – 14:00").click()
        await expect(window.get_by_text(ticket.code)).to_be_visible()
        await expect(window.get_by_text(email)).to_be_visible()
        await confirm(window)
        await see_visit(window)


async def test_a_ticket_booked_elsewhere_meanwhile_is_named_and_can_be_left_out(world: World, open_page: Open) -> None:
    slot_id = await world.slot()
    one, other = await world.tickets(2)
    page = await plain(open_page)
    await to_confirm(page, one.code, other.code)
    await world.reserve(other, slot_id)
    await confirm(page)
    await expect(page.locator("#ticket-2-wrong")).to_contain_text("already reserved for")
    assert await world.booked_count(slot_id) == 1
    await page.get_by_label("Ticket code").nth(1).fill("")
    await go_on(page)
    await expect(page.get_by_label("E-mail")).to_have_value("john@example.com")
    await go_on(page)
    await page.get_by_role("button", name="Select 12:00 – 14:00").click()
    await confirm(page)
    await see_visit(page)
    assert await world.booked_count(slot_id) == 2


class TestCodes:
    """A venue that wants addresses confirmed. Nothing is sent, so the code can be read where it waits."""

    @pytest.fixture(autouse=True)
    def still(self, monkeypatch: pytest.MonkeyPatch) -> None:
        async def nothing(_self: OutboxJob) -> None:
            return

        monkeypatch.setattr(OutboxJob, "run", nothing)

    @staticmethod
    async def newest_code(hub: Hub) -> str:
        return await read_newest_code(hub.database)

    async def test_a_code_is_asked_for_and_taken(self, hub: Hub, world: World, open_page: Open) -> None:
        await world.policy(contact_check="both")
        slot_id = await world.slot()
        page = await plain(open_page)
        await type_tickets(page, (await world.ticket()).code)
        await type_contact(page)
        await expect(page.get_by_text("j***@example.com")).to_be_visible()
        await page.get_by_label("Code").fill("12")
        await go_on(page)
        await expect(page.get_by_text("Please enter the 6 digits of the code.")).to_be_visible()
        code = await self.newest_code(hub)
        await page.get_by_label("Code").fill(f"{(int(code) + 1) % 1_000_000:06}")
        await go_on(page)
        await expect(page.get_by_role("alert")).to_be_visible()
        await page.get_by_label("Code").fill(f" {code[:3]} {code[3:]}")
        await go_on(page)
        await expect(page.get_by_text("text message")).to_be_visible()
        await page.get_by_label("Code").fill(await self.newest_code(hub))
        await go_on(page)
        await page.get_by_role("button", name="Select 12:00 – 14:00").click()
        await confirm(page)
        await see_visit(page)
        assert await world.booked_count(slot_id) == 1

    async def test_three_wrong_guesses_leave_only_a_new_code(self, hub: Hub, world: World, open_page: Open) -> None:
        await world.policy(contact_check="email")
        page = await plain(open_page)
        await type_tickets(page, (await world.ticket()).code)
        await type_contact(page)
        code = await self.newest_code(hub)
        for _ in range(3):
            await page.get_by_label("Code").fill(f"{(int(code) + 1) % 1_000_000:06}")
            await go_on(page)
            await expect(page.get_by_role("alert")).to_be_visible()
        await expect(page.get_by_label("Code")).to_have_count(0)
        hub.clock.advance(61)
        await page.get_by_role("button", name="Send a new code").click()
        await page.get_by_label("Code").fill(await self.newest_code(hub))
        await go_on(page)
        await expect(page.get_by_role("heading", name="When would you like to come?")).to_be_visible()

    async def test_a_code_cannot_be_used_for_another_address(self, hub: Hub, world: World, open_page: Open) -> None:
        await world.policy(contact_check="email")
        await world.slot()
        page = await plain(open_page)
        await type_tickets(page, (await world.ticket()).code)
        await type_contact(page)
        await page.get_by_label("Code").fill(await self.newest_code(hub))
        await go_on(page)
        await page.goto(re.sub("/time.*", "/contact", page.url))
        await type_contact(page, "somebody.else@example.com")
        await expect(page.get_by_text("s***@example.com")).to_be_visible()
        # Nor by walking round the step: the booking itself asks for the proof.
        await page.goto(page.url.replace("/code", "/time"))
        await page.get_by_role("button", name="Select 12:00 – 14:00").click()
        await confirm(page)
        await expect(page.get_by_label("Code")).to_be_visible()
        assert await count_reservations(hub.database) == 0


async def test_a_visit_is_given_back_and_booked_again(world: World, open_page: Open) -> None:
    slot_id = await world.slot(capacity=1)
    ticket = await world.ticket()
    await world.policy(change_cutoff_hours=0)
    page = await plain(open_page)
    await to_confirm(page, ticket.code)
    await confirm(page)
    await see_visit(page)
    world.hub.clock.advance(-3600)
    await page.reload()
    await page.get_by_role("link", name="Cancel the visit").click()
    assert await world.booked_count(slot_id) == 1
    await page.get_by_role("button", name="Yes, cancel it").click()
    await expect(page.get_by_role("heading", name="This visit was cancelled")).to_be_visible()
    assert await world.booked_count(slot_id) == 0
    await page.get_by_role("link", name="Book again").click()
    await page.wait_for_url(re.compile("/reserve/plain"))
    await go_on(page)
    await type_contact(page)
    await page.get_by_role("button", name="Select 12:00 – 14:00").click()
    await confirm(page)
    await see_visit(page)
    assert await world.booked_count(slot_id) == 1


async def test_one_place_of_a_party_is_given_back(world: World, open_page: Open) -> None:
    slot_id = await world.slot(TODAY, "16:00", "18:00")
    await world.policy(change_cutoff_hours=1)
    tickets = await world.tickets(3)
    page = await plain(open_page)
    await to_confirm(page, *(ticket.code for ticket in tickets), time="16:00 – 18:00")
    await confirm(page)
    await see_visit(page)
    await page.get_by_role("link", name="Cancel the visit").click()
    await page.get_by_label(tickets[1].code).check()
    await page.get_by_role("button", name="Yes, cancel it").click()
    await expect(page.locator("img.qr")).to_have_count(2)
    assert await world.booked_count(slot_id) == 2


async def test_a_cutoff_that_passes_while_the_question_stands_is_told(world: World, open_page: Open) -> None:
    await world.policy(change_cutoff_hours=1)
    ticket = await world.reserved(slot_id := await world.slot(TODAY, "14:00", "16:00"))
    page = await plain(open_page, f"/r/{ticket.token}/plain")
    world.hub.clock.advance(2 * 3600 - 1800)
    await page.get_by_role("button", name="Yes, cancel it").click()
    await expect(page.get_by_role("alert")).to_contain_text("too late")
    assert await world.booked_count(slot_id) == 1


async def test_a_full_time_is_waited_for_and_its_offer_taken(hub: Hub, world: World, open_page: Open) -> None:
    await world.policy(change_cutoff_hours=1)
    slot_id = await world.slot(TODAY, "16:00", "18:00", capacity=1)
    holder = await world.reserved(slot_id)
    ticket = await world.ticket()
    page = await plain(open_page)
    await type_tickets(page, ticket.code)
    await type_contact(page)
    await page.get_by_role("link", name=re.compile("20 November 2026, full")).click()
    await page.get_by_role("button", name="Join the waiting list").click()
    await expect(page.get_by_role("heading", name="You are on the waiting list")).to_be_visible()
    entry = page.url
    status, _ = await hub.delete(f"/api/reservations/{holder.reservation_id}?token={holder.token}")
    assert status == 200
    for _ in range(40):
        await page.goto(entry)
        if await page.get_by_role("heading", name="A place is held for you").count():
            break
        await page.wait_for_timeout(250)
    await page.get_by_role("link", name="Accept or decline").click()
    await page.get_by_role("button", name="Accept the place").click()
    await see_visit(page)
    assert await read_qr(page, "img.qr") == ticket.code
    assert await world.booked_count(slot_id) == 1


async def test_the_waiting_list_is_left_by_a_form_and_not_by_looking(hub: Hub, world: World, open_page: Open) -> None:
    slot_id = await world.slot(TODAY, "16:00", "18:00", capacity=1, booked=1)
    ticket = await world.ticket()
    _, answer = await hub.post(
        "/api/waitlist",
        {"ticket_codes": [ticket.code], "slot_id": slot_id, "customer_email": "john@example.com",
         "customer_phone": "+12025551234"},
    )  # fmt: skip
    page = await plain(open_page, answer["data"]["waitlist_url"].removeprefix(hub.url) + "/plain")
    assert (await read_waitlist_entry(hub.database))["status"] == "WAITING"
    await page.get_by_role("button", name="Yes, leave").click()
    await expect(page.get_by_role("heading", name="You have left the waiting list")).to_be_visible()
    assert (await read_waitlist_entry(hub.database))["status"] == "LEFT"


async def test_it_is_all_there_in_chinese(world: World, open_page: Open) -> None:
    await world.slot()
    page = await plain(open_page, locale="zh-CN")
    assert await page.locator("html").get_attribute("lang") == "zh-Hans"
    await page.locator("input[name=ticket]").fill((await world.ticket()).code)
    await page.locator("button.grow").click()
    await page.locator("#email").fill("john@example.com")
    await page.locator("#country").select_option("CN")
    await page.locator("#phone").fill("138 0013 8000")
    await page.locator("button.grow").click()
    await page.locator(".time-list button").click()
    await expect(page.get_by_text("+8613800138000")).to_be_visible()
    await expect(page.get_by_text("2026年11月20日星期五")).to_be_visible()


async def test_an_hour_later_the_draft_is_gone_and_says_so(world: World, open_page: Open) -> None:
    page = await plain(open_page)
    await type_tickets(page, (await world.ticket()).code)
    world.hub.clock.advance(3601)
    await page.reload()
    await expect(page.get_by_role("heading", name="not open any more")).to_be_visible()
    await page.get_by_role("link", name="Start again").click()
    await expect(page.get_by_label("Ticket code")).to_be_visible()
