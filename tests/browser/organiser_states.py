"""The page states of the organiser: bookings, shows, rooms and performances."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Page, expect

from tests.browser.states import Scene, state
from tests.support.theatre import TOMORROW, Theatre

THEATRES: dict[int, Theatre] = {}


async def theatre_of(scene: Scene) -> Theatre:
    """Return the theatre of this scene, with one performance that has bookings of every status."""
    key = scene.world.venue_id
    if scene.once("theatre"):
        theatre = THEATRES[key] = await Theatre(scene.world).found(
            capacity=40, title="The Tempest", duration_minutes=120
        )
        scene.slots["evening"] = evening = await theatre.performance()
        scene.slots["matinee"] = await theatre.performance(TOMORROW + timedelta(days=1), "15:00", "17:00")
        scene.slots["empty"] = await theatre.performance(TOMORROW + timedelta(days=8))
        await theatre.booking(evening, "Maria Rossi", 5, admitted=3, notes="Two children, one in a wheelchair")
        await theatre.booking(evening, "Li Wei", 2, admitted=2, language="zh_Hans")
        scene.slots["confirmed"] = (await theatre.booking(evening, "Ann Lee", 4)).id
        await theatre.booking(evening, "The Dante School", 12, notes="Class 4b")
        scene.slots["pending"] = (await theatre.booking(evening, "Peter Jones", 3, "PENDING")).id
        scene.slots["cancelled"] = (await theatre.booking(evening, "Olga Weber", 2, "CANCELLED")).id
        await theatre.booking(evening, "Tom Brown", 1, "EXPIRED")
    return THEATRES[key]


async def organiser(scene: Scene, path: str) -> Page:
    page = await scene.open(path, token=await scene.world.staff("MANAGER"))
    await expect(page.locator(".organiser, .paper").first).to_be_visible()
    return page


@state("organiser", reloads=True)
async def bookings(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, f"/admin/performances/{scene.slots['evening']}/bookings")


@state("organiser", reloads=True)
async def bookings_nothing_found(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, f"/admin/performances/{scene.slots['evening']}/bookings?q=zzz&status=PENDING")


@state("organiser", reloads=True)
async def bookings_none(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, f"/admin/performances/{scene.slots['empty']}/bookings")


@state("organiser", reloads=True)
async def bookings_print(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, f"/admin/performances/{scene.slots['evening']}/bookings/print")


@state("organiser", reloads=True)
async def bookings_found(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, "/admin/bookings?q=ann@example.com")


@state("organiser", reloads=True)
async def booking_confirmed(scene: Scene) -> Page:
    await theatre_of(scene)
    page = await organiser(scene, f"/admin/bookings/{scene.slots['confirmed']}")
    return page


@state("organiser", after="booking-confirmed")
async def booking_cancelling(scene: Scene) -> Page:
    page = await booking_confirmed(scene)
    await page.locator(".danger-zone summary").click()
    await expect(page.locator(".danger-zone .button")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def booking_pending(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, f"/admin/bookings/{scene.slots['pending']}")


@state("organiser", reloads=True)
async def booking_cancelled(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, f"/admin/bookings/{scene.slots['cancelled']}")
