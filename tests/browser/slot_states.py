"""The page states of slots: the month, a day with ticked slots, what closing does to whom, and the preview of what is made."""

from __future__ import annotations

from datetime import time, timedelta

from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.venues.closed_days import add_closed_days
from hub.actions.venues.opening_hours import DayHours, change_week
from tests.browser.setup_states import administration
from tests.browser.states import LATER, Scene, state
from tests.support.world import TODAY


async def museum(scene: Scene) -> None:
    """Give the venue of this scene its hours and its holidays."""
    if scene.once("museum"):
        by, services = Actor(scene.world.org_id, scene.world.venue_id), scene.hub.services
        week = [DayHours(day, time(8), time(9), 30, 50) for day in range(2, 8)]
        await change_week(services, by, None, week)
        await add_closed_days(services, by, [TODAY + timedelta(days=n) for n in (8, 9, 10)], name="…")


@state("organiser", reloads=True)
async def slots_by_month(scene: Scene) -> Page:
    await museum(scene)
    return await administration(scene, "/admin/slots")


@state("organiser")
async def slots_of_a_day(scene: Scene) -> Page:
    await museum(scene)
    page = await administration(scene, f"/admin/slots/day?day={LATER}")
    await page.locator(".tick input").first.check()
    await page.locator("form:has(.slot-lines) [name=capacity]").fill("70")
    await page.locator("form:has(.slot-lines) button").first.click()
    await expect(page.locator("#change-preview")).to_be_visible()
    return page


@state("organiser")
async def slot_about_to_be_closed(scene: Scene) -> Page:
    await museum(scene)
    page = await administration(scene, f"/admin/slots/{scene.slots['nearly']}")
    await page.locator("[name=way][value=move]").check()
    await page.locator("#move_to").select_option(str(scene.slots["late"]))
    await page.locator("#message").fill("…")
    await page.locator("#close form button").click()
    await expect(page.locator("#close .notice")).to_be_visible()
    return page


@state("organiser")
async def opening_hours(scene: Scene) -> Page:
    await museum(scene)
    page = await administration(scene, "/admin/slots/hours")
    await page.locator("#make [name=from]").fill((TODAY + timedelta(days=1)).isoformat())
    await page.locator("#make [name=to]").fill((TODAY + timedelta(days=40)).isoformat())
    await page.locator("#make button").click()
    await expect(page.locator("#plan")).to_be_visible()
    return page
