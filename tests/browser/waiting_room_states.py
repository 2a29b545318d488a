"""The page states of the waiting room, and of the control room of a venue where people wait."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Page, expect

from tests.browser.staff_states import control
from tests.browser.states import LATER, Scene, state
from tests.support.shows import add_performance, add_room, add_show
from tests.support.waiting_crowd import add_crowd
from tests.support.world import NOON

AHEAD = 24


async def queue_at(scene: Scene, slot: str, *, rate: int = 2, people: int = AHEAD) -> str:
    """Let people wait for a slot of the scene, at so many a minute, and return the path of its waiting room."""
    await scene.world.policy(waiting_room="all", waiting_room_per_minute=rate, waiting_room_turn_minutes=10)
    key = f"slot:{scene.slots[slot]}"
    await add_crowd(scene.hub, key, people)
    return f"/waiting-room?for={key}"


async def joined(scene: Scene, path: str) -> Page:
    page = await scene.open(path)
    await page.locator("[data-when=out] button[value=join]").click()
    return page


async def shows(page: Page, name: str) -> Page:
    await expect(page.locator("#waiting-room")).to_have_attribute("data-state", name)
    await expect(page.locator("#waiting-room")).to_have_attribute("data-ready", "")
    return page


@state("waiting room", reloads=True)
async def waiting_room_many_visitors(scene: Scene) -> Page:
    return await shows(await scene.open(await queue_at(scene, "roomy")), "out")


@state("waiting room", reloads=True)
async def waiting_room_in_line(scene: Scene) -> Page:
    page = await shows(await joined(scene, await queue_at(scene, "roomy")), "waiting")
    await expect(page.locator("#room-sound")).to_be_visible()
    await page.locator(".room-leave summary").click()
    return page


@state("waiting room", reloads=True)
async def waiting_room_paused(scene: Scene) -> Page:
    return await shows(await joined(scene, await queue_at(scene, "late", rate=0)), "waiting")


@state("waiting room", reloads=True)
async def waiting_room_left(scene: Scene) -> Page:
    page = await shows(await joined(scene, await queue_at(scene, "late", rate=0)), "waiting")
    await page.locator(".room-leave summary").click()
    await page.locator("button[value=leave]").click()
    return await shows(page, "left")


@state("waiting room", reloads=True)
async def waiting_room_ended(scene: Scene) -> Page:
    return await shows(await scene.open(f"{await queue_at(scene, 'late', rate=0)}&joined=1"), "ended")


@state("waiting room", reloads=True)
async def waiting_room_turn(scene: Scene) -> Page:
    """Nobody waits for this slot, so whoever joins has a turn at once."""
    return await shows(await joined(scene, await queue_at(scene, "nearly", rate=600, people=0)), "turn")


@state("waiting room", reloads=True)
async def waiting_room_sold_out(scene: Scene) -> Page:
    await scene.world.policy(waiting_room="all")
    return await shows(await scene.open(f"/waiting-room?for=slot:{scene.slots['full']}"), "sold_out")


@state("waiting room", reloads=True)
async def waiting_room_before_the_opening(scene: Scene) -> Page:
    """A performance whose sale begins in a quarter of an hour."""
    await scene.world.policy(waiting_room="all", waiting_room_per_minute=300)
    title = "暴风雨" if scene.once("a sale") else "仲夏夜之梦"
    show_id, room_id = await add_show(scene.world, title), await add_room(scene.world, title, 120)
    opening = NOON + timedelta(minutes=15)
    performance_id = await add_performance(scene.world, show_id, room_id, LATER, booking_opens_at=opening)
    page = await joined(scene, f"/waiting-room?for=performance:{performance_id}")
    return await shows(page, "early")


@state("waiting room", reloads=True)
async def manager_waiting_room(scene: Scene) -> Page:
    """People wait for two slots, and the venue lets them in."""
    await queue_at(scene, "roomy")
    await queue_at(scene, "late")
    page = await control(scene)
    await expect(page.locator("#rooms [data-room]")).not_to_have_count(0)
    return page


@state("waiting room", reloads=True, after="manager-waiting-room")
async def manager_waiting_room_paused(scene: Scene) -> Page:
    page = await manager_waiting_room(scene)
    await page.locator("#rooms .room-controls button").first.click()
    await expect(page.locator("#rooms")).to_have_attribute("data-state", "paused")
    return page
