"""Conflict notices: an operator is notified of a wrong admission at any scanner, and of the manager's decision."""

from __future__ import annotations

from playwright.async_api import expect

from tests.browser.axe import assert_accessible
from tests.browser.hands_and_eyes import Open
from tests.browser.offline_scanner import admit, gone, scanner, start_again, synced
from tests.support.hub import Hub
from tests.support.offline_queue import queued, sync
from tests.support.world import World

CARD = '.gate-notice[data-notice^="conflict-"]'


async def test_an_operator_is_told_of_the_conflict_and_of_the_decision_once(
    hub: Hub, world: World, open_page: Open
) -> None:
    token = await world.staff(name="Tom Brown")
    (ticket,) = await world.fill(await world.slot(), 1)
    await sync(await hub.socket(await world.staff()), queued(ticket.code, -20))
    page = await open_page("/operator/scan", token=token, gate="Gate A", phone=True)
    await expect(page.locator("#link-state")).to_have_text("Live")
    # Another scanner of the same operator sends its queue.
    [result] = await sync(await hub.socket(token, gate="B"), queued(ticket.code, -15))
    card = page.locator(CARD)
    await expect(card).to_contain_text("One of your entries was not right.")
    await expect(card).to_contain_text(f"Ticket used twice: {ticket.code}, 11:45")
    decided = {"decision": "leaves", "note": "no second visit"}
    chief = await world.staff("MANAGER", name="Ann Lee")
    await hub.post(f"/api/operator/conflicts/{result['conflict_id']}/decision", decided, token=chief)
    await expect(card).to_contain_text("Ann Lee has decided: Asked to leave")
    await expect(card).to_contain_text("no second visit")
    await expect(card).to_have_count(1)  # in the place of the one before
    await assert_accessible(page, "a decision told at the scanner")
    # What was not read comes again; what was, does not.
    await page.reload()
    await expect(card).to_contain_text("Ann Lee has decided: Asked to leave")
    await expect(card).to_have_count(1)
    await page.get_by_role("button", name="Understood").click()
    await page.reload()
    await expect(page.locator("#link-state")).to_have_text("Live")
    await page.wait_for_timeout(3_500)  # longer than a card waits for the answer that may bring the same
    await expect(card).to_have_count(0)


async def test_the_scanner_that_shows_its_own_conflict_does_not_tell_of_it_twice(
    hub: Hub, world: World, open_page: Open
) -> None:
    (ticket,) = await world.fill(await world.slot(), 1)
    page = await scanner(world, open_page, phone=True)
    await page.context.set_offline(True)
    await hub.close()
    await gone(page)
    await admit(page, ticket.code)
    await start_again(hub)
    gate_b = await hub.socket(await world.staff(name="John Doe"), gate="Gate B")
    await gate_b.verify(ticket.code)
    await page.context.set_offline(False)
    await synced(page)
    await expect(page.locator("#conflict-note")).to_contain_text("One of your entries was not right.")
    await page.wait_for_timeout(3_500)
    await expect(page.locator(CARD)).to_have_count(0)
    await page.locator("#conflict-note").get_by_role("button", name="Show").click()
    await expect(page.locator("#conflicts")).to_contain_text("Ticket used twice")
