"""Conflict notices: an operator is notified of a wrong admission at any scanner, and of the manager's decision."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.offline_scanner import admit, gone, said, said_by_hub, scanner, synced
from tests.support.hub import Hub
from tests.support.offline_queue import queued, sync
from tests.support.world import Ticket, World

pytestmark = pytest.mark.one_hub

CARD = '.gate-notice[data-notice^="conflict-"]'


NOTICE = '"kind":"conflicts"'


async def conflict_elsewhere(hub: Hub, page: Page, token: str, ticket: Ticket) -> dict[str, Any]:
    """Sync another scanner's queue of the same operator, and wait until the page has the notice.

    The clock is advanced past the time in which the page's own answer could bring the same conflict.
    """
    frames = await said_by_hub(page)
    [result] = await sync(await hub.socket(token, gate="B"), queued(ticket.code, -15))
    await said(frames, NOTICE, ticket.code)
    await page.clock.fast_forward(3_000)
    return result


async def test_an_operator_is_notified_once_of_the_conflict_and_of_the_decision(
    hub: Hub, world: World, open_page: Open
) -> None:
    token = await world.staff(name="Tom Brown")
    ticket, another = await world.fill(await world.slot(), 2)
    gate_a = await hub.socket(await world.staff())
    await sync(gate_a, *(queued(used.code, -20) for used in (ticket, another)))
    page = await open_page("/operator/scan", token=token, gate="Gate A", phone=True, clock=True)
    await expect(page.locator("#link-state")).to_have_text("Live")
    card = page.locator(CARD)
    result = await conflict_elsewhere(hub, page, token, ticket)
    await expect(card).to_contain_text("1 of your entries needs review.")
    await expect(card).to_contain_text(f"Ticket used twice: {ticket.code}, 11:45")
    decided = {"decision": "leaves", "note": "no second visit"}
    chief = await world.staff("MANAGER", name="Ann Lee")
    await hub.post(f"/api/operator/conflicts/{result['conflict_id']}/decision", decided, token=chief)
    await expect(card).to_contain_text("Ann Lee has decided: Asked to leave")
    await expect(card).to_contain_text("no second visit")
    await expect(card).to_have_count(1)  # it replaces the card before
    await assert_accessible(page, "a decision told at the scanner")
    # An unread notice comes again after a reload. A read one does not.
    await page.reload()
    await expect(card).to_contain_text("Ann Lee has decided: Asked to leave")
    await expect(card).to_have_count(1)
    await page.get_by_role("button", name="Got it").click()
    await page.reload()
    await expect(page.locator("#link-state")).to_have_text("Live")
    # A later notice is shown, without the earlier ones.
    await conflict_elsewhere(hub, page, token, another)
    await expect(card).to_contain_text(another.code)
    await expect(card).to_have_count(1)


async def test_a_scanner_that_shows_its_own_conflict_shows_no_notice_of_it(
    hub: Hub, world: World, open_page: Open
) -> None:
    ticket, another = await world.fill(await world.slot(), 2)
    token = await world.staff(name="Tom Brown")
    page = await scanner(world, open_page, phone=True, token=token)
    await page.context.set_offline(True)
    await hub.stop_listening()
    # A doubtful link is proved or given up within two seconds.
    await page.clock.fast_forward(2_000)
    await gone(page)
    await admit(page, ticket.code)
    await hub.listen()
    gate_b = await hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    for used in (ticket, another):
        await gate_b.verify(used.code)
    frames = await said_by_hub(page)
    await page.context.set_offline(False)
    await synced(page)
    await expect(page.locator("#conflict-note")).to_contain_text("1 of your entries needs review.")
    await said(frames, NOTICE, ticket.code)
    await conflict_elsewhere(hub, page, token, another)
    card = page.locator(CARD)
    await expect(card).to_contain_text(another.code)
    await expect(card).to_have_count(1)
    await page.locator("#conflict-note").get_by_role("button", name="Review").click()
    await expect(page.locator("#conflicts")).to_contain_text("Ticket used twice")
