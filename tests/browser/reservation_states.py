"""The page states of reservations, guest lists, messages to a slot and privacy."""

from __future__ import annotations

from io import BytesIO
from itertools import count

from PIL import Image, ImageDraw
from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.actions.venues.logos import set_logo
from hub.rules.guest_lists import GuestDraft
from tests.browser.states import LATER, Scene, at_step, state, with_tickets
from tests.support.venues import add_named_venue
from tests.support.world import TODAY

FULL = "expected"
ANOTHER = count(1)
"""Numbers of addresses: a code is sent to each once a minute."""


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


@state("visit-code")
async def visit_address_code(scene: Scene) -> Page:
    await scene.world.policy(contact_check="format")
    token, _ = await scene.visit()
    await scene.world.policy(contact_check="email")
    page = await scene.open(f"/r/{token}")
    await page.locator(".address-details summary").click()
    await page.locator("#visit-email").fill(f"ann{next(ANOTHER)}@example.org")
    await page.locator(".address-details button").click()
    await expect(page.locator("#visit-code")).to_be_visible()
    return page


# A lost confirmation, and the venue


@state("visit", reloads=True)
async def send_again(scene: Scene) -> Page:
    page = await scene.open("/reserve/again")
    await expect(page.locator("#again-email")).to_be_visible()
    return page


@state("visit", after="send-again")
async def send_again_wrong(scene: Scene) -> Page:
    page = await send_again(scene)
    await page.locator("#again-email").fill("john@")
    await page.locator(".again-form button").click()
    await expect(page.locator("#again-wrong")).to_be_visible()
    return page


@state("visit", reloads=True)
async def send_again_sent(scene: Scene) -> Page:
    page = await send_again(scene)
    await page.locator("#again-email").fill("nobody@example.com")
    await page.locator(".again-form button").click()
    await expect(page.locator("[role=status]")).to_be_visible()
    return page


@state("contact-block", reloads=True)
async def visit_with_contact(scene: Scene) -> Page:
    await scene.world.policy(contact_email="box@example.com", contact_phone="+390612345678")
    picture = Image.new("RGBA", (720, 200), (0, 0, 0, 0))
    ImageDraw.Draw(picture).text((20, 20), "Test Venue", "#7a1f3d", font_size=120)
    stream = BytesIO()
    picture.save(stream, "PNG")
    await set_logo(scene.hub.services, Actor(scene.world.org_id), scene.world.venue_id, stream.getvalue())
    token, _ = await scene.visit()
    page = await scene.open(f"/r/{token}")
    await expect(page.locator("#help-title")).to_be_visible()
    return page


@state("venue-choice", reloads=True)
async def venue_choice(scene: Scene) -> Page:
    if scene.once("venue"):
        await scene.world.policy(address="Sala Grande 1")
        await scene.world.slot(LATER, venue_id=await add_named_venue(scene.world, "Sala Grande"))
        scene.hub.services.venues.forget()
    page = await with_tickets(scene, await scene.world.ticket())
    await at_step(page, "venue")
    await expect(page.locator("#venues button")).to_have_count(2)
    return page
