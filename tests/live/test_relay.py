"""The relay: it notices a dead Redis subscription, which otherwise looks like a time without events."""

import asyncio
from typing import Any

from hub.events.announcements import SlotsEdited
from hub.events.announcer import Announcer
from hub.live.relay import Relay


class Wire:
    """The part of Redis that the relay uses. The first subscriber never receives anything."""

    def __init__(self) -> None:
        self.subscribers: list[asyncio.Queue[dict[str, Any]]] = []

    def pubsub(self, **_: Any) -> "Subscriber":
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.subscribers.append(queue)
        return Subscriber(queue)

    async def publish(self, channel: str, data: bytes) -> None:
        for queue in self.subscribers[1:]:
            queue.put_nowait({"channel": channel.encode(), "data": data})


class Subscriber:
    def __init__(self, queue: asyncio.Queue[dict[str, Any]]) -> None:
        self.queue = queue

    async def subscribe(self, *_: str) -> None:
        pass

    async def get_message(self, timeout: float) -> dict[str, Any] | None:
        try:
            return await asyncio.wait_for(self.queue.get(), timeout)
        except TimeoutError:
            return None

    async def aclose(self) -> None:
        pass


async def test_a_dead_subscriber_is_replaced_and_the_gap_is_reported() -> None:
    wire, gaps = Wire(), asyncio.Event()
    here, there = Announcer(None), Announcer(wire)
    heard: list[Any] = []
    here.listen(heard.append)
    relay = Relay(wire, here, gaps.set, ping_seconds=0.05)
    running = asyncio.get_running_loop().create_task(relay.run())
    try:
        await asyncio.sleep(0.1)
        assert not relay.connected
        await asyncio.wait_for(gaps.wait(), 2)
        assert relay.connected
        assert len(wire.subscribers) == 2
        there.publish([SlotsEdited(7)])
        async with asyncio.timeout(1):
            while not heard:
                await asyncio.sleep(0.01)
        assert heard == [SlotsEdited(7)]
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
