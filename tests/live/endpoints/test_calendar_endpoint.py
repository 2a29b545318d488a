"""The calendar's handshake: open to our own pages and to programs, with a limit per address."""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hub.app import LIVE
from tests.support.calendar_client import Visitor
from tests.support.hub import Hub
from tests.support.raw_websocket import CLOSE
from tests.support.shows import add_stage, change_show
from tests.support.world import World

Visit = Callable[..., Awaitable[Visitor]]
PATH = "/ws/availability?month=2026-11"
LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


async def refused(raw: Any, path: str = PATH, url: str | None = None, **headers: str) -> tuple[int, str]:
    with pytest.raises(ConnectionRefusedError) as no:
        await raw(url, path=path, **headers)
    status, head = no.value.args
    return status, head


async def test_a_page_of_another_site_is_refused_and_our_own_and_no_page_are_not(
    hub: Hub, world: World, raw: Any
) -> None:
    assert (await refused(raw, Origin="https://evil.example"))[0] == 403
    assert (await refused(raw, Origin="null"))[0] == 403
    await raw(path=PATH, Origin=hub.url)
    await raw(path=PATH)


async def test_a_session_is_neither_needed_nor_looked_at(hub: Hub, world: World, raw: Any) -> None:
    client = await raw(path=PATH, Cookie="hub_session=nonsense", Origin=hub.url)
    assert (await client.next())["type"] == "slots"
    assert len(hub.app[LIVE].sockets.staff) == 0
    assert len(hub.app[LIVE].sockets.calendar) == 1


@pytest.mark.parametrize(
    "query",
    ["month=2026-13", "month=november", "month=", "month=2036-11", "month=2025-10", "orq=x", "orq=0", "orq=99999",
     "orq=-1", "month=2026-11&orq=", "month=%F0%9F%98%80", "show=", "show=x", "show=-1", "show=99999999999999999"],
)  # fmt: skip
async def test_what_cannot_be_watched_is_refused_at_the_handshake(hub: Hub, world: World, raw: Any, query: str) -> None:
    assert (await refused(raw, f"/ws/availability?{query}"))[0] == 400


@pytest.mark.parametrize("status", ["DRAFT", "ARCHIVED", None])
async def test_only_a_published_show_can_be_watched(hub: Hub, world: World, raw: Any, status: str | None) -> None:
    stage = await add_stage(world)
    path = f"/ws/availability?month=2026-11&show={stage.show_id if status else 99999}"
    if status:
        await raw(path=path)
        await change_show(hub.database, stage.show_id, status=status)
    assert (await refused(raw, path))[0] == 404


async def test_a_request_without_an_upgrade_is_refused(hub: Hub, world: World) -> None:
    async with hub.client.get(PATH) as answer:
        assert answer.status == 426


async def test_one_address_may_hold_so_many_sockets_and_no_more(open_hub: Any, raw: Any) -> None:
    hub = await open_hub(public_sockets_per_ip=3)
    await World(hub).found()
    clients = [await raw(hub.url, path=PATH) for _ in range(3)]
    status, head = await refused(raw, url=hub.url)
    assert (status, "retry-after: 60" in head.lower()) == (429, True)
    clients[0].send_frame(CLOSE, b"\x03\xe8")
    assert await clients[0].code() == 1000
    async with asyncio.timeout(3):
        while len(hub.app[LIVE].sockets.calendar) == 3:
            await asyncio.sleep(0.02)
    await raw(hub.url, path=PATH)


async def test_behind_a_trusted_proxy_each_address_counts_for_itself(open_hub: Any, raw: Any) -> None:
    hub = await open_hub(public_sockets_per_ip=1, trusted_proxies=(LOOPBACK,))
    await World(hub).found()
    await raw(hub.url, path=PATH, X_Forwarded_For="203.0.113.1")
    await raw(hub.url, path=PATH, X_Forwarded_For="203.0.113.2")
    assert (await refused(raw, url=hub.url, X_Forwarded_For="203.0.113.1"))[0] == 429
    assert (await refused(raw, url=hub.url, X_Forwarded_For="6.6.6.6, 203.0.113.2"))[0] == 429


async def test_a_full_hall_is_closed_and_says_when_to_come_back(
    hub: Hub, world: World, visit: Visit, raw: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.live.endpoints.public_sockets.MOST_CALENDAR_SOCKETS", 2)
    for _ in range(2):
        await visit()
    status, head = await refused(raw)
    assert (status, "retry-after:" in head.lower()) == (503, True)
