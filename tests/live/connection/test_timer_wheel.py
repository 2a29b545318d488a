"""The timer wheel: one timer for all sockets."""

import asyncio
import time

from hub.app import LIVE
from hub.live.connection.timer_wheel import BUCKETS, TURN_SECONDS, TimerWheel
from tests.support.hub import Hub


class Item:
    def __init__(self, wheel: TimerWheel, answers: list[float | None]) -> None:
        self.bucket = -1
        self.called: list[float] = []
        self.wheel = wheel
        self.answers = answers

    def on_timer(self, now: float) -> float | None:
        self.called.append(now)
        return self.answers.pop(0) if self.answers else None


def turn(wheel: TimerWheel, seconds: float) -> None:
    for _ in range(int(seconds / TURN_SECONDS)):
        wheel.turn()


def test_an_item_comes_up_when_it_is_due_and_again_as_it_answers() -> None:
    wheel = TimerWheel()
    item = Item(wheel, [2.0, 0.1, None])
    wheel.put(item, 5.0)
    turn(wheel, 30)
    assert item.called == [5.0, 7.0, 7.5]
    assert item.bucket == -1


def test_what_is_further_off_than_the_wheel_is_round_is_asked_early() -> None:
    wheel = TimerWheel()
    item = Item(wheel, [])
    wheel.put(item, 10**6)
    turn(wheel, BUCKETS * TURN_SECONDS)
    assert item.called == [(BUCKETS - 1) * TURN_SECONDS]


def test_a_client_cannot_put_off_what_is_due() -> None:
    wheel = TimerWheel()
    item = Item(wheel, [])
    wheel.put(item, 3.0)
    turn(wheel, 2)
    wheel.put_sooner(item, 4.0)
    turn(wheel, 1)
    assert item.called == [3.0]
    wheel.put(item, 9.0)
    wheel.put_sooner(item, 1.0)
    turn(wheel, 1)
    assert item.called == [3.0, 4.0]


def test_one_that_fails_takes_nobody_along() -> None:
    wheel = TimerWheel()
    failing, other = Item(wheel, []), Item(wheel, [])
    failing.on_timer = lambda now: 1 / 0  # type: ignore[method-assign]
    wheel.put(failing, 1.0)
    wheel.put(other, 1.0)
    turn(wheel, 1)
    assert other.called == [1.0]
    assert failing.bucket >= 0


def test_a_removed_item_does_not_come_up() -> None:
    wheel = TimerWheel()
    item = Item(wheel, [])
    wheel.put(item, 1.0)
    wheel.remove(item)
    turn(wheel, 5)
    assert item.called == []


async def test_the_hub_turns_it_once_each_half_second(hub: Hub) -> None:
    """Two turns a second are the upper limit.

    On a busy machine turns come later, and no client is late by the wheel's time.
    """
    due = asyncio.Event()

    class Alarm(Item):
        def on_timer(self, now: float) -> None:
            due.set()

    wheel = hub.app[LIVE].host.timer_wheel
    began, at = time.monotonic(), wheel.now
    wheel.put(Alarm(wheel, []), 1.5)
    await asyncio.wait_for(due.wait(), 60)
    assert wheel.now - at == 1.5
    assert time.monotonic() - began > 1.0 - 0.05, "three turns, the first of which was under way already"
