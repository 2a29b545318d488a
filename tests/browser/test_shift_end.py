"""The end of a shift while the operator scans: the scanner says so, keeps what is not sent, and sends it in the next shift."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in
from tests.browser.offline_scanner import admit, gone, scanner, start_again, synced
from tests.support.hub import Hub
from tests.support.scan_log import read_scans
from tests.support.staff import add_member, gates, shift, sign_in_at
from tests.support.world import PASSWORD, TODAY, World

pytestmark = pytest.mark.one_hub

HOUR = 3600


async def sign_in(page: Page) -> None:
    await page.locator("#username").fill("jane")
    await page.locator("#secret").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def test_a_shift_ends_while_the_operator_scans(hub: Hub, world: World, open_page: Open) -> None:
    slot = await world.slot(start="12:00", end="23:00")
    kept, live = [await world.reserved(slot) for _ in range(2)]
    shifts = [shift(TODAY, "09:00", "13:00"), shift(TODAY, "15:00", "18:00")]
    await add_member(hub.services, world.org_id, "jane", gate_ids=await gates(world, "North"), shifts=shifts)
    page = await scanner(world, open_page, gate="", token=await sign_in_at(world, "jane"))
    # The only gate of her scope is chosen by itself.
    await expect(page.locator("#gate-name")).to_have_text("North")
    # Without a link the device keeps what she scans, and knows itself when the shift ends.
    await hub.close()
    await gone(page)
    await admit(page, kept.code)
    hub.clock.advance(HOUR)
    await page.clock.fast_forward(HOUR * 1000)
    await expect(page.locator("#shift-title")).to_have_text("Your shift ended at 13:00")
    await expect(page.locator("#shift-waiting")).to_contain_text("One scan is not sent yet.")
    await page.keyboard.press("Escape")
    await expect(page.locator("#shift-dialog")).to_be_visible()
    await assert_accessible(page)
    await start_again(hub)
    await page.locator("#shift-dialog a").click()
    await sign_in(page)
    await expect(page.locator("#login-answer")).to_contain_text("You are not on shift now.")
    await expect(page.locator("#login-answer")).to_contain_text("Your next shift begins at 20 Nov, 15:00")
    # In the next shift the kept scan is sent, and a live scanner is told of the end by the hub.
    hub.clock.advance(2 * HOUR)
    await page.clock.fast_forward(2 * HOUR * 1000)
    await sign_in(page)
    await expect(page.locator("#link-state")).to_have_text("Live")
    await synced(page)
    await key_in(page, live.code)
    await page.locator("#verify").click()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    hub.clock.advance(3 * HOUR)
    await expect(page.locator("#shift-title")).to_have_text("Your shift ended at 18:00")
    await expect(page.locator("#shift-waiting")).to_have_text("Everything you scanned is recorded.")
    scans = await read_scans(hub.database, mode="verify")
    assert {(row["code"], row["gate"], row["entered"]) for row in scans} == {
        (kept.code, "North", True), (live.code, "North", True)
    }  # fmt: skip
