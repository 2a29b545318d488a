"""Channels: every kind is opened, read, coalesced and dropped in the same way."""

import asyncio
from typing import Any

import pytest

from hub.live.channels.channel import Channel, Channels
from hub.live.channels.subscription import Subscription
from hub.live.channels.tick import Tick


class Number:
    """A state that is one number."""

    def __init__(self) -> None:
        self.version = 0

    def update_after(self, version: int | None) -> tuple[int, bytes]:
        return self.version, b"%d after %s" % (self.version, str(version).encode())


class Outbox:
    """A send queue whose socket is full until the test opens it."""

    def __init__(self) -> None:
        self.full = False
        self.offered: list[Any] = []
        self.sent: list[bytes] = []

    def offer(self, pending: Any) -> None:
        self.offered.append(pending)
        if not self.full:
            self.let_through()

    def let_through(self) -> None:
        offered, self.offered = self.offered, []
        for pending in offered:
            frame = pending.render()
            if frame is not None:
                self.sent.append(frame)


class Numbers(Channels[str, Channel[str, Number]]):
    def __init__(self, **how: Any) -> None:
        super().__init__(Tick(0.0), **how)
        self.readings = 0
        self.dropped: list[str] = []
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def open(self, key: str) -> Channel[str, Number]:
        return await self._open(key, lambda: Channel(key, Number()))

    async def _read(self, channel: Channel[str, Number]) -> int:
        self.readings += 1
        await self.go_on.wait()
        return 0

    def _was_dropped(self, channel: Channel[str, Number]) -> None:
        self.dropped.append(channel.key)

    def change(self, channel: Channel[str, Number]) -> None:
        channel.state.version += 1
        self.changed(channel)


def subscribe(
    channel: Channel[str, Number], outbox: Outbox, version: int | None = 0, head: bytes = b""
) -> Subscription:
    subscription = Subscription(outbox, head=head)  # type: ignore[arg-type]
    subscription.follow(channel, channel.state, version=version)
    return subscription


async def until_ticked(channels: Numbers) -> None:
    async with asyncio.timeout(1):
        while channels._tick._timer is not None:
            await asyncio.sleep(0)


async def test_those_who_open_a_channel_at_once_share_one_reading_and_a_fresh_one_is_not_read() -> None:
    numbers = Numbers()
    numbers.go_on.clear()
    opening = [asyncio.create_task(numbers.open("a")) for _ in range(100)]
    await asyncio.sleep(0)
    numbers.go_on.set()
    channels = await asyncio.gather(*opening)
    assert (numbers.readings, len(set(map(id, channels)))) == (1, 1)
    await numbers.open("a")
    assert numbers.readings == 1
    channels[0].read_at = channels[0].read_at and channels[0].read_at - 3
    await numbers.open("a")
    assert numbers.readings == 2, "older than two seconds it is read again"


async def test_a_read_that_fails_raises_for_who_opens_and_is_tried_again() -> None:
    class Failing(Numbers):
        async def _read(self, channel: Channel[str, Number]) -> int:
            await super()._read(channel)
            if self.readings == 1:
                raise ConnectionResetError
            return 0

    numbers = Failing()
    with pytest.raises(ConnectionResetError):
        await numbers.open("a")
    assert (await numbers.open("a")).opening == 0
    assert numbers.readings == 2


async def test_a_channel_is_dropped_when_left_for_long_but_not_while_somebody_opens_it() -> None:
    numbers = Numbers(kept_seconds=30.0)
    channel = await numbers.open("a")
    subscription = subscribe(channel, Outbox())
    channel.left_at -= 31
    assert numbers.subscribed() == [channel], "whoever subscribes keeps it"
    subscription.leave()
    assert numbers.subscribed() == []
    assert len(numbers) == 1, "it is kept for a while"
    channel.read_at, channel.left_at = None, channel.left_at - 31
    numbers.go_on.clear()
    opening = asyncio.create_task(numbers.open("a"))
    await asyncio.sleep(0)
    assert numbers.subscribed() == []
    assert len(numbers) == 1, "somebody waits for its reading"
    numbers.go_on.set()
    assert await opening is channel
    channel.left_at -= 31
    assert numbers.subscribed() == []
    assert (len(numbers), numbers.dropped) == (0, ["a"])


async def test_a_slow_subscriber_is_sent_one_frame_for_many_changes_and_each_its_own_head() -> None:
    numbers, slow, fast = Numbers(), Outbox(), Outbox()
    channel = await numbers.open("a")
    slow.full = True
    subscribe(channel, slow, head=b"slow ")
    subscribe(channel, fast, head=b"fast ")
    for _ in range(3):
        numbers.change(channel)
        await until_ticked(numbers)
    assert fast.sent == [b"fast 1 after 0", b"fast 2 after 1", b"fast 3 after 2"]
    assert len(slow.offered) == 1
    slow.let_through()
    assert slow.sent == [b"slow 3 after 0"]


async def test_who_has_left_is_sent_nothing_that_was_offered_before() -> None:
    numbers, outbox = Numbers(), Outbox()
    channel = await numbers.open("a")
    outbox.full = True
    subscription = subscribe(channel, outbox)
    numbers.change(channel)
    await until_ticked(numbers)
    assert outbox.offered
    subscription.leave()
    outbox.let_through()
    assert outbox.sent == []
    assert channel.subscribers == set()


async def test_a_subscription_that_follows_another_channel_leaves_the_first_and_offers_once() -> None:
    numbers, outbox = Numbers(), Outbox()
    first, second = await numbers.open("a"), await numbers.open("b")
    outbox.full = True
    subscription = subscribe(first, outbox, version=None)
    subscription.notify()
    subscription.follow(second, second.state, version=None)
    subscription.notify()
    assert (first.subscribers, second.subscribers) == (set(), {subscription})
    assert len(outbox.offered) == 1
    outbox.let_through()
    assert outbox.sent == [b"0 after None"], "the whole state of the second, once"
