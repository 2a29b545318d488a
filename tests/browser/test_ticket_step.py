"""The ticket step: spellings it accepts, errors it shows before a request, and many tickets."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, expect

from hub.rules.ticket_code import ALPHABET, check, check_character
from tests.browser.axe import assert_accessible
from tests.browser.booking_steps import at, enter_tickets
from tests.browser.hands_and_eyes import Open
from tests.support.hub import Hub
from tests.support.mail_outbox import count_outbox
from tests.support.orders import change_order
from tests.support.tickets import read_ticket_status
from tests.support.world import World

pytestmark = pytest.mark.one_hub


def party(page: Page) -> Locator:
    return page.get_by_role("list", name="Tickets of this visit").get_by_role("listitem")


async def paste(page: Page, text: str) -> None:
    """Paste a text from the clipboard into the field, with its line breaks."""
    await page.get_by_role("textbox", name="Ticket code").focus()
    await page.evaluate(
        """text => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", text);
          const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
          document.activeElement.dispatchEvent(paste);
        }""",
        text,
    )


async def test_a_list_pasted_in_becomes_the_party_and_an_address_of_ours_is_read(world: World, open_page: Open) -> None:
    one, two, three = await world.tickets(3)
    page = await open_page("/reserve", phone=True)
    await paste(
        page,
        f"{one.code.lower()}\n{two.code.replace('-', ' ')}\nhttps://venue.example/reserve?ticket={three.code}\n{one.code}",
    )
    await expect(party(page)).to_have_count(3)
    for ticket in (one, two, three):
        await expect(page.get_by_role("button", name=f"Remove {ticket.code}")).to_be_visible()


async def test_a_ticket_is_added_and_taken_away_again(world: World, open_page: Open) -> None:
    one, two = await world.tickets(2)
    page = await open_page("/reserve")
    for ticket in (one, two):
        await page.get_by_role("textbox", name="Ticket code").fill(ticket.code)
        await page.get_by_role("button", name="Add another ticket").click()
    await expect(party(page)).to_have_count(2)
    await page.get_by_role("button", name=f"Remove {one.code}").click()
    await expect(party(page)).to_have_text([two.code])
    await page.get_by_role("button", name="Continue").click()
    await at(page, "contact")
    await expect(page.locator("#contact-tickets")).to_have_text(two.code)


async def test_of_a_list_the_good_ones_stay_and_each_bad_one_is_named(world: World, open_page: Open) -> None:
    good, used = await world.ticket(), await world.ticket("CANCELLED")
    gone = await world.ticket("EXPIRED")
    page = await open_page("/reserve")
    await page.get_by_role("textbox", name="Ticket code").fill(f"{good.code}; {used.code}; {gone.code}")
    await page.get_by_role("button", name="Continue").click()
    alert = page.get_by_role("alert").filter(has_text="2 tickets cannot be booked.")
    await expect(alert).to_contain_text(f"{used.code} This ticket was cancelled.")
    await expect(alert).to_contain_text(f"{gone.code} This ticket has expired.")
    await expect(party(page)).to_have_text([good.code])
    await expect(page.get_by_role("textbox", name="Ticket code")).to_have_value(f"{used.code}, {gone.code}")
    await expect(page.get_by_role("textbox", name="Ticket code")).to_be_focused()


async def test_a_likely_slip_is_named_before_the_hub_is_asked(world: World, open_page: Open) -> None:
    ticket = await world.ticket(code=own_code("ABCDE8FGHJ2"))
    slip = ticket.code.replace("E8", "EB")
    page = await open_page("/reserve")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/validate" in request.url else None)
    await page.get_by_role("textbox", name="Ticket code").fill(slip)
    await page.keyboard.press("Tab")
    await expect(page.locator("#ticket-advice")).to_have_text(
        "This code doesn't look right. Compare it with your ticket."
    )
    assert asked == []
    await page.get_by_role("button", name="Continue").click()
    await expect(page.locator("#ticket-advice")).to_be_empty()
    await page.get_by_role("alert").get_by_role("button", name=f"Use {ticket.code}").click()
    await page.get_by_role("button", name="Continue").click()
    await at(page, "contact")


async def test_what_is_wrong_with_a_code_is_said_when_the_field_is_left(world: World, open_page: Open) -> None:
    page = await open_page("/reserve")
    field, advice = page.get_by_role("textbox", name="Ticket code"), page.locator("#ticket-advice")
    await field.fill("TKT-2026-ABCDEF-GHJ")
    await expect(advice).to_be_empty()
    await page.keyboard.press("Tab")
    await expect(advice).to_contain_text("12 characters after the year; this one has 9")
    await field.fill("TKT-2026-AOCDEF-GHJK1N")
    await page.keyboard.press("Tab")
    await expect(advice.locator("mark")).to_have_text(["O", "1"])
    await expect(advice).to_contain_text("0, O, 1, I and L are never part of a code.")


async def test_a_code_of_another_shop_is_not_called_mistyped(world: World, open_page: Open) -> None:
    ticket = await world.ticket(code="DT-77-4711")
    page = await open_page("/reserve")
    await enter_tickets(page, " DT-77-4711 ")
    await expect(page.locator("#contact-tickets")).to_have_text(ticket.code)


async def test_an_inactive_ticket_is_activated_only_after_a_plain_word(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.ticket("INACTIVE")
    page = await open_page(f"/reserve?ticket={ticket.code}", phone=True)
    await page.get_by_role("button", name="Activate this ticket").click()
    dialog = page.get_by_role("dialog", name="Activate this ticket?")
    await expect(dialog).to_contain_text("This can't be undone.")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    assert await standing(hub, ticket.id) == "INACTIVE"
    await page.get_by_role("button", name="Activate this ticket").click()
    await dialog.get_by_role("button", name="Activate").click()
    await expect(party(page)).to_have_text([ticket.code])
    assert await standing(hub, ticket.id) == "ACTIVATED"


async def test_an_unpaid_ticket_cannot_be_activated(world: World, open_page: Open) -> None:
    page = await open_page(f"/reserve?ticket={(await world.ticket('PENDING_PAYMENT')).code}")
    await expect(page.get_by_text("Please complete payment.")).to_be_visible()
    await expect(page.get_by_role("button", name="Activate this ticket")).to_have_count(0)


async def test_the_address_of_an_order_brings_its_other_tickets(hub: Hub, world: World, open_page: Open) -> None:
    first, second = await world.tickets(2)
    asleep = await world.ticket("INACTIVE")
    await change_order(hub.database, world.order_id, customer_email="Ann@example.com")
    page = await open_page("/reserve", phone=True)
    await enter_tickets(page, first.code)
    await page.get_by_role("button", name="Add the other tickets of this order").click()
    address = page.get_by_label("Mail address the order was sent to")
    await address.fill("bob@example.com")
    await page.get_by_role("button", name="Add my tickets").click()
    await expect(page.get_by_text("This address does not belong to the order.")).to_be_visible()
    await assert_accessible(page, "a wrong address for an order")
    await address.fill(" ann@example.com ")
    await page.get_by_role("button", name="Add my tickets").click()
    await expect(party(page)).to_have_text([first.code, second.code])
    await expect(page.get_by_text(f"{asleep.code} is not active yet.")).to_be_visible()


async def test_a_family_types_one_code_after_the_other_without_leaving_the_step(world: World, open_page: Open) -> None:
    family = await world.tickets(3)
    page = await open_page("/reserve", phone=True)
    await enter_tickets(page, family[0].code)
    await page.get_by_role("button", name="Add more tickets").click()
    field = page.get_by_role("textbox", name="Another ticket code")
    for count, ticket in enumerate(family[1:], start=2):
        await field.fill(ticket.code)
        await field.press("Enter")
        await expect(party(page)).to_have_count(count)
        await expect(field).to_be_focused()
        await expect(field).to_have_value("")
    await field.press("Enter")
    await at(page, "contact")
    await expect(page.locator("#contact-tickets")).to_have_text("3 tickets")


async def test_the_address_of_an_order_is_asked_once(hub: Hub, world: World, open_page: Open) -> None:
    first, second = await world.tickets(2)
    await change_order(hub.database, world.order_id, customer_email="ann@example.com")
    page = await open_page("/reserve")
    await enter_tickets(page, first.code)
    # What was typed for the confirmation finds the order.
    await page.get_by_label("Email", exact=True).fill("ann@example.com")
    await page.get_by_role("button", name="Add the other tickets of this order").click()
    await expect(page.get_by_label("Email address the order was sent to")).to_have_value("ann@example.com")
    await page.get_by_role("button", name="Add my tickets").click()
    await expect(party(page)).to_have_text([first.code, second.code])
    # And what found the order is the address of the confirmation.
    page = await open_page("/reserve", phone=True)
    await page.get_by_role("textbox", name="Ticket code").fill(first.code)
    await page.get_by_role("button", name="Add another ticket").click()
    await page.get_by_label("Email address the order was sent to").fill("ann@example.com")
    await page.get_by_role("button", name="Add my tickets").click()
    await expect(party(page)).to_have_text([first.code, second.code])
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_label("Email", exact=True)).to_have_value("ann@example.com")


async def test_a_reserved_ticket_has_its_confirmation_sent_again_to_the_masked_address(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot())
    page = await open_page(f"/reserve?ticket={ticket.code}", phone=True)
    await page.get_by_role("button", name=re.compile("^Send it to j.+ again$")).click()
    await expect(page.get_by_text(re.compile("^Sent to j.+It takes a minute"))).to_be_visible()
    await expect(page.get_by_text("john@example.com")).to_have_count(0)
    assert await count_outbox(hub.database, kind="reservation.resent") == 1
    await assert_accessible(page, "a confirmation sent again")


async def test_a_lost_network_keeps_what_was_typed(world: World, open_page: Open) -> None:
    ticket = await world.ticket()
    page = await open_page("/reserve")
    await page.context.set_offline(True)
    await page.get_by_role("textbox", name="Ticket code").fill(ticket.code)
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_text("No connection to the venue.")).to_be_visible()
    await expect(page.get_by_role("textbox", name="Ticket code")).to_have_value(ticket.code)
    await page.context.set_offline(False)
    await page.get_by_role("button", name="Try again").click()
    await at(page, "contact")


def own_code(body: str) -> str:
    code = f"{body}{check_character(2026, body)}"
    assert set(code) <= set(ALPHABET)
    whole = f"TKT-2026-{code[:6]}-{code[6:]}"
    assert check(whole)
    return whole


async def standing(hub: Hub, ticket_id: int) -> str:
    return str(await read_ticket_status(hub.database, ticket_id))
