"""The page states of products and tickets, and of a scanner that shows what a product says."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.staff_states import scanned
from tests.browser.states import Scene, state
from tests.support.products import add_product, reserved_of

SAID = {
    "name_zh": "学生票", "note": "Give them the audio guide", "note_zh": "请发放语音导览器", "attention": True,
    "question": "Is the student card shown?", "question_zh": "是否出示学生证？",
}  # fmt: skip


async def student_of(scene: Scene) -> int:
    """Return the product of this scene that has something of everything to say."""
    if scene.once("student"):
        scene.slots["student"] = await add_product(scene.world, "Student ticket", gates=["A", "Box"], **SAID)
        scene.slots["noon"] = await scene.world.slot()
    return scene.slots["student"]


@state("door")
async def scanner_question(scene: Scene) -> Page:
    """A flag, a line for the steward, and a question with two large buttons."""
    ticket = await reserved_of(scene.world, *(await _slot_and(scene, await student_of(scene))))
    page = await scanned(scene, ticket.code, "YELLOW")
    await expect(page.locator("#question")).to_be_visible()
    await expect(page.locator("#product-attention")).to_be_visible()
    return page


@state("door")
async def scanner_wrong_gate(scene: Scene) -> Page:
    product = await add_product(scene.world, "Backstage", gates=["B", "C"])
    await student_of(scene)
    ticket = await reserved_of(scene.world, *(await _slot_and(scene, product)))
    return await scanned(scene, ticket.code, "RED")


@state("organiser", reloads=True)
async def product(scene: Scene) -> Page:
    page = await scene.open(
        f"/admin/products/{await student_of(scene)}", token=await scene.world.staff("ADMIN", name="Ada Rossi")
    )
    await expect(page.locator("#at-the-gate")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def tickets(scene: Scene) -> Page:
    await reserved_of(scene.world, *(await _slot_and(scene, await student_of(scene))))
    page = await scene.open("/admin/tickets", token=await scene.world.staff("ADMIN", name="Ada Rossi"))
    await expect(page.locator(".ticket-list")).to_be_visible()
    return page


async def _slot_and(scene: Scene, product_id: int) -> tuple[int, int]:
    await student_of(scene)
    return scene.slots["noon"], product_id
