"""The contact step: live checks, national phone numbers, and a one-time code if the venue asks for one."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.booking_steps import at, confirm, enter_tickets, give_contact, pick
from tests.browser.hands_and_eyes import Open
from tests.support.hub import Hub
from tests.support.mail_outbox import count_outbox
from tests.support.still_outbox import newest_code, send_nothing
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def at_contact(world: World, open_page: Open, **how: bool) -> Page:
    page = await open_page("/reserve", **how)
    await enter_tickets(page, (await world.ticket()).code)
    return page


async def test_the_step_speaks_up_when_it_helps_and_no_sooner(world: World, open_page: Open) -> None:
    page = await at_contact(world, open_page, phone=True)
    email, wrong, wrong_number = page.get_by_label("Email"), page.locator("#email-wrong"), page.locator("#phone-wrong")
    # Whoever only passes a field hears nothing.
    await email.focus()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(wrong).to_be_empty()
    await expect(wrong_number).to_be_empty()
    # Nothing is said while one types, and what is mended is forgiven at once.
    await email.press_sequentially("john@exa")
    await expect(wrong).to_be_empty()
    await page.keyboard.press("Tab")
    await expect(wrong).to_contain_text("such as name@example.com")
    await expect(email).to_have_attribute("aria-invalid", "true")
    described = (await email.get_attribute("aria-describedby") or "").split()
    assert "email-wrong" in described
    await email.press_sequentially("mple.com")
    await expect(wrong).to_be_empty()
    await expect(email).not_to_have_attribute("aria-invalid", "true")
    # Going on names every wrong field and goes to the first.
    await email.fill("")
    await page.get_by_role("button", name="Continue").click()
    await expect(wrong).to_have_text("Please enter your email address.")
    await expect(wrong_number).to_have_text("Please enter your phone number.")
    await expect(email).to_be_focused()
    await email.fill("john@")
    await page.get_by_label("Phone", exact=True).fill("12")
    await page.get_by_role("button", name="Continue").click()
    await expect(wrong).to_contain_text("such as name@example.com")
    await expect(wrong_number).not_to_be_empty()
    # A slip in a well-known address is offered back.
    await email.fill("ann@gmial.com")
    await page.keyboard.press("Tab")
    await expect(page.get_by_text("Did you mean ann@gmail.com?")).to_be_visible()
    await assert_accessible(page, "a likely slip in the address")
    await page.get_by_role("button", name="Use it").click()
    await expect(email).to_have_value("ann@gmail.com")


@pytest.mark.parametrize(
    ("country", "numbers"),
    [
        (
            "IT",
            {
                "333 123 4567": "+393331234567",
                "06 1234 5678": "+390612345678",
                "+44 (0)20 7946 0958": "+442079460958",
                "0086 138 1234 5678": "+8613812345678",
            },
        ),
        ("US", {"1 (202) 555-1234": "+12025551234"}),
    ],
)
async def test_a_number_is_taken_as_it_is_dialled(
    world: World, open_page: Open, country: str, numbers: dict[str, str]
) -> None:
    await world.policy(country=country)
    page = await at_contact(world, open_page)
    sent: list[str] = []
    page.on(
        "request",
        lambda asked: sent.append(asked.post_data_json["phone"]) if "verify-contact" in asked.url else None,
    )
    await expect(page.get_by_label("Country of the number")).to_have_value(country)
    for typed in numbers:
        # The number before had its own country code, and has changed the country.
        await page.get_by_label("Country of the number").select_option(country)
        await give_contact(page, phone=typed)
        await at(page, "slot")
        await page.get_by_role("button", name="Contact").click()
        await at(page, "contact")
    assert sent == list(numbers.values())


async def test_the_country_is_picked_by_keyboard_and_all_are_there(world: World, open_page: Open) -> None:
    page = await at_contact(world, open_page)
    country = page.get_by_label("Country of the number")
    assert await country.locator("option").count() > 240
    await country.focus()
    await page.keyboard.type("Japan")
    await expect(country).to_have_value("JP")
    await page.get_by_label("Phone").fill("090-1234-5678")
    await expect(page.locator("#phone-hint")).to_have_text("We'll use +81 901 234 5678.")
    await page.get_by_label("Phone").fill("+49 151 23456789")
    await expect(country).to_have_value("DE")


class TestCodes:
    """A venue that requires confirmed addresses. Nothing is sent, so the code can be read in the outbox."""

    @pytest.fixture(autouse=True)
    def still(self, monkeypatch: pytest.MonkeyPatch) -> None:
        send_nothing(monkeypatch)

    @staticmethod
    def another(code: str) -> str:
        return f"{(int(code) + 1) % 1_000_000:06}"

    async def test_both_ways_one_after_the_other_and_then_the_booking(
        self, hub: Hub, world: World, open_page: Open
    ) -> None:
        await world.policy(contact_check="both")
        slot_id = await world.slot()
        page = await at_contact(world, open_page, phone=True)
        await give_contact(page)
        await at(page, "code")
        await expect(page.get_by_text("By email to john@example.com.")).to_be_visible()
        await expect(page.locator("#code-left")).to_contain_text(re.compile(r"Valid for another [45]:\d\d\."))
        field = page.get_by_label("Six digits")
        await expect(field).to_have_attribute("autocomplete", "one-time-code")
        await expect(page.get_by_role("button", name="New code in")).to_be_disabled()
        mailed = await newest_code(hub)
        await field.fill(self.another(mailed))
        await expect(page.locator("#code-wrong")).to_contain_text("This code is wrong. You have 2 more tries.")
        await field.fill(f"{mailed[:3]} {mailed[3:]}")
        await expect(page.get_by_text("By text message to +1 202 555 1234.")).to_be_visible()
        await expect(page.locator("#code-left")).to_contain_text("Valid for another")
        await field.fill(await newest_code(hub, "sms"))
        await pick(page)
        await confirm(page)
        await at(page, "done")
        assert await world.booked_count(slot_id) == 1

    async def test_three_wrong_codes_lock_it_and_a_new_one_opens(self, hub: Hub, world: World, open_page: Open) -> None:
        await world.policy(contact_check="email")
        page = await at_contact(world, open_page)
        await give_contact(page)
        field = page.get_by_label("Six digits")
        await expect(page.locator("#code-left")).to_contain_text("Valid for another")
        wrong = self.another(await newest_code(hub))
        for said in ("2 more tries", "one more try", "Too many wrong codes"):
            await field.fill("")
            await field.fill(wrong)
            await expect(page.locator("#code-wrong")).to_contain_text(said)
        await expect(page.locator("#code-left")).to_have_text("This code has expired.")
        # The clocks of the hub and the page move together. A minute later another code may be requested.
        hub.clock.advance(61)
        await page.reload()
        await expect(page.locator("#code-left")).to_contain_text("Valid for another")
        await field.fill(await newest_code(hub))
        await at(page, "slot")

    async def test_the_code_is_asked_for_once_for_each_address(self, hub: Hub, world: World, open_page: Open) -> None:
        await world.policy(contact_check="email")
        page = await at_contact(world, open_page)
        await give_contact(page)
        await expect(page.locator("#code-left")).to_contain_text("Valid for another")
        await page.get_by_label("Six digits").fill(await newest_code(hub))
        await at(page, "slot")
        # The back button does not ask for it again.
        await page.go_back()
        await at(page, "contact")
        await page.get_by_role("button", name="Continue").click()
        await at(page, "slot")
        assert await count_outbox(hub.database, kind="contact.code") == 1
        # Another address needs another code.
        await page.get_by_role("button", name="Contact").click()
        await give_contact(page, email="jane@example.com")
        await at(page, "code")
        await expect(page.get_by_text("By email to jane@example.com.")).to_be_visible()

    async def test_a_check_switched_on_meanwhile_is_asked_for_at_the_end(
        self, hub: Hub, world: World, open_page: Open
    ) -> None:
        slot_id = await world.slot()
        page = await at_contact(world, open_page)
        await give_contact(page)
        await world.policy(contact_check="email")
        await pick(page)
        await confirm(page)
        await at(page, "code")
        await expect(page.locator("#code-left")).to_contain_text("Valid for another")
        await page.get_by_label("Six digits").fill(await newest_code(hub))
        await at(page, "confirm")
        await confirm(page)
        await at(page, "done")
        assert await world.booked_count(slot_id) == 1
