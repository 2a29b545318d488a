"""The page states of a door sale, added to the list of all states."""

from __future__ import annotations

from playwright.async_api import Page, expect

from tests.browser.staff_states import at_gate
from tests.browser.states import Scene, state
from tests.support.products import add_product


async def selling(scene: Scene) -> Page:
    """Open the door sale of a manager: two products, and times with many, one and no place left."""
    if scene.once("door sales"):
        # For managers alone, so that the scanner of other states is as it was.
        await scene.world.policy(door_sales="managers")
        await scene.world.slot(start="11:30", end="13:30", capacity=40, booked=6)
        await scene.world.slot(start="14:30", end="16:30", capacity=1)
        await scene.world.slot(start="18:30", end="20:30", capacity=2, booked=2)
        await add_product(
            scene.world, "Student", name_zh="学生票", question="Is the student card shown?", question_zh="是否出示学生证？",
            note="Only with a card", note_zh="须出示学生证",
        )  # fmt: skip
    page = await at_gate(scene, "MANAGER")
    await page.locator("#door-sale-on").click()
    await expect(page.locator("#door-sale-slots input").first).to_be_visible()
    return page


@state("door sales")
async def scanner_sale(scene: Scene) -> Page:
    """A ticket for visitors without one: product, number and time."""
    page = await selling(scene)
    await page.locator("#door-sale-more").click()
    await expect(page.locator("#door-sale-sell")).to_be_enabled()
    return page


@state("door sales")
async def scanner_sale_question(scene: Scene) -> Page:
    """The product asks something before the visitors come in, and it is not answered yet."""
    page = await selling(scene)
    await page.locator("#door-sale-products label").nth(1).click()
    await expect(page.locator("#door-sale-question")).to_be_visible()
    await page.locator("#door-sale-sell").click()
    await expect(page.locator("#door-sale-problem .notice")).to_be_visible()
    return page


@state("door sales", after="scanner-sale")
async def scanner_sold(scene: Scene) -> Page:
    """Two visitors are in, with the QR codes of their tickets."""
    page = await scanner_sale(scene)
    await page.locator("#door-sale-sell").click()
    await expect(page.locator("#door-sale-sold")).to_be_visible()
    return page


@state("door sales", reloads=True, after="scanner-sold")
async def sold_print(scene: Scene) -> Page:
    """The tickets of a sale, on slips."""
    page = await scanner_sold(scene)
    await page.goto(scene.hub.url + str(await page.locator("#door-sale-print").get_attribute("href")))
    await expect(page.locator(".slip")).to_have_count(2)
    return page
