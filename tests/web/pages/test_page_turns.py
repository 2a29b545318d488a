"""Page turns: one page begins in each turn of the event loop, in order, and staff do not wait for the pages of others."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.support.hub import Hub
from tests.support.world import World
from web.pages.page_turns import PageTurns


class LoopTurns:
    """Counts the turns of the event loop, as a scan that passes through several of them would."""

    def __init__(self) -> None:
        self.number = 0
        self._counting = asyncio.create_task(self._count())

    async def _count(self) -> None:
        while True:
            self.number += 1
            await asyncio.sleep(0)

    async def stop(self) -> None:
        self._counting.cancel()
        await asyncio.wait([self._counting])


@pytest.mark.parametrize("in_turns", [True, False])
async def test_of_fifty_pages_one_begins_in_each_turn_of_the_loop(in_turns: bool) -> None:
    """Negative control: without turns all of them begin in the same one."""
    turns, loop_turns, begun = PageTurns(), LoopTurns(), []

    async def page(number: int) -> None:
        if in_turns:
            await turns.take()
        begun.append((loop_turns.number, number))

    await asyncio.gather(*(page(number) for number in range(50)))
    await loop_turns.stop()
    most = max(Counter(turn for turn, _ in begun).values())
    assert most == (1 if in_turns else 50)
    assert [number for _, number in begun] == list(range(50))


async def test_a_page_alone_begins_at_once() -> None:
    turns = PageTurns()
    for _ in range(3):
        loop_turns = LoopTurns()
        before = loop_turns.number
        await turns.take()
        assert loop_turns.number == before
        await loop_turns.stop()


async def test_who_gives_up_waiting_takes_no_turn_and_stops_nobody() -> None:
    turns, begun = PageTurns(), []

    async def page(number: int) -> None:
        await turns.take()
        begun.append(number)

    pages = [asyncio.create_task(page(number)) for number in range(6)]
    await asyncio.sleep(0)
    for number in (1, 2, 5):
        pages[number].cancel()
    await asyncio.gather(*pages, return_exceptions=True)
    assert begun == [0, 3, 4]
    await turns.take()


async def test_staff_and_their_sign_in_do_not_wait_for_the_pages_of_visitors(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting: list[asyncio.Future[None]] = []

    async def never(_: PageTurns) -> None:
        waiting.append(asyncio.get_running_loop().create_future())
        await waiting[-1]

    monkeypatch.setattr(PageTurns, "take", never)
    visitor = asyncio.create_task(hub.client.get("/reserve"))
    while not waiting:
        await asyncio.sleep(0.01)
    headers = {"Authorization": f"Bearer {await world.staff(role='MANAGER')}"}
    for path, sent in (("/manager", headers), ("/shows", headers), ("/operator/login", {}), ("/operator/scan", {})):
        async with hub.client.get(path, headers=sent, allow_redirects=False) as response:
            assert response.status < 400, path
    assert len(waiting) == 1
    waiting[0].set_result(None)
    (await visitor).close()
