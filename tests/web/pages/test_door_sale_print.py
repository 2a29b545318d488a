"""The printed tickets of a door sale: one slip each, for whoever may sell there and knows the sale."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.support.door_sales import Seller, seller_of
from tests.support.hub import Hub
from tests.support.still_outbox import send_nothing
from tests.support.world import World


async def shown(hub: Hub, token: str, scan_id: str, **headers: str) -> tuple[int, str]:
    path = f"/operator/door-sales/{scan_id}/print"
    async with hub.client.get(
        path, headers={"Authorization": f"Bearer {token}", **headers}, allow_redirects=False
    ) as page:
        return page.status, await page.text()


@pytest.fixture
async def seller(hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch) -> Seller:
    send_nothing(monkeypatch)
    return await seller_of(hub, world)


async def test_each_ticket_of_a_sale_is_a_slip_with_its_code(hub: Hub, world: World, seller: Seller) -> None:
    _, sold = await seller.sell(await world.slot(), 2)
    status, text = await shown(hub, seller.token, sold["scan_id"])
    assert (status, text.count('class="slip"'), text.count("<svg")) == (200, 2, 2)
    for ticket in sold["tickets"]:
        assert ticket["ticket_code"] in text
    assert "12:00" in text
    _, chinese = await shown(hub, seller.token, sold["scan_id"], **{"Accept-Language": "zh-Hans"})
    assert "第 1 张，共 2 张" in chinese


async def test_nobody_else_prints_them(hub: Hub, world: World, seller: Seller) -> None:
    _, sold = await seller.sell(await world.slot())
    assert (await shown(hub, seller.token, str(uuid4())))[0] == 404
    assert (await shown(hub, seller.token, "no-sale"))[0] == 404
    assert (await shown(hub, "nobody", sold["scan_id"]))[0] == 302
    other = await World(hub).found()
    stranger = await seller_of(hub, other)
    assert (await shown(hub, stranger.token, sold["scan_id"]))[0] == 404
    await world.policy(door_sales="managers")
    assert (await shown(hub, seller.token, sold["scan_id"]))[0] == 403
