"""E-mails and text messages as readers see them: in Chromium, on a phone, in light and dark."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Page, expect

from hub.confirmation.development_mailbox import DevelopmentMail, list_development_mail
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.looks import assert_nothing_sticks_out
from tests.browser.open_pages import DESKTOP, PHONE
from tests.support.hub import Hub
from tests.support.mail_outbox import add_outbox_row
from tests.support.shows import add_booking, add_stage
from tests.support.waitlist import join
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def arrived(hub: Hub, count: int = 1) -> list[DevelopmentMail]:
    for _ in range(400):
        found = list_development_mail(hub.settings.data_dir)
        if len(found) >= count:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("no mail")


async def look_at(page: Page, scheme: str) -> list[str]:
    """Return the codes that a camera reads from the whole mail, from the top."""
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    picture = Image.open(BytesIO(await page.screenshot(full_page=True)))
    return [code.text for code in sorted(zxingcpp.read_barcodes(picture), key=lambda code: code.position.top_left.y)]


async def test_the_codes_of_a_confirmation_are_read_off_the_screen_and_without_pictures_it_still_says_everything(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot(hub.clock.now().date() + timedelta(days=3)), customer_name="Ann <i>")
    (mail,) = await arrived(hub)
    page = await open_page(f"/dev/mail/{mail.name}/html")
    for size in (DESKTOP, PHONE):
        await page.set_viewport_size(size)
        await expect(page.get_by_role("heading", name="Your visit is booked")).to_be_visible()
        await expect(page.get_by_text("Hello Ann <i>,")).to_be_visible()
        for scheme in ("light", "dark"):
            assert await look_at(page, scheme) == [ticket.code]
        await assert_nothing_sticks_out(page)
        button = page.get_by_role("link", name="View, move or cancel")
        assert (await button.bounding_box() or {})["height"] >= 44
        # A mail needs no landmarks.
        await assert_accessible(page, "the confirmation", best_practice=False, served=False)
        assert await button.get_attribute("href") == f"{hub.url}/r/{ticket.token}"
    await page.evaluate("() => document.querySelectorAll('img').forEach((img) => img.removeAttribute('src'))")
    await expect(page.get_by_alt_text(f"QR code of ticket {ticket.code}")).to_be_attached()
    await expect(page.get_by_text(ticket.code, exact=True)).to_be_visible()


async def test_the_one_code_of_a_party_is_read_off_the_screen_and_the_button_leads_to_its_page(
    hub: Hub, world: World, open_page: Open
) -> None:
    stage = await add_stage(world, day=hub.clock.now().date() + timedelta(days=3))
    booking = await add_booking(world, stage.performance_id, 3, name="Ann <i>")
    await add_outbox_row(
        hub.database, org_id=world.org_id, kind="booking.confirmed", reservation_id=booking.reservation_id,
        recipient="ann@example.com", next_attempt_at=hub.clock.now(),
        payload=json.dumps({"manage_token": booking.manage_token}),
    )  # fmt: skip
    (mail,) = await arrived(hub)
    page = await open_page(f"/dev/mail/{mail.name}/html")
    for size in (DESKTOP, PHONE):
        await page.set_viewport_size(size)
        await expect(page.get_by_role("heading", name="Your booking is confirmed")).to_be_visible()
        await expect(page.get_by_text("Hello Ann <i>,")).to_be_visible()
        await expect(page.get_by_text("For 3 people")).to_be_visible()
        for scheme in ("light", "dark"):
            assert await look_at(page, scheme) == [booking.code]
        await assert_nothing_sticks_out(page)
        button = page.get_by_role("link", name="View, move or cancel")
        assert (await button.bounding_box() or {})["height"] >= 44
        await assert_accessible(page, "the confirmation of a booking", best_practice=False, served=False)
    address = await button.get_attribute("href")
    assert address == f"{hub.url}/b/{booking.manage_token}"
    page = await open_page(f"/b/{booking.manage_token}")
    await expect(page.get_by_text("The Tempest").first).to_be_visible()


async def test_a_booking_can_be_read_in_the_development_mailbox(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    await arrived(hub)
    page = await open_page("/dev/mail")
    await page.locator(".mails a").first.click()
    await expect(page.locator("article")).to_contain_text(ticket.code)
    await expect(page.get_by_alt_text("Picture in the mail").first).to_be_visible()


async def test_a_text_message_stands_beside_the_mails(hub: Hub, world: World, open_page: Open) -> None:
    now = hub.clock.now()
    await add_outbox_row(
        hub.database, org_id=world.org_id, kind="contact.code", channel="sms", recipient="+393331234567",
        payload='{"code": "042137", "minutes": 5}', next_attempt_at=now, not_after=now + timedelta(minutes=5),
    )  # fmt: skip
    await arrived(hub)
    page = await open_page("/dev/mail")
    await expect(page.locator(".mails")).to_contain_text("Text message · +393331234567")
    await page.get_by_role("link", name="042137").click()
    await expect(page.locator("article")).to_contain_text("042137 is your code")
    await assert_accessible(page, "a text message")


async def test_who_waited_in_vain_finds_another_time_behind_the_mails_button(
    hub: Hub, world: World, open_page: Open
) -> None:
    """The way from the end of the slot to the booking page needs no manual step."""
    day = hub.clock.now().date() + timedelta(days=1)
    slot_id = await world.slot(day, capacity=1, booked=1)
    await world.slot(day + timedelta(days=1))
    words = {"en": ("This waiting list is closed", "Book another time"), "zh_Hans": ("候补已关闭", "预约其他时段")}
    tickets = {language: await world.ticket() for language in words}
    for language, ticket in tickets.items():
        await join(hub, world, slot_id, ticket, language=language)
    hub.clock.advance(27 * 3600)
    mails = await arrived(hub, 4)
    for language, (heading, button) in words.items():
        in_english = language == "en"
        (closed,) = [mail for mail in mails if ("is closed" if in_english else heading) in mail.subject]
        page = await open_page(f"/dev/mail/{closed.name}/html", phone=True)
        await expect(page.get_by_role("heading", name=heading)).to_be_visible()
        await assert_accessible(page, "the end of a waiting list", best_practice=False, served=False)
        await assert_nothing_sticks_out(page)
        link = await page.get_by_role("link", name=button).get_attribute("href") or ""
        assert link == f"{hub.url}/reserve?ticket={tickets[language].code}&orq={world.org_id}"
        booking = await open_page(link.removeprefix(hub.url), phone=True)
        # The page takes the ticket from the link, and the next step is open.
        await expect(booking.locator("section[data-step=contact]")).to_be_visible()
