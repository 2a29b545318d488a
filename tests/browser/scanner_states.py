"""The page states of a scanner that is interrupted in its work, added to the list of all states."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser import keyboards
from tests.browser.hands_and_eyes import later
from tests.browser.keyboards import scan as scan_keys
from tests.browser.staff_states import at_gate, booked, done, scan, scanner_gates, supervisor
from tests.browser.states import Scene, state


@state("door")
async def scanner_blocked(scene: Scene) -> Page:
    """The next visitor's ticket is scanned while a refusal is on the screen of a scanner that admits on scan."""
    page = await at_gate(scene)
    await page.locator("#settings").click()
    await page.locator("#set-continuous").check()
    await page.keyboard.press("Escape")
    await scan(page, (await booked(scene, 13)).code, "RED")
    await later(page)
    await scan_keys(page, (await booked(scene)).code)
    await expect(page.locator("#said[data-loud]")).not_to_be_empty()
    return page


@state("door")
async def scanner_keyboard_language(scene: Scene) -> Page:
    """A code from elsewhere, by a scanner that is set to another keyboard language than its computer."""
    page = await at_gate(scene)
    await scan_keys(page, "MP-2026-ZY", computer=keyboards.GERMAN)
    await expect(page.locator("#code-help button")).to_be_visible()
    return page


@state("door", after="scanner-gates")
async def scanner_scan_in_dialog(scene: Scene) -> Page:
    """A ticket is scanned before the gate is chosen."""
    page = await scanner_gates(scene)
    await scan_keys(page, (await booked(scene)).code)
    await expect(page.locator("#gate-dialog .blocked-scan")).to_be_visible()
    return page


@state("door")
async def scanner_message(scene: Scene) -> Page:
    """A message of the control room."""
    page = await at_gate(scene)
    sue = await supervisor(scene)
    await done(sue, "send_message", text="The side door stays closed until eight. Send everybody to the main entrance.")
    await expect(page.locator(".gate-notice[data-notice^=message]").first).to_be_visible()
    return page


@state("door", after="scanner-message")
async def scanner_rings(scene: Scene) -> Page:
    page = await scanner_message(scene)
    sue = await supervisor(scene)
    await done(sue, "ring", device_id=await page.evaluate("() => localStorage['venue-hub.device']"))
    await expect(page.locator(".gate-notice[data-notice=ring]")).to_be_visible()
    return page


@state("door")
async def scanner_find(scene: Scene) -> Page:
    """A visitor without a code, found by name."""
    page = await at_gate(scene)
    await booked(scene)
    await page.locator("#visitors-on").click()
    await page.locator("#visitors-text").fill("john")
    await expect(page.locator("#visitors-found button").first).to_be_visible()
    return page


@state("door")
async def scanner_box_office(scene: Scene) -> Page:
    """A ticket without a reservation: the places of today, of which one runs, one is later and one is full."""
    page = await at_gate(scene)
    if "box office" not in scene.slots:
        scene.slots["box office"] = await scene.world.slot(start="11:40", end="13:40", capacity=35, booked=1)
        await scene.world.slot(start="13:40", end="15:40", capacity=1, booked=1)
        await scene.world.slot(start="15:40", end="17:40", capacity=80)
    ticket = await scene.world.ticket(customer_name="John Doe", customer_email="john@example.com")
    await scan(page, ticket.code, "RED")
    await page.locator("#office-on").click()
    await expect(page.locator(".office-slot").first).to_be_visible()
    return page


@state("door", after="scanner-box-office")
async def scanner_box_office_ticket(scene: Scene) -> Page:
    """The code of the visitor's ticket, to be photographed from the screen."""
    page = await scanner_box_office(scene)
    await page.locator("#office-show").click()
    await expect(page.locator("#office-picture")).to_be_visible()
    return page
