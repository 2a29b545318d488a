"""The page states of the first set-up: the hub's code, each part, and the check before the venue opens.

No state of this area adds staff, because a hub with staff has no set-up. Each makes a new code, which ends
the one before.
"""

from __future__ import annotations

from playwright.async_api import Page, expect

from hub.actions.setup.setup_code import new_setup_code, plain_code
from tests.browser.states import Scene, state
from tests.support.setup import enter_everything
from web.pages.admin.setup import COOKIE, SETUP


async def at_part(scene: Scene, part: str, *, entered: bool = False) -> Page:
    """Open a part of the set-up as whoever has entered the hub's code, with every part entered or with none."""
    services = scene.hub.services
    code = await enter_everything(services) if entered else await new_setup_code(services)
    assert code is not None
    page = await scene.open(SETUP)
    await page.context.add_cookies(
        [{"name": COOKIE, "value": plain_code(code), "url": scene.hub.url, "httpOnly": True}]
    )
    await page.goto(f"{scene.hub.url}{SETUP}/{part}")
    await expect(page.locator(".setup-steps [aria-current]")).to_be_visible()
    return page


async def refused(page: Page, problem: str) -> Page:
    await page.locator("form button[type=submit]").first.click()
    await expect(page.locator(problem).first).to_be_visible()
    return page


@state("first set-up", reloads=True)
async def setup_code(scene: Scene) -> Page:
    await new_setup_code(scene.hub.services)
    return await scene.open(SETUP)


@state("first set-up", after="setup-code")
async def setup_code_wrong(scene: Scene) -> Page:
    page = await setup_code(scene)
    await page.locator("#code").fill("ABCDE-FGHJK")
    return await refused(page, "#code-wrong")


@state("first set-up", reloads=True)
async def setup_venue(scene: Scene) -> Page:
    return await at_part(scene, "place")


@state("first set-up")
async def setup_venue_wrong(scene: Scene) -> Page:
    page = await at_part(scene, "place")
    await page.locator("#venue").fill("Museo Civico")
    await page.locator("#timezone").fill("Atlantis")
    return await refused(page, "#timezone-wrong")


@state("first set-up")
async def setup_hours_preview(scene: Scene) -> Page:
    page = await at_part(scene, "hours")
    await page.locator("#minutes").fill("30")
    await page.locator("button[name=preview]").click()
    await expect(page.locator(".slot-times li").first).to_be_visible()
    return page


@state("first set-up")
async def setup_hours_wrong(scene: Scene) -> Page:
    page = await at_part(scene, "hours")
    await page.locator("#close-1").fill("")
    return await refused(page, "#wrong-1")


@state("first set-up", reloads=True)
async def setup_gates(scene: Scene) -> Page:
    return await at_part(scene, "gates")


@state("first set-up")
async def setup_people_wrong(scene: Scene) -> Page:
    page = await at_part(scene, "people")
    for field, text in (("name", "Ada Rossi"), ("username", "ada"), ("password", "a long password")):
        await page.locator(f"#{field}").fill(text)
    await page.locator("#password-again").fill("another password")
    return await refused(page, "#password-again-wrong")


@state("first set-up", reloads=True)
async def setup_people_saved(scene: Scene) -> Page:
    return await at_part(scene, "people", entered=True)


@state("first set-up", reloads=True)
async def setup_check(scene: Scene) -> Page:
    return await at_part(scene, "check", entered=True)
