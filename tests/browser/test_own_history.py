"""The operator's own scans on the scanner: listed, undone with a reason within 15 minutes, all kept in the log."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.looks import assert_nothing_sticks_out
from tests.support.hub import Hub
from tests.support.scan_log import count_scans, read_scans
from tests.support.world import World

pytestmark = pytest.mark.one_hub


async def admitted(hub: Hub, world: World, count: int) -> tuple[str, list[str]]:
    """Let in `count` visitors, one a second. Return the session and the codes, oldest first."""
    token = await world.staff()
    gate = await hub.socket(token, gate="Gate A")
    codes = [ticket.code for ticket in await world.fill(await world.slot(), count)]
    for code in codes:
        assert (await gate.verify(code, str(uuid4())))["reason"] == "VERIFIED"
        hub.clock.advance(1)
    await gate.close()
    return token, codes


async def scanner(open_page: Open, token: str, **how: bool) -> Page:
    page = await open_page("/operator/scan", token=token, gate="Gate A", **how)
    await expect(page.locator("#link-state")).to_have_text("Live")
    return page


async def test_an_entry_of_a_while_ago_is_found_and_undone_with_a_reason(
    hub: Hub, world: World, open_page: Open
) -> None:
    token, codes = await admitted(hub, world, 75)
    page = await scanner(open_page, token, phone=True)
    rows = page.locator("#scans li")
    await expect(rows).to_have_count(12)
    await page.get_by_role("button", name="Earlier scans").click()
    await expect(rows).to_have_count(62)
    await page.get_by_role("button", name="Earlier scans").click()
    await expect(rows).to_have_count(75)
    await expect(page.get_by_role("button", name="Earlier scans")).to_be_hidden()
    oldest = rows.last
    await expect(oldest).to_contain_text(codes[0])
    await oldest.get_by_role("button", name="Undo").click()
    await expect(page.locator("#undo-code")).to_have_text(codes[0])
    # An undo needs a reason.
    await page.get_by_role("button", name="Undo entry").click()
    await expect(page.locator("#undo-reason:invalid")).to_be_focused()
    await assert_accessible(page, "undoing an entry")
    await page.locator("#undo-reason").fill("wrong group")
    await page.get_by_role("button", name="Undo entry").click()
    await expect(rows.first).to_contain_text("entry undone")
    await expect(rows.first).to_contain_text("“wrong group”")
    kept = await read_scans(hub.database, "mode", "entered", code=codes[0], order_by="logged_at")
    assert [tuple(row) for row in kept] == [("verify", True), ("undo", False)]
    await assert_nothing_sticks_out(page)


async def test_after_a_quarter_of_an_hour_only_a_manager_can_undo(hub: Hub, world: World, open_page: Open) -> None:
    token, _ = await admitted(hub, world, 1)
    page = await scanner(open_page, token)
    await page.get_by_role("button", name="Undo", exact=True).click()
    # The page was left open, so its button is older than the hub's limit.
    hub.clock.advance(15 * 60)
    await page.locator("#undo-reason").fill("too late")
    await page.get_by_role("button", name="Undo entry").click()
    await expect(page.locator("#undo-answer")).to_contain_text("ask a manager")
    assert await count_scans(hub.database, mode="undo") == 0
    await page.reload()
    await expect(page.locator("#scans li")).to_have_count(1)
    await expect(page.get_by_role("button", name="Undo", exact=True)).to_have_count(0)


async def test_nobody_sees_or_undoes_another_operators_scans(hub: Hub, world: World, open_page: Open) -> None:
    await admitted(hub, world, 2)
    page = await scanner(open_page, await world.staff(name="Tom Brown"))
    await expect(page.get_by_text("Nothing scanned yet.")).to_be_visible()
