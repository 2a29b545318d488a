"""The page states of an offline scanner, added to the list of all states."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.browser.hands_and_eyes import turn_to_entry, turn_to_exit
from tests.browser.offline_scanner import WAITING, reload_with_list, until
from tests.browser.staff_states import at_gate
from tests.browser.states import Scene, state

# The page's sockets can be cut and allowed again. Meanwhile every new socket fails.
CUTTING = """
  window.lines = [];
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(url) { super(window.isCut ? url.replace('/ws', '/nowhere') : url); window.lines.push(this); }
  };
  window.cutLine = (cut) => { window.isCut = cut; for (const line of window.lines.splice(0)) line.close(); };
"""


async def cut_off(scene: Scene) -> Page:
    """Open an offline scanner without an answer. On its list is a visitor who is inside.

    After one of these states the page is offline already, and shows one.
    """
    if page := scene.goes_on("offline-already-in", "offline-red", "offline-ready", "offline-exit"):
        await page.keyboard.press("Escape")
        await expect(page.locator("body")).not_to_have_attribute("data-verdict", re.compile("."))
        await turn_to_entry(page)
        return page
    scene.inside = (await scene.used())[1].code
    page = await at_gate(scene, works_offline=True)
    await page.context.add_init_script(CUTTING)
    await reload_with_list(page)
    # The sockets are cut first: an open socket while Chromium emulates being offline keeps a processor busy.
    await page.evaluate("() => window.cutLine(true)")
    await expect(page.locator("#link-state")).not_to_have_attribute("data-state", "live")
    await page.context.set_offline(True)
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "offline")
    return page


async def scanned_alone(scene: Scene, code: str, colour: str) -> Page:
    return await decided_alone(await cut_off(scene), code, colour)


async def decided_alone(page: Page, code: str, colour: str) -> Page:
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")
    await expect(page.locator("body")).to_have_attribute("data-verdict", colour)
    await expect(page.locator("#provisional")).to_be_visible()
    return page


@state("offline", after="offline-entry")
async def offline_ready(scene: Scene) -> Page:
    """An offline scanner with two scans to send."""
    page = await offline_entry(scene)
    await page.keyboard.press("Escape")
    # No code of another state: a code that is scanned again soon counts once.
    await page.keyboard.type("SECOND-UNKNOWN")
    await page.keyboard.press("Enter")
    await expect(page.locator("body")).to_have_attribute("data-verdict", "YELLOW")
    await page.keyboard.press("Escape")
    await expect(page.locator("#queue-state")).to_contain_text("2")
    return page


@state("offline")
async def offline_green(scene: Scene) -> Page:
    _, (one,) = await scene.visit("today")
    return await scanned_alone(scene, one.code, "GREEN")


@state("offline", after="offline-green")
async def offline_entry(scene: Scene) -> Page:
    page = await offline_green(scene)
    await page.locator("#verify").click()
    await expect(page.locator("body")).to_have_attribute("data-reason", "VERIFIED")
    return page


@state("offline", after="offline-exit")
async def offline_already_in(scene: Scene) -> Page:
    page = await cut_off(scene)
    return await decided_alone(page, scene.inside, "YELLOW")


@state("offline", after="offline-already-in")
async def offline_red(scene: Scene) -> Page:
    return await scanned_alone(scene, scene.missed.code, "RED")


@state("offline", after="offline-red")
async def offline_not_listed(scene: Scene) -> Page:
    return await scanned_alone(scene, "NOBODY-KNOWS-IT", "YELLOW")


@state("offline", after="offline-not-listed")
async def offline_on_my_word(scene: Scene) -> Page:
    page = await offline_not_listed(scene)
    await page.locator("#verify").click()
    await expect(page.locator("body")).to_have_attribute("data-reason", "NOTED")
    return page


@state("offline", after="offline-ready")
async def offline_exit(scene: Scene) -> Page:
    page = await cut_off(scene)
    await turn_to_exit(page)
    await page.keyboard.type("LEAVING-UNKNOWN")
    await page.keyboard.press("Enter")
    await expect(page.locator("body")).to_have_attribute("data-reason", "EXIT_NOTED")
    return page


@state("offline", reloads=True, after="offline-on-my-word")
async def back_with_a_conflict(scene: Scene) -> Page:
    page = await offline_on_my_word(scene)
    await page.keyboard.press("Escape")
    await page.evaluate("() => window.cutLine(false)")
    # Only now does the page hear of its network, so that its first try succeeds.
    await page.context.set_offline(False)
    await expect(page.locator("#conflict-note button")).to_be_visible(timeout=30_000)
    return page


@state("offline", after="back-with-a-conflict")
async def conflicts_shown(scene: Scene) -> Page:
    page = await back_with_a_conflict(scene)
    await page.locator("#conflict-note button").click()
    await expect(page.locator("#conflicts li")).to_have_count(1)
    return page


@state("offline", reloads=True)
async def login_with_scans_waiting(scene: Scene) -> Page:
    page = await offline_on_my_word(scene)

    async def kept() -> bool:
        return int(await page.evaluate(WAITING)) == 1

    await until(kept)
    address = scene.hub.url + "/operator/login"
    await page.context.set_offline(False)
    await page.goto(address)
    await expect(page.locator("#waiting-scans")).to_be_visible()
    return page
