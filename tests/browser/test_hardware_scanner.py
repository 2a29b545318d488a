"""The hardware scanner at the scanner page: without Enter, in any keyboard's language, and never into a dialog's field."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product

import pytest
from playwright.async_api import Page, expect

from hub.rules.ticket_code import check, new_booking_code, new_code, new_guest_code
from tests.browser import keyboards
from tests.browser.hands_and_eyes import Open
from tests.browser.keyboards import PERSON_MS, scan
from tests.support.hub import Hub
from tests.support.scan_log import count_scans
from tests.support.world import World

pytestmark = pytest.mark.one_hub
Maker = Callable[[Callable[[int], int]], str]
FINISH_FIRST = "A ticket was scanned. Finish this first, then scan the ticket again."


async def scanner(world: World, open_page: Open, **how: object) -> Page:
    """Open a scanner in a tab of its own: keys, focus and input methods are the subject here, so none may be left from before."""
    page = await open_page("/operator/scan", token=await world.staff(), unseen=True, **({"gate": "Gate A"} | how))
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def at_rest(page: Page) -> None:
    """Close the answer, so that the next code finds the page as the first did."""
    await page.keyboard.press("Escape")
    await expect(page.locator("#verdict")).to_be_hidden()
    await expect(page.locator("#code")).to_have_value("")


async def check_first(page: Page) -> None:
    """Answer the second question of a new device."""
    await page.get_by_role("button", name="Check first").click()


async def valid(page: Page, code: str) -> None:
    await expect(page.locator("#verdict-word")).to_have_text("VALID TICKET")
    await expect(page.locator("#verdict")).to_contain_text(code)


def new_ticket_code(choose: Callable[[int], int]) -> str:
    return new_code(2026, choose)


def code_with(*letters: str, seed: int = 9, make: Maker = new_ticket_code) -> str:
    """Return a code that has these letters, which stand elsewhere on other keyboards."""
    dice = random.Random(seed)
    while True:
        code = make(dice.randrange)
        if set(letters) <= set(code[4:]):
            return code


async def test_a_scanner_without_enter_needs_none(hub: Hub, world: World, open_page: Open) -> None:
    """A code from elsewhere is presented after a longer pause, because nothing shows that it is whole."""
    slot = await world.slot()
    tickets = [
        await world.reserved(slot),
        await world.reserved(slot),
        await world.reserved(slot, code="DT-2026-XYZ-02"),
    ]
    page = await scanner(world, open_page)
    for ticket in tickets:
        await scan(page, ticket.code, end=None)
        await valid(page, ticket.code)
        await expect(page.locator("#code")).to_have_value("")
    assert await count_scans(hub.database) == 3


async def test_a_link_that_stalls_in_the_middle_of_a_code_does_not_cut_it_in_two(
    hub: Hub, world: World, open_page: Open
) -> None:
    slot = await world.slot()
    tickets = [await world.reserved(slot), await world.reserved(slot, code="DT-77-4711")]
    page = await scanner(world, open_page)
    for ticket in tickets:
        await scan(page, ticket.code, stall_ms=300)
        await valid(page, ticket.code)
    assert await count_scans(hub.database) == 2


async def test_every_suffix_ends_a_code_once(hub: Hub, world: World, open_page: Open) -> None:
    slot = await world.slot()
    page = await scanner(world, open_page)
    for count, end in enumerate(("Enter", "Tab", "NumpadEnter", "F8"), 1):
        ticket = await world.reserved(slot)
        await scan(page, f"~{ticket.code}.", end=end)
        await valid(page, ticket.code)
        await expect(page.locator("#code")).to_be_focused()
        assert await count_scans(hub.database) == count, end
        await at_rest(page)


async def test_what_a_person_types_waits_for_enter(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page)
    await scan(page, ticket.code, end=None, ms=PERSON_MS)
    await page.wait_for_timeout(700)
    await expect(page.locator("#code")).to_have_value(ticket.code)
    assert await count_scans(hub.database) == 0
    await page.keyboard.press("Enter")
    await valid(page, ticket.code)


COMPUTERS = [
    keyboards.GERMAN, keyboards.FRENCH, keyboards.ITALIAN, keyboards.CZECH, keyboards.RUSSIAN, keyboards.CHINESE_INPUT,
]  # fmt: skip


async def test_an_american_scanner_is_read_at_a_computer_of_any_language(world: World, open_page: Open) -> None:
    slot = await world.slot()
    page = await scanner(world, open_page)
    for seed, (computer, end) in enumerate(product(COMPUTERS, ("Enter", None))):
        ticket = await world.reserved(slot, code=code_with("Y", "Z", "A", "W", "M", seed=seed))
        await scan(page, ticket.code, computer=computer, end=end)
        await valid(page, ticket.code)
        await expect(page.locator("#code")).to_have_value("")


async def test_a_scanner_of_any_language_is_read_at_an_american_computer(world: World, open_page: Open) -> None:
    slot = await world.slot()
    page = await scanner(world, open_page)
    for seed, set_to in enumerate((keyboards.GERMAN, keyboards.FRENCH, keyboards.ITALIAN, keyboards.CZECH)):
        ticket = await world.reserved(slot, code=code_with("Y", "Z", "A", "W", "M", seed=seed))
        await scan(page, ticket.code, scanner=set_to)
        await valid(page, ticket.code)


async def test_a_wrong_code_with_its_dashes_is_never_read_as_somebody_elses(world: World, open_page: Open) -> None:
    """With Y and Z exchanged, as on a German keyboard, it is right. The dashes show that the keyboards agree."""
    page = await scanner(world, open_page)
    for make in (new_ticket_code, new_booking_code, new_guest_code):
        right = code_with("Y", "Z", make=make)
        wrong = right.translate(str.maketrans("YZ", "ZY"))
        assert not check(wrong)
        assert check(right)
        await scan(page, wrong)
        await expect(page.locator("#verdict-word")).to_have_text("INVALID TICKET")
        await expect(page.locator("#code-help")).to_contain_text("This code was mistyped")
        await at_rest(page)


async def test_where_nothing_proves_the_code_the_keyboards_language_is_named(world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot(), code="MP-2026-ZY")
    page = await scanner(world, open_page)
    await scan(page, ticket.code, computer=keyboards.GERMAN)
    await expect(page.locator("#verdict-word")).to_have_text("INVALID TICKET")
    await expect(page.locator("#code-help")).to_contain_text("another keyboard language than this device")
    await page.get_by_role("button", name=f"Use {ticket.code}").click()
    await valid(page, ticket.code)


async def test_nothing_scanned_becomes_a_gates_name(hub: Hub, world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page, gate=None)
    field = page.get_by_role("textbox", name="Name of the gate")
    await field.fill("Sout")
    for code, end in ((ticket.code, "Enter"), (ticket.code, None), ("DT-1", "Enter"), (f"]Q1{ticket.code}", "Tab")):
        await scan(page, code, end=end)
        await expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text(FINISH_FIRST)
        await expect(field).to_have_value("Sout")
        await expect(field).to_be_focused()
    assert await page.evaluate("localStorage.getItem('venue-hub.gate')") is None
    await scan(page, "h", end=None, ms=PERSON_MS)
    await page.keyboard.press("Enter")
    await expect(page.locator("#gate-name")).to_have_text("South")
    assert await count_scans(hub.database) == 0
    await check_first(page)
    await scan(page, ticket.code)
    await valid(page, ticket.code)


async def test_a_person_types_a_gates_name_fast(world: World, open_page: Open) -> None:
    page = await scanner(world, open_page, gate=None)
    await scan(page, "South door", ms=60)
    await expect(page.locator("#gate-name")).to_have_text("South door")


async def test_a_scan_over_any_dialog_changes_nothing_in_it(hub: Hub, world: World, open_page: Open) -> None:
    slot = await world.slot()
    ticket, inside = await world.reserved(slot), await world.reserved(slot)
    page = await scanner(world, open_page)
    await page.get_by_role("button", name="Settings").click()
    before = await page.evaluate("JSON.stringify({ ...localStorage, 'venue-hub.clock': '' })")
    await scan(page, ticket.code)
    await expect(page.get_by_role("alert").filter(has_text=FINISH_FIRST)).to_be_visible()
    assert await page.evaluate("JSON.stringify({ ...localStorage, 'venue-hub.clock': '' })") == before
    await page.get_by_role("button", name="Done").click()
    await expect(page.get_by_text(FINISH_FIRST)).to_have_count(0)
    await scan(page, inside.code)
    await valid(page, inside.code)
    await page.get_by_role("button", name="Mark as Verified").click()
    await expect(page.locator("#verdict-word")).to_have_text("ENTRY RECORDED")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Undo").first.click()
    await page.locator("#undo-reason").fill("wrong")
    await scan(page, ticket.code)
    await expect(page.get_by_role("alert").filter(has_text=FINISH_FIRST)).to_be_visible()
    await expect(page.locator("#undo-reason")).to_have_value("wrong")
    await expect(page.get_by_role("dialog", name="Undo this entry?")).to_be_visible()
    assert await count_scans(hub.database, mode="undo") == 0


async def test_text_without_keys_is_a_scan_too(hub: Hub, world: World, open_page: Open) -> None:
    """Android's scanners insert the text as a screen keyboard does."""
    slot = await world.slot()
    first, second = await world.reserved(slot), await world.reserved(slot)
    page = await scanner(world, open_page, gate=None)
    field = page.get_by_role("textbox", name="Name of the gate")
    await page.keyboard.insert_text(first.code)
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text(FINISH_FIRST)
    await expect(field).to_have_value("")
    await field.fill("South")
    await page.wait_for_timeout(700)
    await page.keyboard.press("Enter")
    await expect(page.locator("#gate-name")).to_have_text("South")
    await check_first(page)
    await page.keyboard.insert_text(second.code)
    await valid(page, second.code)
    assert await count_scans(hub.database) == 1


async def test_the_first_scan_after_the_gate_was_chosen_by_touch_counts(world: World, open_page: Open) -> None:
    ticket = await world.reserved(await world.slot())
    page = await scanner(world, open_page, gate=None, phone=True)
    await page.get_by_role("textbox", name="Name of the gate").tap()
    await page.get_by_role("textbox", name="Name of the gate").fill("South")
    await page.get_by_role("button", name="Use this gate").tap()
    await page.get_by_role("button", name="Check first").tap()
    await scan(page, ticket.code)
    await valid(page, ticket.code)
