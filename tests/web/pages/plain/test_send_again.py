"""The page for a lost confirmation, `/reserve/again`, over HTTP."""

from __future__ import annotations

from tests.support.hub import Hub
from tests.support.mail_outbox import count_outbox
from tests.support.orders import change_order
from tests.support.world import World

AGAIN = "/reserve/again"


async def test_an_address_has_its_confirmation_sent_again_and_a_stranger_reads_the_same(hub: Hub, world: World) -> None:
    await world.reserved(await world.slot())
    pages = []
    for email in ("john@example.com", "nobody@example.com"):
        async with hub.client.post(AGAIN, data={"email": email}, allow_redirects=False) as response:
            assert response.status == 303
            where = response.headers["Location"]
        async with hub.client.get(where) as response:
            pages.append((response.status, await response.text()))
    assert pages[0] == pages[1]
    assert pages[0][0] == 200
    assert "Check your inbox" in pages[0][1]
    assert await count_outbox(hub.database, kind="reservation.resent") == 1


async def test_tickets_without_a_time_are_sent_again_once_in_five_minutes(hub: Hub, world: World) -> None:
    await world.ticket()
    await change_order(hub.database, world.order_id, customer_email="Jo@example.com")
    for email in ("jo@example.com", "jo@example.com", "nobody@example.com"):
        async with hub.client.post(AGAIN, data={"email": email}, allow_redirects=False) as response:
            assert response.status == 303
    assert await count_outbox(hub.database, kind="order.confirmed") == 1


async def test_a_wrong_address_is_named_at_its_field_and_stays_there(hub: Hub, world: World) -> None:
    async with hub.client.post(AGAIN, data={"email": "john@"}) as response:
        assert response.status == 400
        text = await response.text()
    assert 'value="john@"' in text
    assert 'id="again-wrong"' in text
    assert await count_outbox(hub.database, kind="reservation.resent") == 0
