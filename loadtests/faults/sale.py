"""R1 to R4, R8: a sale goes on while a server or the hub is killed or frozen, or replies of Redis are lost."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]  # its stubs are one package more

from loadtests.faults.case import Case, Figure, Result
from loadtests.faults.customers import sell
from loadtests.faults.ground import Ground
from loadtests.faults.proxy import TextWatcher

CUSTOMERS = 16
PAUSE = 0.1
BEFORE, AFTER = 3.0, 6.0
SECONDS = 50.0


@dataclass(slots=True)
class Window:
    """When the fault began, when it was over, and when the server or hub could work again."""

    began: float = 0.0
    ended: float = 0.0
    able: float = 0.0


Fault = Callable[[Ground, bool], Awaitable[Window]]


async def kill_redis(ground: Ground, short: bool) -> Window:
    """Kill Redis and let nothing through for 10 s."""
    window = Window(began=time.monotonic())
    ground.redis.refuses = True
    ground.redis_process().kill()
    ground.redis.cut()
    await asyncio.sleep(4.0 if short else 10.0)
    ground.redis.refuses = False
    window.ended = window.able = time.monotonic()
    return window


async def freeze_redis(ground: Ground, short: bool) -> Window:
    window = Window(began=time.monotonic())
    with ground.frozen([ground.redis_process()]):
        await asyncio.sleep(5.0 if short else 30.0)
    window.ended = window.able = time.monotonic()
    return window


async def lose_replies_of_redis(ground: Ground, short: bool) -> Window:
    """Lose one in twenty replies of Redis to a script that it has run."""
    window = Window(began=time.monotonic())
    ground.redis.lost = 0
    ground.redis.loses = lambda: TextWatcher(b"EVALSHA", 0.05, ground.chance)
    ground.redis.cut()  # new connections are watched from their start
    await asyncio.sleep(5.0 if short else 15.0)
    ground.redis.loses = None
    window.ended = window.able = time.monotonic()
    return window


async def kill_postgres(ground: Ground, short: bool) -> Window:
    """Kill all of Postgres. Whoever keeps the servers starts it again at once."""
    del short
    window = Window(began=time.monotonic())
    for process in ground.postgres_processes():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    await ground.reconnect()
    window.ended = window.able = time.monotonic()
    return window


async def kill_hub(ground: Ground, short: bool) -> Window:
    del short
    window = Window(began=time.monotonic())
    await ground.hub.kill()
    await ground.hub.start()
    window.ended = window.able = time.monotonic()
    return window


async def sale(ground: Ground, fault: Fault, *, give_up: float, short: bool) -> Window:
    """Sell before, during and after the fault. `give_up`: seconds for which a customer repeats an unanswered request."""
    await ground.hub.start()
    slots = await ground.slots(8, capacity=20_000)
    orders = await ground.orders(12_000, slots)
    customers = ground.customers(CUSTOMERS)
    over = asyncio.Event()

    async def until_over() -> None:
        while not over.is_set():
            await sell(customers, orders, until=time.monotonic() + 1, give_up=give_up, pause=PAUSE)

    selling = asyncio.ensure_future(until_over())
    try:
        await asyncio.sleep(BEFORE)
        window = await fault(ground, short)
        await asyncio.sleep(AFTER)
    finally:
        over.set()
        await selling
        for customer in customers:
            customer.close()
    return window


def _figures(ground: Ground, window: Window) -> list[Figure]:
    history = ground.history
    during = history.attempts(window.began, window.ended)
    failed = [attempt for attempt in during if attempt.status != 200]
    good = [a.began + a.seconds for a in history.attempts() if a.status == 200]
    return [
        Figure("bookings", len(history.bookings), least=1),
        Figure("settled by a repeat", history.settled_by_repeating),
        Figure("attempts during the fault", len(during)),
        Figure("share of them not booked", len(failed) / len(during) if during else 0.0),
        Figure("longest of them", max((a.seconds for a in during), default=0.0), "s"),
        Figure("first booking after the fault began", _first(good, window.began) - window.began, "s"),
        Figure("first booking once it could", _first(good, window.able) - window.able, "s"),
    ]


def _first(moments: list[float], since: float) -> float:
    return min((moment for moment in moments if moment >= since), default=float("inf"))


def case_of(name: str, what: str, control: str, fault: Fault, bounds: dict[str, float]) -> Case:
    """Return the case of a fault. `bounds` has the most that figures may be, by their names."""

    async def run(ground: Ground, as_control: bool) -> Result:
        ground.hub.without = WITHOUT.get(control) if as_control else None
        history = ground.begin()
        give_up = 60.0
        if as_control:
            # Without the mechanism nothing settles a request, however often it is repeated.
            give_up = 0.0 if control == WITHOUT_REPEATS else 15.0
        window = await sale(ground, fault, give_up=give_up, short=ground.quick or as_control)
        ground.hub.without = None
        result = Result(name, what)
        result.figures = [
            Figure(one.name, one.value, one.unit, bounds.get(one.name)) for one in _figures(ground, window)
        ]
        result.notes += [f"{ground.redis.lost} replies of Redis lost"] * (fault is lose_replies_of_redis)
        result.broken += [f"not settled: {kind}, {n} times" for kind, n in history.outcomes.items() if kind != "booked"]
        if 500 in history.statuses:
            result.broken.append(f"{history.statuses[500]} answers 500")
        result.broken += await ground.broken()
        return result

    return Case(name, what, control, SECONDS, run)


WITHOUT_LIMITS = "the hub waits a minute for its servers"
WITHOUT_ADVICE = "seat admission must answer"
WITHOUT_REPEATS = "customers do not repeat what was not answered"
WITHOUT = {WITHOUT_LIMITS: "time limits", WITHOUT_ADVICE: "advice"}
"""The controls that take a mechanism of the hub away (`tests/support/served_without.py`). The others are the customers'."""
CASES = (
    case_of(
        "R1", "Redis is killed during a sale: bookings go on", WITHOUT_ADVICE, kill_redis,
        {"longest of them": 2.0, "share of them not booked": 0.02, "first booking after the fault began": 1.0},
    ),
    case_of(
        "R2", "Redis is frozen during a sale: bookings go on", WITHOUT_LIMITS, freeze_redis,
        {"longest of them": 2.0, "share of them not booked": 0.02, "first booking after the fault began": 1.0},
    ),
    case_of(
        "R3", "replies of Redis are lost during a sale: no place is held twice", WITHOUT_ADVICE, lose_replies_of_redis,
        {"longest of them": 2.0, "share of them not booked": 0.02},
    ),
    case_of(
        "R4", "Postgres is killed during a sale: nothing acknowledged is lost", WITHOUT_REPEATS, kill_postgres,
        {"first booking once it could": 2.0},
    ),
    case_of(
        "R8", "the hub is killed during a sale: nothing acknowledged is lost", WITHOUT_REPEATS, kill_hub,
        {"first booking once it could": 2.0},
    ),
)  # fmt: skip
