"""The scanner at an exit: it looks and sounds different from an entrance, and its exits show at once."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open, key_in, later
from tests.browser.offline_scanner import (
    conflicts,
    decided,
    gone,
    kept_anew,
    kept_since,
    ready_for_anything,
    said_by_hub,
    start_again,
    synced,
    ticket_event,
)
from tests.browser.offline_scanner import scanner as offline_scanner
from tests.browser.test_scan_answers import GREEN, LISTEN, YELLOW, choose, colour, scanner
from tests.support.hub import Hub
from tests.support.movements import read_movement, read_movements
from tests.support.scan_log import count_scans, read_scans
from tests.support.world import TODAY, World

pytestmark = pytest.mark.one_hub

BLUE = "rgb(10, 79, 184)"


async def entered(world: World, count: int = 1) -> list[str]:
    gate = await world.hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    tickets = await world.fill(await world.slot(), count)
    for ticket in tickets:
        await gate.verify(ticket.code)
    return [ticket.code for ticket in tickets]


async def at_exit(page: Page) -> None:
    await page.get_by_role("button", name="Exit", exact=True).click()
    await expect(page.get_by_role("heading", name="Ready to scan exits")).to_be_visible()


async def heard(page: Page) -> str:
    await page.wait_for_function("() => window.heard.length && window.felt.length")
    return str(await page.evaluate("() => JSON.stringify([window.heard.splice(0), window.felt.splice(0)])"))


async def test_an_exit_has_a_colour_a_word_and_a_tone_of_its_own(hub: Hub, world: World, open_page: Open) -> None:
    (code,) = await entered(world)
    newcomer = (await world.fill(await world.slot(start="15:00", end="16:00"), 1))[0]
    page = await scanner(world, open_page, phone=True)
    at_entry = await colour(page)
    await page.evaluate(LISTEN)
    await at_exit(page)
    assert await colour(page) != at_entry, "at rest already"
    await expect(page.locator("#way-sign")).to_be_visible()
    tones = []
    for wanted, word, ground in (
        (code, "EXIT RECORDED", BLUE),
        (code, "ALREADY LEFT", YELLOW),
        (newcomer.code, "NOT INSIDE", YELLOW),
    ):
        await later(page)  # the same code within three seconds is one scan
        await key_in(page, wanted)
        await expect(page.get_by_role("heading", name=word)).to_be_visible()
        assert await colour(page) == ground != GREEN
        await expect(page.locator("#way-sign")).to_be_visible()
        await expect(page.get_by_role("button", name="Mark as Verified")).to_be_hidden()
        await expect(page.get_by_role("button", name="Ask a supervisor")).to_be_hidden()
        await assert_accessible(page)
        tones.append(await heard(page))
    board = await hub.socket(await world.staff("MANAGER"))  # not before: a socket that answers no ping is closed
    counted = (await board.command("subscribe", topic="counts", date=str(TODAY)))["data"]
    assert (counted["verified"], counted["inside"], counted["exited"]) == (1, 0, 1)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Entry", exact=True).click()
    # In mid-shift a change is confirmed.
    await page.get_by_role("button", name="Record entries").click()
    await expect(page.locator("#way-sign")).to_be_hidden()
    await key_in(page, newcomer.code)
    await expect(page.get_by_role("heading", name="VALID TICKET")).to_be_visible()
    assert await colour(page) == GREEN
    tones.append(await heard(page))
    assert len(set(tones)) == 3, "an exit, a yellow and an entry: no two alike"
    assert tones[1] == tones[2]


async def test_the_gate_keeps_its_way_over_a_reload_until_somebody_signs_out(world: World, open_page: Open) -> None:
    page = await scanner(world, open_page)
    await at_exit(page)
    await page.reload()
    await expect(page.get_by_role("heading", name="Ready to scan exits")).to_be_visible()
    await expect(page.get_by_role("button", name="Exit", exact=True)).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/operator/login")
    assert '"way":"entry"' in await page.evaluate("() => localStorage.getItem('venue-hub.scanner')")


async def test_in_continuous_mode_exits_go_by_themselves_and_bad_ones_stay(world: World, open_page: Open) -> None:
    first, second = await entered(world, 2)
    page = await scanner(world, open_page, clock=True)
    await choose(page, "Admit on scan")
    await at_exit(page)
    for code in (first, second):
        await key_in(page, code)
        await expect(page.get_by_role("heading", name="EXIT RECORDED")).to_be_visible()
        await page.clock.fast_forward(2_000)
        await expect(page.get_by_role("heading", name="Ready to scan exits")).to_be_visible()
    await key_in(page, first)
    await expect(page.get_by_role("heading", name="ALREADY LEFT")).to_be_visible()
    await page.clock.fast_forward(2_600)
    await expect(page.get_by_role("heading", name="ALREADY LEFT")).to_be_visible()


async def test_whoever_left_comes_back_with_one_thumb(hub: Hub, world: World, open_page: Open) -> None:
    await world.policy(re_entry="allow")
    (code,) = await entered(world)
    page = await scanner(world, open_page, phone=True)
    await at_exit(page)
    await key_in(page, code)
    await expect(page.get_by_role("heading", name="EXIT RECORDED")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Entry", exact=True).click()
    # In mid-shift a change is confirmed.
    await page.get_by_role("button", name="Record entries").click()
    await key_in(page, code)
    await expect(page.get_by_role("heading", name="MAY COME BACK IN")).to_be_visible()
    await expect(page.locator("#verdict-detail")).to_contain_text("Left at 12:0")
    frames = await said_by_hub(page)
    await page.get_by_role("button", name="Let back in").tap()
    await expect(page.get_by_role("heading", name="RE-ENTRY RECORDED")).to_be_visible()
    await ticket_event(frames, code, "returned")
    assert await page.evaluate("() => document.body.dataset.stale") is None, "its own return is no news"
    assert await count_scans(hub.database, reason="RE_ENTRY") == 1


async def test_an_own_exit_is_undone_with_a_reason(hub: Hub, world: World, open_page: Open) -> None:
    (code,) = await entered(world)
    page = await scanner(world, open_page)
    await at_exit(page)
    await key_in(page, code)
    await expect(page.get_by_role("heading", name="EXIT RECORDED")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Undo", exact=True).click()
    dialog = page.locator("#undo-dialog")
    await expect(dialog.get_by_role("heading", name="Undo this exit?")).to_be_visible()
    await expect(dialog).to_contain_text("counts as inside again")
    await assert_accessible(page)
    await dialog.get_by_label("Reason").fill("wrong ticket")
    await dialog.get_by_role("button", name="Undo exit").click()
    await expect(page.locator("#scans")).to_contain_text("left, undone")
    await expect(page.locator("#scans")).to_contain_text("exit undone")
    assert (await read_movement(hub.database))["exited"] == 0


async def test_an_answer_grows_old_when_the_holder_leaves_elsewhere(world: World, open_page: Open) -> None:
    (code,) = await entered(world)
    page = await scanner(world, open_page)
    await key_in(page, code)
    await expect(page.get_by_role("heading", name="ALREADY VERIFIED")).to_be_visible()
    elsewhere = await world.hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    await elsewhere.leave(code)
    await expect(page.locator("#stale")).to_contain_text("Somebody has just left with this ticket.")
    await page.get_by_role("button", name="Check again").click()
    await expect(page.locator("#verdict-detail")).to_contain_text("no re-entry")


async def turn(page: Page, way: str) -> None:
    await ready_for_anything(page)
    await page.get_by_role("button", name=way, exact=True).click()
    if await page.locator("#way-dialog[open]").count():
        await page.locator("#way-turn").click()


async def movements(hub: Hub) -> tuple[int, int]:
    days = await read_movements(hub.database)
    return sum(day["exited"] for day in days), sum(day["reentered"] for day in days)


async def test_without_a_link_people_come_and_go_all_the_same(hub: Hub, world: World, open_page: Open) -> None:
    await world.policy(re_entry="allow")
    first, second, gone_before = await entered(world, 3)
    newcomer = (await world.fill(await world.slot(start="15:00", end="16:00"), 1))[0]
    elsewhere = await world.hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    await elsewhere.leave(gone_before)
    page = await offline_scanner(world, open_page, phone=True)
    await hub.close()
    await gone(page)
    await decided(page, gone_before, "MAY COME BACK IN")
    await turn(page, "Exit")
    await decided(page, first, "EXIT RECORDED")
    await expect(page.locator("#verdict-detail")).to_contain_text("Inside since 12:0")
    assert await colour(page) == BLUE
    await assert_accessible(page, "an exit, without a link")
    await decided(page, second, "EXIT RECORDED")
    await decided(page, gone_before, "ALREADY LEFT")
    kept = await kept_since(page)
    await decided(page, newcomer.code, "EXIT NOTED")
    await decided(page, first, "ALREADY LEFT")
    # The device's own exit is stored there, and is known after a reload.
    await kept_anew(page, kept)
    await page.reload()
    await gone(page)
    await expect(page.locator("#way-sign")).to_be_visible()
    await decided(page, second, "ALREADY LEFT")
    await turn(page, "Entry")
    await decided(page, first, "MAY COME BACK IN")
    await page.get_by_role("button", name="Let back in").click()
    await expect(page.get_by_role("heading", name="RE-ENTRY RECORDED")).to_be_visible()
    await ready_for_anything(page)
    await decided(page, first, "ALREADY VERIFIED")
    await turn(page, "Exit")
    await start_again(hub)
    await synced(page)
    assert await movements(hub) == (3, 1)
    rows = await read_scans(hub.database, "code", "mode", "reason", source="sync", order_by="scanned_at")
    assert [tuple(row) for row in rows if row["mode"] == "exit" or row["reason"] == "RE_ENTRY"] == [
        (first, "exit", "EXIT_RECORDED"), (second, "exit", "EXIT_RECORDED"), (gone_before, "exit", "ALREADY_LEFT"),
        (newcomer.code, "exit", "NOT_INSIDE"), (first, "exit", "ALREADY_LEFT"), (second, "exit", "ALREADY_LEFT"),
        (first, "verify", "RE_ENTRY"),
    ]  # fmt: skip
    assert await conflicts(hub) == []
    await decided_live(page, first, "EXIT RECORDED")
    assert await movements(hub) == (4, 1)


async def decided_live(page: Page, code: str, word: str) -> None:
    await key_in(page, code)
    await expect(page.get_by_role("heading", name=word)).to_be_visible()
    await expect(page.get_by_text("PROVISIONAL")).to_be_hidden()


async def test_where_nobody_may_come_back_the_scanner_without_a_link_says_so_too(
    hub: Hub, world: World, open_page: Open
) -> None:
    here, elsewhere = await entered(world, 2)
    page = await offline_scanner(world, open_page)
    frames = await said_by_hub(page)
    gate_b = await world.hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    await at_exit(page)
    await decided_live(page, here, "EXIT RECORDED")
    await gate_b.leave(elsewhere)
    await ticket_event(frames, elsewhere)
    await hub.close()
    await gone(page)
    await turn(page, "Entry")
    for code, where in ((here, ", gate Gate A"), (elsewhere, "")):
        await decided(page, code, "ALREADY VERIFIED")
        await expect(page.locator("#verdict-detail")).to_contain_text("Left at 12:0")
        await expect(page.locator("#verdict-detail")).to_contain_text(f"{where}; no re-entry")
        assert await page.get_by_role("button", name="Mark as Verified").is_hidden()
    await start_again(hub)
    await synced(page)
    assert await movements(hub) == (2, 0)
