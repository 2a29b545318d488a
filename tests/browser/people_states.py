"""The page states of staff administration, of one's own account and of an invitation."""

from __future__ import annotations

from playwright.async_api import Page

from tests.browser.states import Scene, state
from tests.support.rows import change_rows
from tests.support.staff import add_link, add_member, gates, shift, sign_in_at
from tests.support.world import TODAY

INVITATION = "a-link-of-the-scene"


async def people_of(scene: Scene) -> None:
    """Add people of every status, once."""
    if not scene.once("people"):
        return
    services, world = scene.hub.services, scene.world
    north = await gates(world, "North", "Garden")
    jane = await add_member(
        services, world.org_id, "jane.smith", email="jane@example.org", venue_ids=[world.venue_id], gate_ids=north,
        shifts=[shift(TODAY, "09:00", "18:00")],
    )  # fmt: skip
    scene.slots["person"] = jane.staff_id
    tom = await add_member(services, world.org_id, "tom", "MANAGER")
    await change_rows(scene.hub.database, "staff", {"id": tom.staff_id}, disabled_at=services.clock.now())
    sue = await add_member(services, world.org_id, "sue.lee")
    await add_link(scene.hub.database, world.org_id, sue.staff_id, INVITATION, services.clock.now())
    await change_rows(scene.hub.database, "staff", {"id": sue.staff_id}, password_hash=None)
    await sign_in_at(world, "jane.smith")


@state("organiser", reloads=True)
async def staff(scene: Scene) -> Page:
    await people_of(scene)
    return await scene.open("/admin/staff", token=await scene.world.staff("ADMIN"))


@state("organiser", reloads=True)
async def staff_person(scene: Scene) -> Page:
    await people_of(scene)
    return await scene.open(f"/admin/staff/{scene.slots['person']}", token=await scene.world.staff("ADMIN"))


@state("organiser", reloads=True)
async def account(scene: Scene) -> Page:
    await people_of(scene)
    return await scene.open("/account", token=await sign_in_at(scene.world, "jane.smith"))


@state("organiser", reloads=True)
async def invitation(scene: Scene) -> Page:
    await people_of(scene)
    return await scene.open(f"/invitation/{INVITATION}")
