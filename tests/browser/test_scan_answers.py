"""The answer of the scanner: colours, sounds and vibration, and which answers disappear by themselves."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in, mistyped, type_by_hand
from tests.support.hub import Hub
from tests.support.scan_log import count_entries, count_scans
from tests.support.world import Ticket, World

pytestmark = pytest.mark.one_hub

GREEN, RED, YELLOW = "rgb(8, 112, 59)", "rgb(179, 22, 31)", "rgb(255, 198, 26)"
# Headless browsers have no loudspeaker and no motor, so sounds and vibrations are recorded.
LISTEN = """() => {
  window.heard = []; window.felt = [];
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (when) { window.heard.push(this.type + ' ' + Math.round(this.frequency.value)); start.call(this, when); };
  navigator.vibrate = (pattern) => { window.felt.push(pattern.length ?? 1); return true; };
}"""


async def scanner(world: World, open_page: Open, **how: bool) -> Page:
    page = await open_page("/operator/scan", token=await world.staff(), gate="Gate A", **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def choose(page: Page, *names: str) -> None:
    await page.get_by_role("button", name="Settings").click()
    for name in names:
        await page.get_by_role("checkbox", name=name).click()
    await page.get_by_role("button", name="Done").click()


async def colour(page: Page) -> str:
    return str(await page.evaluate("() => getComputedStyle(document.body).backgroundColor"))


async def three(world: World, slot: int) -> list[tuple[Ticket, str, str]]:
    """Return a ticket for each colour, with its word and its colour."""
    used = await world.reserved(slot)
    gate_b = await world.hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    await gate_b.verify(used.code)
    return [
        (await world.reserved(slot), "VALID TICKET", GREEN),
        (await world.ticket(), "NO RESERVATION", RED),
        (used, "ALREADY VERIFIED", YELLOW),
    ]


async def alarm_stands(page: Page) -> None:
    """Wait until the duplicate alarm has come: one line beside the answer."""
    await expect(page.locator("#notices-count")).to_have_text("One message")


@pytest.mark.parametrize("phone", [False, True])
async def test_each_colour_fills_the_screen_and_sounds_and_feels_like_no_other(
    world: World, open_page: Open, phone: bool
) -> None:
    slot = await world.slot()
    tickets, another = await three(world, slot), await world.reserved(slot)
    page = await scanner(world, open_page, phone=phone)
    await page.evaluate(LISTEN)
    tones: list[Any] = []
    for ticket, word, ground in tickets:
        await page.evaluate("() => { window.heard.length = 0; window.felt.length = 0; }")
        await key_in(page, ticket.code)
        await expect(page.get_by_role("heading", name=word)).to_be_visible()
        assert await colour(page) == ground
        await page.wait_for_function("() => window.heard.length && window.felt.length")
        tones.append(await page.evaluate("() => JSON.stringify([window.heard, window.felt])"))
        if ground == YELLOW:
            # Gate B has let the ticket in. The alarm at both gates sounds as well.
            await alarm_stands(page)
    assert len(set(tones)) == 3
    await choose(page, "Sound", "Vibration")
    await page.evaluate("() => { window.heard.length = 0; window.felt.length = 0; }")
    await key_in(page, another.code)
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    assert await page.evaluate("() => window.heard.length + window.felt.length") == 0


async def test_continuous_mode_admits_at_once_and_keeps_what_is_bad_until_it_is_touched(
    hub: Hub, world: World, open_page: Open
) -> None:
    (good, _, _), (bad, _, _), (used, _, _) = await three(world, await world.slot())
    page = await scanner(world, open_page, clock=True)
    await choose(page, "Admit on scan")
    await key_in(page, good.code)
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await page.clock.fast_forward(2_000)
    await expect(page.get_by_role("heading", name="Ready to scan")).to_be_visible()
    for ticket, word in ((bad, "NO RESERVATION"), (used, "ALREADY VERIFIED")):
        await key_in(page, ticket.code)
        await expect(page.get_by_role("heading", name=word)).to_be_visible()
        await page.clock.fast_forward(2_600)
        # The next visitor's code does not close the answer before.
        await key_in(page, "TKT-2026-ANYBOD-YATALL")
        await expect(page.get_by_text("Tap to clear this result")).to_be_visible()
        await expect(page.get_by_role("heading", name=word)).to_be_visible()
        await page.locator("#verdict").click()
        await expect(page.get_by_role("heading", name="Ready to scan")).to_be_visible()
    assert await count_entries(hub.database) == 2
    await page.reload()
    await expect(page.locator("#link-state")).to_have_text("Live")
    assert await page.evaluate("() => document.body.hasAttribute('data-continuous')")


async def test_a_valid_ticket_is_admitted_with_one_thumb_and_not_before(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page, phone=True)
    await key_in(page, ticket.code)
    button = page.get_by_role("button", name="Mark as Verified")
    await expect(button).to_be_visible()
    box = await button.bounding_box()
    # The button is large and in the lower half, where the thumb is.
    assert box
    assert box["height"] >= 64
    assert box["y"] > 422
    assert box["y"] + box["height"] <= 844
    assert await count_entries(hub.database) == 0
    await button.tap()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()


async def test_a_mistyped_code_is_mended_with_one_touch(world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    wrong = mistyped(ticket.code)
    page = await scanner(world, open_page)
    await key_in(page, wrong)
    await expect(page.get_by_role("heading", name="INVALID TICKET")).to_be_visible()
    await expect(page.get_by_text("This code was mistyped")).to_be_visible()
    meant = page.get_by_role("button", name=f"Use {ticket.code}")
    if await meant.count():
        await meant.click()
        await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    # A code typed by hand gets the same message before any request.
    await page.keyboard.press("Escape")
    await type_by_hand(page, wrong[:-1])
    await expect(page.get_by_text("this one has 11")).to_be_visible()


async def test_a_scanner_that_ends_with_a_tab_is_understood_and_keeps_the_focus(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    # The page itself types as fast as a scanner, because a test's keys may be late on a busy machine.
    await page.evaluate("(code) => { document.getElementById('code').value = code; }", ticket.code)
    await page.evaluate(
        "() => { const input = document.getElementById('code');"
        " for (const key of ['X', 'Tab'])"
        " input.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })); }"
    )
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    await expect(page.locator("#code")).to_be_focused()
    assert await count_scans(hub.database) == 1


async def test_the_settings_are_accessible_and_keep_their_time(world: World, open_page: Open) -> None:
    page = await scanner(world, open_page, phone=True)
    await choose(page, "Admit on scan")
    await page.get_by_role("button", name="Settings").click()
    await page.get_by_label("Show green for").fill("4.5")
    await expect(page.get_by_text("4.5 seconds")).to_be_visible()
    await assert_accessible(page)
    await page.reload()
    await page.get_by_role("button", name="Settings").click()
    await expect(page.get_by_label("Show green for")).to_have_value("4.5")
