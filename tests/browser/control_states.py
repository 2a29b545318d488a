"""The page states of what a manager does from the control room: the day report, the dialogs, the limit of people inside."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.browser.staff_states import (
    a_busy_hour,
    a_conflict,
    a_day,
    booked,
    control,
    done,
    other_gate,
    some_disputes,
    supervisor,
)
from tests.browser.states import Scene, state
from tests.support.slots import close_slot
from tests.support.world import TODAY


@state("control", reloads=True)
async def day_report(scene: Scene) -> Page:
    await a_day(scene)
    await a_busy_hour(scene)
    await some_disputes(scene)
    await a_conflict(scene)
    page = await control(scene, f"/manager/report?date={TODAY}", socket=False)
    await expect(page.locator(".report-list").first).to_be_visible()
    return page


@state("control", reloads=True)
async def day_report_empty(scene: Scene) -> Page:
    page = await control(scene, "/manager/report?date=2026-09-01", socket=False)
    await expect(page.locator(".report")).to_be_visible()
    return page


@state("control")
async def manager_messages(scene: Scene) -> Page:
    """The dialog of the gates: scanners with and without a battery, a message that was read and one that was not."""
    gate, other = (
        await other_gate(scene, "Jane Smith", "A"),
        await other_gate(scene, "Tom Brown", "B"),
    )
    await done(gate, "device", device={"id": "gate-main", "name": "Main", "gate": "A", "battery": 82})
    await done(other, "device", device={"id": "gate-side", "name": "Side", "gate": "B"})
    page = await control(scene)
    await page.locator("#message-tools").click()
    await expect(page.locator("dialog[open] [data-device=gate-main]")).to_be_visible()
    await expect(page.locator("dialog[open] [data-device=gate-side]")).to_be_visible()
    if scene.once("messages"):
        watch = await supervisor(scene)
        message = await done(watch, "send_message", text="18:00 → 18:15")
        await done(gate, "read_message", message_id=message["message_id"])
        await done(watch, "send_message", text="21:15", gate="B")
    await expect(page.locator("dialog[open] [data-message] .read").first).to_be_visible()
    return page


@state("control")
async def manager_slots(scene: Scene) -> Page:
    """The dialog of today's slots: one without bookings, one with, and one that is closed."""
    await booked(scene)
    if scene.once("a closed slot"):
        closed = await scene.world.slot(TODAY, "20:00", "21:00", 30)
        await close_slot(scene.hub.database, closed)
        await scene.world.slot(TODAY, "19:00", "20:00", 30)
    page = await control(scene)
    await page.locator("#slot-tools").click()
    await expect(page.locator("dialog[open] [data-slot].closed")).to_be_visible()
    return page


@state("control", after="manager-slots")
async def manager_slots_release(scene: Scene) -> Page:
    """No-shows of a slot are about to be released."""
    page = await manager_slots(scene)
    await page.locator("dialog[open] [data-slot] > .buttons > span > button").first.click()
    await expect(page.locator("dialog[open] .danger").first).to_be_visible()
    return page


async def limited(scene: Scene, free: int) -> Page:
    """Open the control room of a venue that has room for so many more people. The gates only warn, so that other states can go on."""
    gate = await other_gate(scene)
    for _ in range(12):
        await gate.verify((await booked(scene)).code)
    await scene.world.policy(inside_limit=10_000, when_full="warn")
    page = await control(scene)
    figure = page.locator("#now-inside b")
    await expect(figure).to_contain_text(re.compile("10.?000"))
    inside = re.sub(r"\D", "", (await figure.inner_text()).replace("10,000", ""))
    await scene.world.policy(inside_limit=int(inside) + free)
    await page.reload()
    await expect(page.locator("#now")).to_have_attribute("data-state", "live")
    return page


@state("control", reloads=True)
async def manager_nearly_full(scene: Scene) -> Page:
    page = await limited(scene, 1)
    await expect(page.locator("#now-inside")).to_have_attribute("data-state", "nearly")
    return page


@state("control", reloads=True)
async def manager_full(scene: Scene) -> Page:
    page = await limited(scene, 0)
    await expect(page.locator("#now-inside")).to_have_attribute("data-state", "full")
    return page
