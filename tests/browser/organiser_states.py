"""The page states of the organiser: bookings, shows, rooms and performances."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.shows.close_performance import cancel_performance
from tests.browser.states import Scene, state
from tests.support.shows import add_room, add_show
from tests.support.theatre import TOMORROW, Theatre

THEATRES: dict[int, Theatre] = {}


async def theatre_of(scene: Scene) -> Theatre:
    """Return the theatre of this scene, with one performance that has bookings of every status."""
    key = scene.world.venue_id
    if scene.once("theatre"):
        theatre = THEATRES[key] = await Theatre(scene.world).found(
            capacity=40, title="North & South", duration_minutes=120, description="**…**\n\n* …\n* …"
        )
        scene.slots["evening"] = evening = await theatre.performance()
        scene.slots["matinee"] = await theatre.performance(TOMORROW + timedelta(days=1), "15:00", "17:00")
        scene.slots["empty"] = await theatre.performance(TOMORROW + timedelta(days=8))
        await theatre.booking(evening, "Maria Rossi", 5, admitted=3, notes="Two children, one in a wheelchair")
        await theatre.booking(evening, "Li Wei", 2, admitted=2, language="zh_Hans")
        scene.slots["confirmed"] = (await theatre.booking(evening, "Ann Lee", 4)).id
        await theatre.booking(evening, "The Dante School", 12, notes="Class 4b")
        scene.slots["pending"] = (await theatre.booking(evening, "Tom Smith", 3, "PENDING")).id
        scene.slots["cancelled"] = (await theatre.booking(evening, "Sue Brown", 2, "CANCELLED")).id
        await theatre.booking(evening, "Tom Brown", 1, "EXPIRED")
    return THEATRES[key]


async def organiser(scene: Scene, path: str) -> Page:
    page = await scene.open(path, token=await scene.world.staff("MANAGER"))
    await expect(page.locator(".admin, .paper").first).to_be_visible()
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
    return await organiser(scene, f"/admin/bookings/{scene.slots['confirmed']}")


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


@state("organiser", reloads=True)
async def shows(scene: Scene) -> Page:
    theatre = await theatre_of(scene)
    if scene.once("more shows"):
        scene.slots["draft"] = await add_show(scene.world, "East West", status="DRAFT", subtitle="Prince of Denmark")
        await theatre.performance(TOMORROW + timedelta(days=2), additional_seats=5, occupied_seats=2)
    return await organiser(scene, "/admin/shows")


@state("organiser", reloads=True)
async def shows_none(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, "/admin/shows?status=ARCHIVED")


@state("organiser", reloads=True)
async def show_by_months(scene: Scene) -> Page:
    theatre = await theatre_of(scene)
    if scene.once("next month"):
        for week in range(3, 5):
            await theatre.performance(TOMORROW + timedelta(weeks=week))
        await theatre.performance(TOMORROW + timedelta(days=3), booking_closed=True)
    return await organiser(scene, f"/admin/shows/{theatre.show_id}")


@state("organiser", reloads=True)
async def show_draft(scene: Scene) -> Page:
    await shows(scene)
    return await organiser(scene, f"/admin/shows/{scene.slots['draft']}")


@state("organiser", reloads=True)
async def show_form(scene: Scene) -> Page:
    theatre = await theatre_of(scene)
    return await organiser(scene, f"/admin/shows/{theatre.show_id}/edit")


@state("organiser")
async def show_form_wrong(scene: Scene) -> Page:
    page = await organiser(scene, "/admin/shows/new")
    await page.locator("#duration_minutes").fill("0")
    await page.locator("main form .button[type=submit]").first.click()
    await expect(page.locator("#title-wrong")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def rooms(scene: Scene) -> Page:
    await theatre_of(scene)
    if scene.once("second room"):
        await add_room(scene.world, "Studio", 15)
    return await organiser(scene, "/admin/rooms")


@state("organiser", reloads=True)
async def performances_new(scene: Scene) -> Page:
    theatre = await theatre_of(scene)
    return await organiser(scene, f"/admin/shows/{theatre.show_id}/performances/new")


@state("organiser", after="performances-new")
async def performances_preview(scene: Scene) -> Page:
    page = await performances_new(scene)
    await page.locator("#times").fill("15:00 18:00")
    await page.locator("#first").fill((TOMORROW + timedelta(days=40)).isoformat())
    await page.locator("#last").fill((TOMORROW + timedelta(days=44)).isoformat())
    await page.locator("form .button[type=submit]").last.click()
    await expect(page.locator("#made")).to_be_visible()
    return page


@state("organiser")
async def performances_overlap(scene: Scene) -> Page:
    page = await performances_new(scene)
    await page.locator("#times").fill("21:00")
    await page.locator("#first").fill(TOMORROW.isoformat())
    await page.locator("form .button[type=submit]").last.click()
    await expect(page.locator("#refusal li")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def performance(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, f"/admin/performances/{scene.slots['evening']}")


@state("organiser", after="performance")
async def performance_moving(scene: Scene) -> Page:
    page = await performance(scene)
    await page.goto(f"{page.url.rpartition('/')[0]}/{scene.slots['matinee']}")
    await page.locator("#start_time").fill("16:30")
    await page.locator("form[action$='/move'] .button").click()
    await expect(page.locator(".from-to")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def performance_cancelling(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, f"/admin/performances/{scene.slots['evening']}/cancel")


@state("organiser", reloads=True)
async def performance_cancelled(scene: Scene) -> Page:
    theatre = await theatre_of(scene)
    if scene.once("cancelled performance"):
        scene.slots["gone"] = gone = await theatre.performance(TOMORROW + timedelta(days=5))
        await theatre.booking(gone, "Ann Lee", 2)
        manager = Actor(scene.world.org_id)
        await cancel_performance(scene.hub.services, manager, gone, message="…")
    return await organiser(scene, f"/admin/performances/{scene.slots['gone']}")


@state("organiser", reloads=True)
async def performance_done(scene: Scene) -> Page:
    await performance_cancelled(scene)
    return await organiser(scene, f"/admin/performances/{scene.slots['gone']}/done?change=cancelled&told=1&left=0")


@state("organiser", reloads=True)
async def performance_message(scene: Scene) -> Page:
    await theatre_of(scene)
    return await organiser(scene, f"/admin/performances/{scene.slots['evening']}/message")
