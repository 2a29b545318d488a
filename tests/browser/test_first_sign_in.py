"""The first sign-in on a device: its gate from a list, and how visitors are admitted; a later change in mid-shift."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in, later
from tests.browser.test_scan_answers import LISTEN
from tests.support.hub import Hub
from tests.support.scan_log import count_entries, read_scans
from tests.support.venues import add_gates
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def new_device(world: World, open_page: Open) -> Page:
    page = await open_page("/operator/scan", token=await world.staff(), phone=True)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def device_in_use(world: World, open_page: Open, **how: bool) -> Page:
    page = await open_page("/operator/scan", token=await world.staff(), gate="Gate A", phone=True, **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def test_two_touches_name_the_gate_and_admit_on_scan(hub: Hub, world: World, open_page: Open) -> None:
    await add_gates(world, "Garden", "Main entrance")
    page = await new_device(world, open_page)
    gates = page.locator("#gates button")
    await expect(gates).to_have_text(["Garden", "Main entrance"])
    await expect(page.locator("#gate")).to_be_hidden()
    await assert_accessible(page)
    await gates.first.tap()
    await expect(page.locator("#gate-name")).to_have_text("Garden")
    offered = page.locator("#mode-dialog button")
    await expect(offered.first).to_contain_text("Admit on scan")
    await expect(offered.first).to_contain_text("Recommended")
    await assert_accessible(page)
    await offered.first.tap()
    await expect(page.locator("dialog[open]")).to_have_count(0)
    assert await page.evaluate("() => document.body.hasAttribute('data-continuous')")
    # Asked once on a device.
    await page.reload()
    await expect(page.locator("#link-state")).to_have_text("Live")
    await expect(page.locator("dialog[open]")).to_have_count(0)
    ticket = await world.reserved(await world.slot())
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    (row,) = await read_scans(hub.database, "gate", entered=True)
    assert row["gate"] == "Garden"


async def test_whoever_checks_first_taps_once_and_the_next_visitor_needs_none(
    hub: Hub, world: World, open_page: Open
) -> None:
    page = await new_device(world, open_page)
    # Without a list there is a field.
    await page.locator("#gate").fill("Door")
    await page.get_by_role("button", name="Use this gate").tap()
    await page.get_by_role("button", name="Check first").tap()
    ticket = await world.reserved(await world.slot())
    await key_in(page, ticket.code)
    await expect(page.locator("#not-yet")).to_be_visible()
    assert await count_entries(hub.database) == 0
    await page.get_by_role("button", name="Mark as Verified").tap()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    # The answer goes by itself, and the camera's picture or the field is there again.
    await expect(page.get_by_role("heading", name="Ready to scan")).to_be_visible()
    assert await count_entries(hub.database) == 1


async def test_a_scan_behind_a_refusal_sounds_again_in_large_words(world: World, open_page: Open) -> None:
    page = await device_in_use(world, open_page)
    await page.evaluate(
        "() => localStorage.setItem('venue-hub.scanner', JSON.stringify({ chosen: true, continuous: true }))"
    )
    await page.reload()
    await expect(page.locator("#link-state")).to_have_text("Live")
    await page.evaluate(LISTEN)
    await key_in(page, (await world.ticket()).code)
    await expect(page.get_by_role("heading", name="NO RESERVATION")).to_be_visible()
    await page.wait_for_function("() => window.heard.length")
    first = await page.evaluate("() => window.heard.splice(0)")
    await key_in(page, (await world.reserved(await world.slot())).code)
    said = page.locator("#said")
    await expect(said).to_have_text("Tap to clear this result before the next scan.")
    await page.wait_for_function("() => window.heard.length")
    assert await page.evaluate("() => window.heard") == first
    assert await said.evaluate("(said) => parseFloat(getComputedStyle(said).fontSize)") >= 20
    await expect(page.get_by_role("heading", name="NO RESERVATION")).to_be_visible()


async def test_a_checked_visitor_is_admitted_from_the_last_scans(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await device_in_use(world, open_page)
    await key_in(page, ticket.code)
    await expect(page.locator("#not-yet")).to_be_visible()
    await page.keyboard.press("Escape")
    row = page.locator("#scans li")
    await expect(row).to_contain_text("checked, not admitted")
    await expect(row).to_have_class("checked")
    await row.get_by_role("button", name="Admit").tap()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    assert await count_entries(hub.database) == 1
    await page.keyboard.press("Escape")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("admitted")
    await expect(row.get_by_role("button", name="Admit")).to_have_count(0)


async def test_the_way_is_turned_at_once_before_the_first_scan_and_confirmed_after_it(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket = await world.reserved(await world.slot())
    page = await device_in_use(world, open_page)
    for way, pressed in (("Exit", "exit"), ("Entry", "entry")):
        await page.get_by_role("button", name=way, exact=True).tap()
        await expect(page.locator("body")).to_have_attribute("data-way", pressed)
    await key_in(page, ticket.code)
    await page.get_by_role("button", name="Mark as Verified").tap()
    await expect(page.get_by_role("heading", name="ENTRY RECORDED")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Exit", exact=True).tap()
    await expect(page.get_by_role("heading", name="Switch to exits?")).to_be_visible()
    await assert_accessible(page)
    await page.get_by_role("button", name="Back").tap()
    await expect(page.locator("body")).to_have_attribute("data-way", "entry")
    # A thumb on the wrong half has changed nothing: the next scan is a check.
    await later(page)
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="ALREADY VERIFIED")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Exit", exact=True).tap()
    await page.get_by_role("button", name="Record exits").tap()
    await expect(page.locator("body")).to_have_attribute("data-way", "exit")


@pytest.mark.parametrize(
    ("start", "end", "late", "words"),
    [
        ("17:10", "18:00", 0, "5 h early"), ("12:45", "13:30", 0, "45 min early"), ("12:20", "13:00", 0, ""),
        ("11:00", "12:30", 0, ""), ("10:00", "11:40", 60, "20 min late"),
    ],
)  # fmt: skip
async def test_a_green_answer_says_how_early_or_late_somebody_is(
    world: World, open_page: Open, start: str, end: str, late: int, words: str
) -> None:
    if late:
        await world.policy(late_entry_minutes=late)
    (ticket,) = await world.fill(await world.slot(start=start, end=end), 1)
    page = await device_in_use(world, open_page)
    await key_in(page, ticket.code)
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    await expect(page.locator("#timing")).to_have_text(words)
    await expect(page.locator("#timing")).to_be_visible(visible=bool(words))
