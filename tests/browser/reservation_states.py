"""The page states of reservations, guest lists, messages to a slot and privacy."""

from __future__ import annotations

from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.rules.guest_lists import GuestDraft
from tests.browser.states import Scene, state
from tests.support.world import TODAY

FULL = "expected"


async def administration(scene: Scene, path: str) -> Page:
    if scene.once(FULL):
        world = scene.world
        scene.slots[FULL] = slot_id = await world.slot(TODAY, "18:00", "19:00", 40)
        scene.slots["reservation"] = (await world.fill(slot_id, 5))[0].reservation_id
        guests = [GuestDraft("Li Wei", 2), GuestDraft("Ann Lee", 4, "…", "ann@example.com")]
        await add_guests(scene.hub.services, Actor(world.org_id, world.venue_id), GuestPlace(slot_id), guests)
    page = await scene.open(path, token=await scene.world.staff("ADMIN"))
    await expect(page.locator(".admin").first).to_be_visible()
    return page


@state("reservations", reloads=True)
async def reservation_list(scene: Scene) -> Page:
    await administration(scene, "/admin/reservations")
    return await administration(scene, f"/admin/reservations?date={TODAY}&slot={scene.slots[FULL]}")


@state("reservations", reloads=True)
async def reservation_shown(scene: Scene) -> Page:
    await administration(scene, "/admin/reservations")
    return await administration(scene, f"/admin/reservations/{scene.slots['reservation']}")


@state("reservations")
async def guest_list(scene: Scene) -> Page:
    await administration(scene, "/admin/reservations")
    page = await administration(scene, f"/admin/guests?slot={scene.slots[FULL]}")
    await page.locator("details").last.evaluate("one => { one.open = true }")
    return page


@state("reservations")
async def privacy_person(scene: Scene) -> Page:
    page = await administration(scene, "/admin/privacy")
    await page.locator("#address").fill("john@example.com")
    await page.locator("form[action$='/find'] .button").click()
    await expect(page.locator(".facts")).to_be_visible()
    await page.locator(".danger-zone summary").click()
    return page


@state("visit")
async def visit_wrong_address(scene: Scene) -> Page:
    token, _ = await scene.visit()
    page = await scene.open(f"/r/{token}")
    await page.locator(".address-details summary").click()
    await page.locator("#visit-email").fill("o\u2019connor@example.com")
    await page.locator(".address-details button").click()
    await expect(page.locator("#visit-email-wrong")).to_be_visible()
    return page
