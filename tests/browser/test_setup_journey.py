"""From an empty database to the first GREEN: every click and key of a person is counted, and their time estimated."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from hub.actions.setup.setup_code import new_setup_code
from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in, read_qr
from tests.support.hub import Hub

pytestmark = pytest.mark.one_hub

SECONDS_PER_CLICK, SECONDS_PER_KEY, SECONDS_PER_PAGE = 2.0, 0.4, 20.0
"""A slow person's: to find and press a button, to type a character, to read a page."""
LONGEST = 600.0


class Hands:
    """What a person does on a page, counted."""

    def __init__(self) -> None:
        self.clicks = self.keys = self.pages = 0

    async def press(self, page: Page, name: str, *, stays: bool = False) -> None:
        """Press a button that leads to another page, or with `stays` to none."""
        self.clicks += 1
        self.pages += 1
        button = page.get_by_role("button", name=name, exact=True)
        if stays:
            await button.click()
            return
        async with page.expect_navigation():
            await button.click()

    async def fill(self, page: Page, selector: str, text: str) -> None:
        self.clicks += 1
        self.keys += len(text)
        await page.locator(selector).fill(text)

    @property
    def seconds(self) -> float:
        return self.clicks * SECONDS_PER_CLICK + self.keys * SECONDS_PER_KEY + self.pages * SECONDS_PER_PAGE


async def test_from_an_empty_database_to_the_first_green_in_ten_minutes(hub: Hub, open_page: Open) -> None:
    code, hands = await new_setup_code(hub.services), Hands()
    page = await open_page(f"/admin/setup?code={code}")
    await hands.press(page, "Start")
    await hands.fill(page, "#venue", "Museo Civico")
    await hands.fill(page, "#address", "Via Roma 1, 00184 Roma")
    await hands.fill(page, "#timezone", "Rome")
    await hands.press(page, "Continue")
    await hands.fill(page, "#open-1", "")
    await hands.fill(page, "#close-1", "")
    await hands.fill(page, "#minutes", "30")
    await hands.press(page, "Preview the slots")
    await expect(page.get_by_text("384 slots")).to_be_visible()
    await hands.press(page, "Continue")
    await hands.fill(page, "#gates", "Main entrance\nGarden")
    await hands.press(page, "Continue")
    for selector, text in (("#name", "Ada Rossi"), ("#username", "ada"), ("#password", "a long password"),
                           ("#password-again", "a long password"), ("#name-1", "Jane Smith"), ("#username-1", "jane"),
                           ("#pin-1", "246810")):  # fmt: skip
        await hands.fill(page, selector, text)
    await hands.press(page, "Continue")
    await hands.press(page, "Finish")
    await expect(page.get_by_role("status")).to_contain_text("Your venue is open.")

    await assert_accessible(page)

    # The scanner's address is read from the card by the phone's camera, and so is the practice ticket.
    assert await read_qr(page, ".card-steps li:nth-child(1) .qr") == f"{hub.url}/operator/scan"
    practice = await read_qr(page, ".card-steps li:nth-child(3) .qr")
    phone = await open_page("/operator/scan", phone=True)
    await hands.fill(phone, "#username", "jane")
    hands.clicks += 1
    await phone.get_by_text("PIN", exact=True).click()
    await hands.fill(phone, "#secret", "246810")
    await hands.press(phone, "Sign in")
    await hands.press(phone, "Garden", stays=True)
    hands.clicks += 1
    await phone.locator("#mode-dialog").get_by_role("button", name="Admit on scan").press("Enter")
    await expect(phone.locator("#link-state")).to_have_text("Live")
    await key_in(phone, practice)
    await expect(phone.locator("body")).to_have_attribute("data-verdict", "GREEN")
    assert hands.seconds < LONGEST, f"{hands.clicks} clicks, {hands.keys} keys, {hands.seconds:.0f} s"
    print(f"{hands.clicks} clicks, {hands.keys} keys, {hands.pages} pages: {hands.seconds:.0f} s")


async def test_leaving_a_form_with_unsaved_changes_asks_and_sending_it_does_not(hub: Hub, open_page: Open) -> None:
    page = await open_page(f"/admin/setup?code={await new_setup_code(hub.services)}")
    asked: list[str] = []

    async def stay(dialog: Any) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.get_by_role("button", name="Start").click()
    await expect(page.locator("#timezone")).not_to_have_value("")
    await page.goto(f"{hub.url}/admin/setup/place")
    assert asked == []
    await page.locator("#venue").press_sequentially("Museo")
    await page.locator("a[href='/admin/setup/hours']").click(no_wait_after=True)
    await expect(page.locator("#venue")).to_have_value("Museo")
    assert asked == ["beforeunload"]
    await page.get_by_role("button", name="Continue").click()
    await expect(page.get_by_role("heading", name="When are you open?")).to_be_visible()
    assert asked == ["beforeunload"]
