"""The tickets of an order on paper, and sent again by e-mail."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from hub.actions.orders import printed_tickets
from tests.support.mail_outbox import read_outbox
from tests.support.orders import add_sold_order, change_products
from tests.support.plain_browser import PlainBrowser
from tests.support.still_outbox import send_nothing
from tests.support.tickets import read_ticket
from tests.support.world import World


@pytest.fixture
async def browser(world: World) -> AsyncIterator[PlainBrowser]:
    async with PlainBrowser(world.hub.url) as browser:
        browser.sign_in(await world.staff("ADMIN"))
        yield browser


async def test_the_tickets_of_an_order_are_printed_unless_they_are_unpaid_or_cancelled(
    world: World, browser: PlainBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id, ids = await add_sold_order(
        world, "ACTIVATED", "CANCELLED", "INACTIVE", "PENDING_PAYMENT", "ACTIVATED", email=None
    )
    codes = [(await read_ticket(world.hub.database, "code", id=number))["code"] for number in ids]
    page = await browser.open(f"/admin/orders/{order_id}")
    assert "Print the tickets" in page.text
    page = whole = await browser.open(f"/admin/orders/{order_id}/print")
    assert [code in page.text for code in codes] == [True, False, True, False, True]
    assert (
        page.text.count("Test Venue"),
        f"here: {world.hub.settings.public_url}/reserve".replace("http://", "") in page.text,
    ) == (3, True)
    page = await browser.open(f"/admin/orders/{order_id}/print?ticket={ids[2]}")
    assert [code in page.text for code in codes] == [False, False, True, False, False]
    page = await browser.open(f"/admin/orders/{order_id}/print?ticket={ids[1]}")
    assert "There is no ticket to print." in page.text
    monkeypatch.setattr(printed_tickets, "MOST_PRINTED", 2)
    first = await browser.open(f"/admin/orders/{order_id}/print")
    on_first = [code in first.text for code in codes]
    rest = await browser.open(f"/admin/orders/{order_id}/print?after={sorted(ids[::2])[1]}")
    on_rest = [code in rest.text for code in codes]
    assert (sum(on_first), sum(on_rest)) == (2, 1)
    assert ("1 of 3" in whole.text, "1 of 2" in first.text) == (True, False), "a page of an order does not count"
    assert [one or other for one, other in zip(on_first, on_rest, strict=True)] == [True, False, True, False, True]


async def test_nobody_else_prints_them(world: World, browser: PlainBrowser) -> None:
    order_id, _ = await add_sold_order(world, "ACTIVATED", email=None)
    other = await World(world.hub).found()
    browser.sign_in(await other.staff("ADMIN"))
    assert (await browser.open(f"/admin/orders/{order_id}/print")).status == 404
    browser.sign_in(await world.staff("MANAGER"))
    assert (await browser.open(f"/admin/orders/{order_id}/print")).heading == "Staff sign-in"


async def test_a_slip_asks_for_a_booking_only_where_nobody_comes_in_without_one(
    world: World, browser: PlainBrowser
) -> None:
    order_id, (at_once, _) = await add_sold_order(world, "ACTIVATED", "EXPIRED", email=None)
    elsewhere = await world.venue()
    asked = "Book your time here:"
    assert (await browser.open(f"/admin/orders/{order_id}/print")).text.count(asked) == 1, "not on one that is over"
    await world.policy(unreserved_entry="allow")
    assert asked in (await browser.open(f"/admin/orders/{order_id}/print")).text, "it is valid at the other venue too"
    await change_products(world.hub.database, venue_id=world.venue_id)
    assert asked not in (await browser.open(f"/admin/orders/{order_id}/print?ticket={at_once}")).text
    await change_products(world.hub.database, venue_id=elsewhere)
    assert asked in (await browser.open(f"/admin/orders/{order_id}/print?ticket={at_once}")).text


async def test_an_order_and_a_ticket_of_an_import_are_sent_again_from_their_pages(
    world: World, browser: PlainBrowser, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_nothing(monkeypatch)
    order_id, (bought, _) = await add_sold_order(world, "ACTIVATED", "CANCELLED", email="jo@example.com")
    page = await browser.open(f"/admin/orders/{order_id}")
    assert "We email jo@example.com the tickets once more." in page.text
    await page.press("Send again")
    assert page.words_of("done") == "The email is on its way to the customer again."
    imported = await world.ticket(imported_email="bob@example.com")
    page = await browser.open(f"/admin/tickets/{imported.id}")
    assert "We email bob@example.com the ticket once more." in page.text
    for _ in range(3):
        await page.press("Send again")
    assert (page.status, "Too many" in page.text) == (409, True)
    mails = await read_outbox(world.hub.database, order_by="id")
    assert [row["recipient"] for row in mails] == ["jo@example.com", "bob@example.com", "bob@example.com"]
    nowhere = await world.ticket()
    for address in (f"/admin/tickets/{nowhere.id}", f"/admin/orders/{world.order_id}"):
        assert "Send again" not in (await browser.open(address)).text
    assert "Send again" in (await browser.open(f"/admin/tickets/{bought}")).text
