"""The page states of scanners, policies and the audit log."""

from __future__ import annotations

from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.venues.venue_records import VenueChange, change_venue_record
from tests.browser.setup_states import administration
from tests.browser.states import Scene, state
from tests.support.scanners import enrolled


@state("organiser", reloads=True)
async def devices_none(scene: Scene) -> Page:
    return await administration(scene, "/admin/devices?show=ended")


@state("organiser", reloads=True)
async def devices(scene: Scene) -> Page:
    if scene.once("scanner"):
        scene.slots["scanner"] = (await enrolled(scene.world, "7")).scanner.id
    return await administration(scene, "/admin/devices")


@state("organiser")
async def device_with_its_code(scene: Scene) -> Page:
    page = await administration(scene, "/admin/devices/new")
    await page.locator("#name").fill("8")
    await page.locator("main form button[type=submit]").first.click()
    await expect(page.locator(".enrolment-code svg")).to_be_visible()
    await expect(page.locator("[data-wait]")).to_contain_text("15")
    return page


@state("organiser")
async def policies(scene: Scene) -> Page:
    page = await administration(scene, "/admin/policies")
    await page.locator("#late_entry_minutes summary").click()
    return page


@state("organiser", reloads=True)
async def audit_log(scene: Scene) -> Page:
    if scene.once("audited"):
        change = VenueChange(address="Via Po 7")
        await change_venue_record(scene.hub.services, Actor(scene.world.org_id), scene.world.venue_id, change)
    return await administration(scene, "/admin/audit")
