"""The page states of sign-in in two steps, and of its settings."""

from __future__ import annotations

from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.staff.sign_in_settings import SignInChange, change_settings
from tests.browser.states import Scene, state
from tests.support.second_factors import read_staff_id, set_up
from tests.support.world import PASSWORD


async def jane(scene: Scene) -> None:
    """Add an administrator who has a second step."""
    if scene.once("jane"):
        await scene.world.staff("ADMIN", name="Jane Smith", username="jane")
        staff_id = await read_staff_id(scene.hub.database, "jane")
        await set_up(scene.hub.services, scene.world.org_id, staff_id)


async def require(scene: Scene, requirement: str) -> None:
    change = SignInChange(require_second_factor=requirement)
    await change_settings(scene.hub.services, Actor(scene.world.org_id), change)


async def second_step(scene: Scene, username: str) -> Page:
    page = await scene.open("/operator/login")
    await page.locator("#username").fill(username)
    await page.locator("#secret").fill(PASSWORD)
    await page.locator("#login-form [type=submit]").click()
    await expect(page.locator("#code")).to_be_visible()
    return page


@state("staff")
async def second_step_set_up(scene: Scene) -> Page:
    """Whoever must have a second step sets it up at the sign-in."""
    if scene.once("ann"):
        await scene.world.staff("ADMIN", name="Ann Oak", username="ann")
    await require(scene, "administrators")
    page = await second_step(scene, "ann")
    await require(scene, "none")
    return page


@state("staff")
async def second_step_wrong(scene: Scene) -> Page:
    await jane(scene)
    page = await second_step(scene, "jane")
    await page.locator("#code").fill("000000")
    await page.keyboard.press("Enter")
    await expect(page.locator("#step-problem")).to_be_visible()
    return page


@state("staff", reloads=True)
async def account_second_factor(scene: Scene) -> Page:
    token = await scene.world.staff(name="Tom Brown")
    page = await scene.open("/account/second-factor", token=token)
    await expect(page.locator("#off-title")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def sign_in_settings(scene: Scene) -> Page:
    """With a sign-in service, and with people who have a second step and who have none."""
    await jane(scene)
    change = SignInChange(
        issuer="https://login.example.org", client_id="hub", client_secret="s3cret", label="Museum ID"
    )
    await change_settings(scene.hub.services, Actor(scene.world.org_id), change)
    page = await scene.open("/admin/security", token=await scene.world.staff("ADMIN"))
    await expect(page.locator("#redirect-uri")).to_be_visible()
    return page
