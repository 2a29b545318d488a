"""The page states of shows, of the form that asks for seats, and of a booking by either link."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from playwright.async_api import Page, expect

from hub.actions.waitlist.join_booking import join_with_booking
from tests.browser.states import Scene, state
from tests.support.shows import (
    Booking,
    add_booking,
    add_performance,
    add_room,
    add_show,
    admit_people,
    change_booking,
)
from tests.support.waitlist import serve_beside_job
from tests.support.world import NOON, TODAY

SOON = TODAY + timedelta(days=2)
NAME = "Ann Lee"
CHINESE = {
    "title": "暴风雨", "subtitle": "莎士比亚的最后一部杰作，现场配乐", "description": "一场**风暴**，一艘沉船，一座充满声响的岛屿。",
    "accessibility": "第一排有六个轮椅位。", "consent": "我同意剧院将我的资料保存到演出结束。",
}  # fmt: skip
ABOUT = """A storm, a shipwreck, an island full of **noises**: eight actors, two musicians and a sea of silk.

> Be not afeard; the isle is full of noises, sounds and sweet airs, that give delight and hurt not.

- With surtitles in English and Chinese
- There is one interval of 20 minutes"""


@dataclass(frozen=True, slots=True)
class Programme:
    """A show with a performance for every case. `roomy` has many places, `nearly` three, `full` none."""

    show_id: int
    archived_id: int
    roomy: int
    nearly: int
    full: int
    closed: int
    not_yet: int
    played: int


PROGRAMMES: dict[int, Programme] = {}


async def programme_of(scene: Scene) -> Programme:
    """Return the programme of this scene."""
    if not scene.once("programme"):
        return PROGRAMMES[scene.world.venue_id]
    world = scene.world
    north, south = await add_room(world, "North", 120), await add_room(world, "South", 40)
    show_id = await add_show(
        world, "The Tempest", subtitle="Shakespeare's last great play, with live music", description=ABOUT,
        duration_minutes=135, spoken_language="English", minimum_age=8, largest_party=8,
        accessibility="Six wheelchair places in the first row.",
        consent="I agree that the theatre keeps my details until the performance is over.",
        translations=json.dumps({"zh_Hans": CHINESE}),
    )  # fmt: skip
    archived_id = await add_show(
        world, "Hamlet", status="ARCHIVED", translations=json.dumps({"zh_Hans": {"title": "哈姆雷特"}})
    )

    async def performance(day: int, start: str = "20:00", end: str = "22:15", room: int = north, **columns: Any) -> int:
        return await add_performance(world, show_id, room, TODAY + timedelta(day), start, end, **columns)

    found = Programme(
        show_id, archived_id, await performance(2), await performance(3, "16:00", "18:15", south),
        await performance(3, room=south), await performance(9, booking_closed=True),
        await performance(20, booking_opens_at=NOON + timedelta(days=5)), await performance(0, "09:30", "11:30"),
    )  # fmt: skip
    await performance(10, status="CLOSED")
    await add_booking(world, found.nearly, 37, name=NAME)
    await add_booking(world, found.full, 40, name=NAME)
    PROGRAMMES[world.venue_id] = found
    return found


async def booked(
    scene: Scene, status: str = "CONFIRMED", places: int = 3, at: str = "roomy", **columns: Any
) -> Booking:
    programme = await programme_of(scene)
    return await add_booking(scene.world, getattr(programme, at), places, status, name=NAME, **columns)


async def opened(scene: Scene, booking: Booking, standing: str, path: str = "") -> Page:
    page = await scene.open(f"/b/{booking.manage_token or booking.confirm_token}{path}")
    await expect(page.locator(f"#booking-part[data-standing='{standing}']")).to_be_visible()
    return page


# Shows


@state("shows", reloads=True)
async def whats_on(scene: Scene) -> Page:
    await programme_of(scene)
    return await scene.open("/shows")


@state("shows", reloads=True)
async def show_page(scene: Scene) -> Page:
    page = await scene.open(f"/shows/{(await programme_of(scene)).show_id}")
    await expect(page.locator("#link-state")).to_have_attribute("data-state", "live")
    return page


@state("shows", reloads=True)
async def show_archived(scene: Scene) -> Page:
    return await scene.open(f"/shows/{(await programme_of(scene)).archived_id}")


@state("shows", reloads=True)
async def show_missing(scene: Scene) -> Page:
    return await scene.open("/shows/999999")


# Asking for seats


async def form_of(scene: Scene, at: str = "roomy") -> Page:
    programme = await programme_of(scene)
    return await scene.open(f"/shows/{programme.show_id}/book/{getattr(programme, at)}")


@state("seats", reloads=True)
async def seats_form(scene: Scene) -> Page:
    return await form_of(scene)


@state("seats", after="seats-form")
async def seats_form_wrong(scene: Scene) -> Page:
    page = await seats_form(scene)
    await page.locator("#email").fill("john@")
    await page.locator("#party_size").fill("9")
    await page.locator("#ask").click()
    await expect(page.locator("#consent-wrong")).to_be_visible()
    return page


async def ask(page: Page, party: int) -> None:
    await page.locator("#name").fill(NAME)
    await page.locator("#email").fill("john@example.com")
    await page.locator("#party_size").fill(str(party))
    await page.locator("#consent").check()
    await page.locator("#ask").click()


@state("seats")
async def seats_too_few(scene: Scene) -> Page:
    """A party of five for the last three places."""
    page = await form_of(scene, "nearly")
    await ask(page, 5)
    await expect(page.locator("#offers")).to_be_visible()
    return page


@state("seats")
async def seats_sent(scene: Scene) -> Page:
    page = await form_of(scene)
    await ask(page, 2)
    await expect(page.locator("#sent-title")).to_be_visible()
    return page


@state("seats", reloads=True)
async def seats_sold_out(scene: Scene) -> Page:
    return await form_of(scene, "full")


@state("seats", reloads=True)
async def seats_not_open_yet(scene: Scene) -> Page:
    return await form_of(scene, "not_yet")


# The link of the first e-mail


@state("seats", reloads=True)
async def seats_to_confirm(scene: Scene) -> Page:
    return await opened(scene, await booked(scene, "PENDING"), "ask")


@state("seats", reloads=True)
async def seats_short(scene: Scene) -> Page:
    """The last three places are not enough for five."""
    return await opened(scene, await booked(scene, "PENDING", 5, "nearly"), "short")


@state("seats", reloads=True)
async def seats_gone(scene: Scene) -> Page:
    return await opened(scene, await booked(scene, "PENDING", 2, "full"), "short")


@state("seats", reloads=True)
async def seats_waiting(scene: Scene) -> Page:
    booking = await booked(scene, "PENDING", 2, "full")
    await join_with_booking(scene.hub.services, booking.confirm_token, "en")
    return await opened(scene, booking, "waits")


@state("seats", reloads=True)
async def seats_held(scene: Scene) -> Page:
    """Seats that came free are held for the first on the waiting list."""
    programme = await programme_of(scene)
    room_id = await add_room(scene.world, "East", 2)
    evening = await add_performance(scene.world, programme.show_id, room_id, SOON)
    holder = await add_booking(scene.world, evening, 2, name=NAME)
    booking = await add_booking(scene.world, evening, 2, "PENDING", name=NAME)
    await join_with_booking(scene.hub.services, booking.confirm_token, "en")
    await scene.hub.delete(f"/api/reservations/{holder.reservation_id}?token={holder.manage_token}")
    await serve_beside_job(scene.hub, evening)
    return await opened(scene, booking, "held")


@state("seats", reloads=True)
async def seats_closed(scene: Scene) -> Page:
    return await opened(scene, await booked(scene, "PENDING", 2, "closed"), "shut")


@state("seats", reloads=True)
async def seats_expired(scene: Scene) -> Page:
    return await opened(scene, await booked(scene, "EXPIRED"), "expired")


@state("seats", reloads=True)
async def seats_unknown(scene: Scene) -> Page:
    return await scene.open("/b/unknown")


# The booking


@state("seats", shows_code=True)
async def seats_booked(scene: Scene) -> Page:
    page = await seats_to_confirm(scene)
    await page.locator("#confirm").click()
    await expect(page.locator("#qr")).to_be_visible()
    return page


@state("seats", shows_code=True, after="seats-booked")
async def seats_large(scene: Scene) -> Page:
    page = await seats_booked(scene)
    await page.locator("[data-action=large]").click()
    await expect(page.locator("dialog[open]")).to_be_visible()
    return page


@state("seats", shows_code=True, reloads=True)
async def seats_printed(scene: Scene) -> Page:
    page = await scene.open(f"/b/{(await booked(scene)).manage_token}/print")
    await expect(page.locator("#qr")).to_be_visible()
    return page


@state("seats", reloads=True)
async def seats_moving(scene: Scene) -> Page:
    return await scene.open(f"/b/{(await booked(scene)).manage_token}/move")


@state("seats", reloads=True)
async def seats_cancelling(scene: Scene) -> Page:
    return await scene.open(f"/b/{(await booked(scene)).manage_token}/cancel")


@state("seats", shows_code=True, reloads=True)
async def seats_partly_in(scene: Scene) -> Page:
    booking = await booked(scene, places=5)
    await admit_people(scene.hub.database, booking, 3, scene.hub.clock.now())
    return await opened(scene, booking, "partly")


@state("seats", reloads=True)
async def seats_all_in(scene: Scene) -> Page:
    booking = await booked(scene)
    await admit_people(scene.hub.database, booking, 3, scene.hub.clock.now())
    return await opened(scene, booking, "used")


@state("seats", reloads=True)
async def seats_over(scene: Scene) -> Page:
    return await opened(scene, await booked(scene, at="played"), "over")


@state("seats", reloads=True)
async def seats_cancelled(scene: Scene) -> Page:
    booking = await booked(scene, "CANCELLED")
    await change_booking(scene.hub.database, booking.id, end_cause="performance")
    return await opened(scene, booking, "cancelled")
