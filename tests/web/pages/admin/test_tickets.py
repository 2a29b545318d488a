"""Tickets without JavaScript: found, issued, cancelled."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.actions.tickets import ticket_list
from tests.support.plain_browser import PlainBrowser
from tests.support.products import add_product
from tests.support.tickets import change_ticket, count_tickets, read_ticket_status
from tests.support.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN"))
        yield browser


async def test_tickets_are_issued_and_shown_with_their_order(world: World, browser: PlainBrowser) -> None:
    page = await browser.open("/admin/tickets")
    assert "There is no ticket yet. Issue the first ones below." in page.text
    student = await add_product(world, "Student")
    page = await browser.open("/admin/tickets")
    page.find("count").fill("0")
    page.find("email").fill("nobody")
    page.find("product_id").select(str(student))
    await page.press("Issue")
    assert (page.status, page.words_of("count-wrong")) == (409, "Give a whole number from 1 to 10000")
    page.find("count").fill("3")
    await page.press("Issue")
    assert (page.words_of("email-wrong"), page.find("product_id").value) == ("Invalid email format", str(student))
    page.find("email").fill("jo@example.com")
    await page.press("Issue")
    assert page.words_of("done") == "The tickets are issued. Here they are."
    assert await count_tickets(world.hub.database, product_id=student) == 3
    assert page.text.count("Student Order ") == 3


async def test_a_ticket_is_found_by_code_order_and_filter(
    world: World, browser: PlainBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await world.tickets(2)
    await change_ticket(world.hub.database, second.id, status="EXPIRED", channel="ota")
    for query, found in (
        (f"q={first.code}", {first}), (f"q={world.order_id}", {first, second}), ("status=EXPIRED", {second}),
        ("channel=ota", {second}), ("product=4711", set()), ("status=garbage&before=garbage&product=x", {first, second}),
    ):  # fmt: skip
        page = await browser.open(f"/admin/tickets?{query}")
        assert {one for one in (first, second) if one.code in page.text} == found, query
    assert "No ticket matches. Show all tickets" in (await browser.open("/admin/tickets?q=TKT-2026-AAAAAA-AAAAAA")).text
    monkeypatch.setattr(ticket_list, "LOOK_AT", 1)
    page = await browser.open("/admin/tickets?status=EXPIRED")
    texts = [page.text]
    while page.links("Older tickets"):
        texts.append((await page.follow("Older tickets")).text)
    assert [second.code in text for text in texts].count(True) == 1
    assert any(
        "No ticket matches among those looked at so far. Older ones may." in text or second.code in text
        for text in texts
    )


async def test_a_ticket_is_cancelled_after_its_page_has_said_what_that_does(
    world: World, browser: PlainBrowser
) -> None:
    ticket = await world.reserved(await world.slot())
    page = await browser.open("/admin/tickets")
    page = await page.follow(ticket.code)
    assert "Its space on Friday, 20 November 2026 is free at once, and its holder gets an email." in page.text
    await page.press("Cancel ticket")
    assert (page.status, page.words_of("reason-wrong")) == (409, "Must not be blank")
    page.find("reason").fill("Refunded")
    await page.press("Cancel ticket")
    assert page.words_of("done") == "The ticket is cancelled. Every scanner knows it now."
    assert page.buttons("Cancel ticket") == []
    assert await read_ticket_status(world.hub.database, ticket.id) == "CANCELLED"
