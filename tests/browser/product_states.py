"""The page states of products and tickets, and of a scanner that shows what a product says."""

from __future__ import annotations

from dataclasses import replace

from playwright.async_api import Page, expect

from hub.actions.audit.actor import Actor
from hub.actions.integration.api_keys import ApiKeyFields, add_key
from hub.actions.orders.cancel_ticket import cancel_ticket
from hub.actions.orders.create_order import create_order
from hub.actions.orders.order_request import Customer, NewOrder, OrderItem
from hub.actions.orders.pay_order import pay_order
from tests.browser.staff_states import scanned
from tests.browser.states import Scene, state
from tests.support.products import add_product, reserved_of
from tests.support.world import Ticket

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


async def order_of(scene: Scene) -> int:
    """Return an order of three tickets that a shop made: one is booked, one is cancelled."""
    if scene.once("order"):
        services, by = scene.world.hub.services, Actor(scene.world.org_id)
        key = await add_key(services, by, ApiKeyFields("Web shop", ("orders", "tickets:read")))
        scene.slots["key"] = key.record.api_key_id
        items = (OrderItem(await student_of(scene), 3),)
        shop = replace(by, api_key_id=key.record.api_key_id)
        customer = Customer("Ada Rossi", "ada@example.com")
        order = await create_order(services, shop, NewOrder(items, customer, "WEB-1001", mail=False))
        await create_order(services, shop, NewOrder(items, customer, "WEB-1002", mail=False))
        await pay_order(services, shop, order.order_id, mail=False)
        await scene.world.reserve(Ticket(order.tickets[0].ticket_id, order.tickets[0].ticket_code), scene.slots["noon"])
        await cancel_ticket(services, by, order.tickets[1].ticket_id, "Refunded")
        scene.slots["order"] = order.order_id
    return scene.slots["order"]


@state("organiser", reloads=True)
async def orders(scene: Scene) -> Page:
    await order_of(scene)
    page = await scene.open("/admin/orders", token=await scene.world.staff("ADMIN", name="Ada Rossi"))
    await expect(page.locator(".ticket-list")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def order(scene: Scene) -> Page:
    """An order with a booked and a cancelled ticket, and what its cancellation means."""
    number = await order_of(scene)
    page = await scene.open(f"/admin/orders/{number}", token=await scene.world.staff("ADMIN", name="Ada Rossi"))
    await expect(page.locator("#cancel-title")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def order_print(scene: Scene) -> Page:
    """The tickets of an order on slips: one is booked, one has no time yet."""
    number = await order_of(scene)
    page = await scene.open(f"/admin/orders/{number}/print", token=await scene.world.staff("ADMIN", name="Ada Rossi"))
    await expect(page.locator(".slip")).to_have_count(2)
    return page


@state("organiser", reloads=True)
async def api_keys(scene: Scene) -> Page:
    await order_of(scene)
    page = await scene.open("/admin/api-keys", token=await scene.world.staff("ADMIN", name="Ada Rossi"))
    await expect(page.locator(".ticket-list")).to_be_visible()
    return page


@state("organiser", reloads=True)
async def api_key(scene: Scene) -> Page:
    await order_of(scene)
    path = f"/admin/api-keys/{scene.slots['key']}"
    page = await scene.open(path, token=await scene.world.staff("ADMIN", name="Ada Rossi"))
    await expect(page.locator("#revoke-title")).to_be_visible()
    return page


@state("organiser")
async def api_key_made(scene: Scene) -> Page:
    """The key, shown this once."""
    page = await scene.open("/admin/api-keys/new", token=await scene.world.staff("ADMIN", name="Ada Rossi"))
    await page.locator("#name").fill("Web shop")
    await page.locator("form.stacked button[type=submit]").click()
    await expect(page.locator(".made-key")).to_be_visible()
    return page


async def _slot_and(scene: Scene, product_id: int) -> tuple[int, int]:
    await student_of(scene)
    return scene.slots["noon"], product_id
