"""The page states of set-up: overview, card for the gates, a venue that somebody else has changed, organisations."""

from __future__ import annotations

from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.venues.venue_records import VenueChange, change_venue_record
from tests.browser.states import Scene, state
from tests.support.venues import add_gates


async def administration(scene: Scene, path: str, role: str = "ADMIN") -> Page:
    page = await scene.open(path, token=await scene.world.staff(role))
    await expect(page.locator(".admin")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def overview(scene: Scene) -> Page:
    return await administration(scene, "/admin")


@state("organiser", reloads=True)
async def card_for_the_gates(scene: Scene) -> Page:
    return await administration(scene, "/admin/card")


@state("organiser")
async def venue_changed_by_somebody_else(scene: Scene) -> Page:
    world = scene.world
    if scene.once("gates"):
        await add_gates(world, "East", "West")
    page = await administration(scene, f"/admin/venues/{world.venue_id}")
    await change_venue_record(scene.hub.services, Actor(world.org_id), world.venue_id, VenueChange(address="Via Po 2"))
    await page.locator("#address").fill("Via Roma 1")
    await page.locator("form:has(#address) button").click()
    await expect(page.locator(".advice")).to_be_visible()
    return page


@state("organiser")
async def organisations(scene: Scene) -> Page:
    page = await administration(scene, "/admin/organisations", "OWNER")
    await page.locator("summary").first.click()
    return page
