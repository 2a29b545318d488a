"""The duplicate alarm on the scanners of both gates: shown once, until somebody dismisses it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.hands_and_eyes import Open, key_in
from tests.support.hub import Hub
from tests.support.world import World

pytestmark = pytest.mark.one_hub

CARD = ".gate-notice"


async def scanner(open_page: Open, world: World, gate: str, name: str) -> Page:
    page = await open_page("/operator/scan", token=await world.staff(name=name), phone=True, gate=gate)
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    return page


async def test_both_gates_show_the_alarm_and_a_dismissed_one_does_not_come_again(
    hub: Hub, world: World, open_page: Open
) -> None:
    (ticket,) = await world.fill(await world.slot(), 1)
    a, b = await scanner(open_page, world, "A", "Jane Smith"), await scanner(open_page, world, "B", "Tom Brown")
    c = await scanner(open_page, world, "C", "Eve Green")
    await key_in(a, ticket.code)
    await a.get_by_role("button", name="Mark as Verified").click()
    await expect(a.locator("body")).to_have_attribute("data-reason", "VERIFIED")
    await key_in(b, ticket.code)
    for page in (a, b):
        card = page.locator(CARD)
        await expect(card).to_contain_text(f"Ticket used at two gates: …{ticket.code[-4:]}")
        await expect(card).to_contain_text("Jane Smith: Admitted")
        await expect(card).to_contain_text("Tom Brown: Already verified")
    await expect(b.locator("body")).to_have_attribute("data-reason", "ALREADY_VERIFIED")
    await expect(c.locator(CARD)).to_have_count(0)
    await b.reload()
    await expect(b.locator(CARD)).to_be_visible()
    await b.get_by_role("button", name="Got it").click()
    await expect(b.locator(CARD)).to_have_count(0)
    await b.reload()
    await expect(b.locator("#link-state")).to_have_attribute("data-state", "live")
    await b.wait_for_timeout(300)
    await expect(b.locator(CARD)).to_have_count(0)


async def test_no_notice_covers_an_answer_and_all_come_back_at_rest(world: World, open_page: Open) -> None:
    one, two = await world.fill(await world.slot(), 2)
    a, b = await scanner(open_page, world, "A", "Jane Smith"), await scanner(open_page, world, "B", "Tom Brown")
    bare = 0.0
    for count, ticket in enumerate((one, two)):
        await key_in(a, ticket.code)
        await a.get_by_role("button", name="Mark as Verified").click()
        await expect(a.locator("body")).to_have_attribute("data-reason", "VERIFIED")
        await key_in(b, ticket.code)
        await expect(b.locator("#notices-count")).to_have_text(("One message", "2 messages")[count])
        await expect(b.locator(CARD).first).to_be_hidden()
        word = await b.get_by_role("heading", name="ALREADY VERIFIED").bounding_box()
        deck = await b.locator(".deck").bounding_box()
        assert word
        assert deck
        assert word["y"] + word["height"] < deck["y"]
        # One message or many: the answer stands where it stood.
        assert count == 0 or abs(word["y"] - bare) < 4
        bare = word["y"]
        line = await b.locator("#notices-count").bounding_box()
        assert line
        assert 44 <= line["height"] <= 48
    # A touch opens them, and the next answer folds them again.
    await b.get_by_role("button", name="2 messages").click()
    await expect(b.locator(CARD)).to_have_count(2)
    await expect(b.locator(CARD).first).to_be_visible()
    await key_in(b, "TKT-2026-NOSUCH-TICKET")
    await expect(b.get_by_role("heading", name="INVALID TICKET")).to_be_visible()
    await expect(b.locator(CARD).first).to_be_hidden()
    await b.keyboard.press("Escape")
    await expect(b.locator(CARD).first).to_be_visible()
    await expect(b.locator("#notices-count")).to_be_hidden()
    # At rest they stand at the foot of the screen, and no number of them covers the code's field.
    field, notes = await b.locator("#code").bounding_box(), await b.locator(".notes").bounding_box()
    assert field
    assert notes
    assert field["y"] + field["height"] <= notes["y"] < 844 - 160
