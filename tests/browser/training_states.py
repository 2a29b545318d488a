"""The page states of the scanner in training, added to the list of all states."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.states import Scene, state
from tests.browser.training_run import serve


@state("door", reloads=True)
async def training(scene: Scene) -> Page:
    """What the training is, before the first visitor."""
    page = await scene.open("/operator/scan/training", token=await scene.world.staff(name="Jane Smith"), gate="A")
    await expect(page.locator("#practice .practice-go")).to_be_visible()
    return page


@state("door", after="training")
async def training_feedback(scene: Scene) -> Page:
    """What was right with the visitor before, and the next one."""
    page = await training(scene)
    await page.locator("#practice .practice-go").click()
    await serve(page, "valid", "in:1")
    await expect(page.locator(".practice-feedback")).to_be_visible()
    return page


@state("door", after="training-feedback")
async def training_choice(scene: Scene) -> Page:
    """A refusal, and the question where to send the visitor."""
    page = await training_feedback(scene)
    await page.locator("#practice .practice-go").click()
    await expect(page.locator("#practice-choices")).to_be_visible()
    return page


@state("staff", reloads=True)
async def manual(scene: Scene) -> Page:
    """The operator's manual."""
    page = await scene.open("/operator/manual", token=await scene.world.staff(name="Jane Smith"))
    await expect(page.locator(".manual h2").first).to_be_visible()
    return page


@state("staff", reloads=True)
async def practice_codes(scene: Scene) -> Page:
    """The sheet of codes for the printer."""
    page = await scene.open("/operator/scan/practice-codes", token=await scene.world.staff(name="Jane Smith"))
    await expect(page.locator(".codes li").first).to_be_visible()
    return page
