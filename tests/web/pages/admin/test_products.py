"""Products without JavaScript: made, changed beside somebody else, archived, deleted."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.tickets.products import change_product
from tests.support.plain_browser import PlainBrowser
from tests.support.products import add_product, read_products
from tests.support.venues import add_gates
from tests.support.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN"))
        yield browser


async def test_a_product_is_made_and_what_is_wrong_is_said_beside_the_field(
    world: World, browser: PlainBrowser
) -> None:
    await add_gates(world, "Main", "Back")
    page = await browser.open("/admin/products/new")
    page.find("name").fill(" ")
    page.find("note").fill("Audio guide")
    for choice in page.fields("For some days from their issue"):
        choice.check()
    page.find("valid_days").fill("many")
    page.field("Main").check()
    await page.press("Save")
    assert (page.status, page.words_of("valid_days-wrong")) == (409, "Give a whole number")
    assert (page.find("note")["value"], page.field("Main").has("checked")) == ("Audio guide", True)
    page.find("valid_days").fill("30")
    await page.press("Save")
    assert page.words_of("name-wrong") == "Must not be blank"
    page.find("name").fill("Student")
    del page.find("sold_at_door").attributes["checked"]
    await page.press("Save")
    assert page.words_of("done") == "The product is added."
    [product] = await read_products(world.hub.database, name="Student")
    assert (product["valid_days"], product["note"], product["sold_at_door"]) == (30, "Audio guide", False)
    page = await browser.open("/admin/products?q=stud")
    assert "Student Every venue · valid for 30 days · not sold at the gate By gate Main “Audio guide”" in page.text


async def test_what_somebody_else_saved_meanwhile_is_shown_and_not_overwritten(
    world: World, browser: PlainBrowser
) -> None:
    product = await add_product(world, "Student", gates=["Main"])
    page = await browser.open(f"/admin/products/{product}")
    await change_product(
        world.hub.services, Actor(world.org_id), product, {"note": "Theirs", "valid_days": 7, "gate_ids": ()}
    )
    page.find("note").fill("Mine")
    await page.press("Save")
    assert page.status == 412
    for theirs in ("Saved by somebody else: Theirs", "Saved by somebody else: 7", "Saved by somebody else: every gate"):
        assert theirs in page.text
    assert page.find("note")["value"] == "Mine"
    await page.press("Save")
    assert page.words_of("done") == "The product is saved. Scanners know it within seconds."
    [row] = await read_products(world.hub.database, id=product)
    assert (row["note"], row["valid_days"], row["version"]) == ("Mine", None, 3)


async def test_a_product_is_archived_brought_back_and_deleted_once_it_has_no_ticket(
    world: World, browser: PlainBrowser
) -> None:
    await world.ticket()
    page = await browser.open(f"/admin/products/{world.product_id}")
    assert page.buttons("Delete product") == []
    await page.press("Archive")
    assert page.words_of("done") == "The product is archived. Its tickets stay valid."
    assert "Your first product" in (await browser.open("/admin/products")).text
    assert "Admission" in (await browser.open("/admin/products?status=archived")).text
    page = await browser.open(f"/admin/products/{world.product_id}")
    await page.press("Bring back")
    assert page.words_of("done") == "The product is for sale again."
    page = await browser.open(f"/admin/products/{await add_product(world, 'Child')}")
    await page.press("Delete product")
    assert page.words_of("done") == "The product is deleted."
    assert [row["name"] for row in await read_products(world.hub.database, "name")] == ["Admission"]


async def test_only_administrators_find_the_pages(world: World, browser: PlainBrowser) -> None:
    browser.sign_in(await world.staff("MANAGER"))
    for path in ("/admin/products", "/admin/products/new", f"/admin/products/{world.product_id}", "/admin/tickets"):
        assert (await browser.open(path)).heading == "Staff sign-in"
