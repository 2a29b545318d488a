"""The page states of what a manager does from the control room: the day report, the dialogs, the limit of people inside."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.staff_states import a_busy_hour, a_conflict, a_day, control, some_disputes
from tests.browser.states import Scene, state
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
