"""The calendar's socket: a visitor's state equals Postgres, at the tick's rate, whichever process changes it."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import date, time, timedelta
from typing import Any

import pytest

from hub.actions.booking.availability import MonthKey
from hub.actions.venues.generate_slots import OpeningHours, generate_slots
from hub.app import LIVE
from hub.events.announcements import SlotChanged, SlotsEdited
from hub.live.channels.months import MonthChannel
from tests.support.calendar_client import Visitor, truth
from tests.support.hub import Hub
from tests.support.shows import add_booking, add_performance, add_stage
from tests.support.slots import change_slot, close_slot, delete_slot, read_slot, resize_slot, revise_slot
from tests.support.world import TODAY, World
from web import keys

Visit = Callable[..., Awaitable[Visitor]]


async def test_the_month_comes_whole_and_with_the_fields_of_the_api(hub: Hub, world: World, visit: Visit) -> None:
    noon, later = await world.slot(), await world.slot(start="14:00", end="16:00", capacity=3)
    await world.slot(date(2026, 12, 1))
    visitor = await visit()
    _, answer = await hub.get("/api/reservation-slots/available?month=2026-11")
    assert list(visitor.slots.values()) == answer["data"], "the same objects in the same order"
    assert list(visitor.slots) == [noon, later]
    await world.reserved(later)
    change = await visitor.receive()
    assert (change["whole"], change["month"]) == (False, "2026-11")
    assert [slot["id"] for slot in change["slots"]] == [later], "only what has changed"
    _, answer = await hub.get("/api/reservation-slots/available?month=2026-11")
    assert list(visitor.slots.values()) == answer["data"]
    assert visitor.slots[later]["capacity_status"] == "AVAILABLE"
    assert visitor.slots[later]["available_count"] == 2


async def test_without_a_month_it_is_this_one_and_an_empty_one_is_said(hub: Hub, world: World, raw: Any) -> None:
    visitor = Visitor(await raw(path="/ws/availability"))
    assert await visitor.receive() == {"type": "slots", "month": "2026-11", "whole": True, "slots": []}


async def connected(*hubs: Hub) -> None:
    """Wait until every process is subscribed to the others, and until the resync after that is done."""
    async with asyncio.timeout(60):
        while not all(hub.app[LIVE].relay.connected for hub in hubs):
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.4)


def without_resync(hub: Hub) -> None:
    """Switch the resync off, so that every later event comes from an announcement."""
    hub.app[LIVE].channels.months_resync.hurry = lambda: None
    hub.app[LIVE].channels.months_resync._every = 60
    hub.app[LIVE].channels.months_resync._hurry.set()  # ends the pause that has begun already


async def test_what_visitors_see_is_true_after_any_sequence_at_two_hubs(
    hub: Hub, world: World, open_hub: Any, visit: Visit
) -> None:
    other = await open_hub()
    await connected(hub, other)
    slots = [await world.slot(TODAY + timedelta(days=n), capacity=4) for n in range(3)]
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    visitors = [await visit(at=at) for at in (hub, hub, other, other)]
    hearing = [asyncio.create_task(visitor.receive_until(110)) for visitor in visitors]
    booked: list[Any] = []
    for _ in range(80):
        at = chance.choice([hub, other])
        match chance.choice(["book", "book", "book", "cancel", "resize", "add", "late", "pause"]):
            case "book":
                ticket = await world.ticket()
                body = {"ticket_id": ticket.id, "slot_id": chance.choice(slots), "customer_email": "john@example.com",
                        "customer_phone": "+12025551234"}  # fmt: skip
                status, answer = await at.post("/api/reservations/create", body)
                assert status in (200, 409), (answer, seed)
                if status == 200:
                    booked.append((answer["data"]["reservation_id"], answer["data"]["manage_url"].rsplit("/", 1)[1]))
            case "cancel" if booked:
                number, token = booked.pop(chance.randrange(len(booked)))
                status, answer = await at.delete(f"/api/reservations/{number}", X_Reservation_Token=token)
                assert status in (200, 409), (answer, seed)
            case "resize":
                await resize_slot(hub.database, chance.choice(slots), chance.randrange(1, 7))
                at.services.announcer.publish([SlotsEdited(world.org_id)])
            case "add" if len(slots) < 12:
                slots.append(await world.slot(TODAY + timedelta(days=len(slots) % 9), f"{8 + len(slots)}:00", "23:30"))
                at.services.announcer.publish([SlotsEdited(world.org_id)])
            case "late":
                # A delayed message with an older state.
                row = await read_slot(hub.database, id=chance.choice(slots))
                stale = SlotChanged.of({**row, "revision": row["revision"] - 1, "booked_count": 0})
                at.services.announcer.publish([stale])
            case _:
                await asyncio.sleep(chance.random() * 0.1)
    wanted = await truth(hub, world.org_id)
    until = asyncio.get_running_loop().time() + 50
    while not all(visitor.sees_now(wanted) for visitor in visitors):
        assert asyncio.get_running_loop().time() < until, f"what the visitors see is not what is true, seed {seed}"
        await asyncio.sleep(0.05)
    for task in hearing:
        task.cancel()


async def test_changes_reach_another_process_within_a_moment(
    hub: Hub, world: World, open_hub: Any, visit: Visit
) -> None:
    other = await open_hub()
    slot = await world.slot(capacity=4)
    visitor = await visit(at=other)
    await connected(hub, other)
    for each in (hub, other):
        without_resync(each)
    await asyncio.sleep(0.1)
    await world.reserved(slot)
    await visitor.sees(await truth(hub, world.org_id), 60)
    # Negative control: without announcements and without a resync, the other process sends its visitors nothing.
    other.services.announcer.receive = lambda message: None
    await world.reserved(slot)
    with pytest.raises(AssertionError):
        await visitor.sees(await truth(hub, world.org_id), 0.3)


async def test_what_was_never_announced_is_found_by_the_resync(hub: Hub, world: World, visit: Visit) -> None:
    slot = await world.slot()
    visitor = await visit()
    await revise_slot(hub.database, slot, total_capacity=7)
    await visitor.sees(await truth(hub, world.org_id), 60)
    assert visitor.slots[slot]["total_capacity"] == 7
    assert hub.app[LIVE].channels.months_resync.healed == 1


async def test_slots_that_are_added_closed_or_gone_reach_an_open_calendar(hub: Hub, world: World, visit: Visit) -> None:
    slot = await world.slot()
    visitor = await visit()
    resync = hub.app[LIVE].channels.months_resync
    resync._every, resync._settle_seconds = 3600, 0.05  # only when `hurry` is called
    resync.hurry()
    await generate_slots(hub.services, OpeningHours(TODAY, 2, time(16), time(18), 60, 5))
    await visitor.sees(await truth(hub, world.org_id), 60)
    assert len(visitor.slots) == 5
    await close_slot(hub.database, slot)
    hub.services.announcer.publish([SlotsEdited(world.org_id)])
    await visitor.sees(await truth(hub, world.org_id), 60)
    assert visitor.slots[slot]["available_count"] == 0
    await delete_slot(hub.database, slot)
    hub.services.announcer.publish([SlotsEdited(world.org_id)])
    await visitor.sees(await truth(hub, world.org_id), 60)
    assert slot not in visitor.slots


async def test_an_edit_during_the_reading_is_not_lost(hub: Hub, world: World, visit: Visit, monkeypatch: Any) -> None:
    slot = await world.slot()
    visitor = await visit()
    without_resync(hub)
    live, calendar = hub.app[LIVE], hub.app[keys.AVAILABILITY]
    begun, go_on = asyncio.Event(), asyncio.Event()
    fetch = hub.database.fetch

    async def held_up(sql: Any, *args: Any) -> Any:
        rows = await fetch(sql, *args)
        if not begun.is_set():
            begun.set()
            await go_on.wait()
        return rows

    class Slow:
        def __getattr__(self, name: str) -> Any:
            return getattr(hub.database, name)

    slow = Slow()
    slow.fetch = held_up  # type: ignore[attr-defined]
    monkeypatch.setattr(calendar, "_services", _with_database(hub.services, slow))
    channel = await live.channels.months.open(MonthKey(world.org_id, 2026, 11))
    reading = asyncio.create_task(live.channels.months.resync(channel))
    await begun.wait()
    await close_slot(hub.database, slot)
    hub.services.announcer.publish([SlotsEdited(world.org_id)])
    go_on.set()
    await reading
    await visitor.sees(await truth(hub, world.org_id), 60)


def _with_database(services: Any, database: Any) -> Any:
    class Wrapped:
        def __getattr__(self, name: str) -> Any:
            return database if name == "database" else getattr(services, name)

    return Wrapped()


async def test_leafing_through_the_months_ends_with_the_last_one_whole(hub: Hub, world: World, visit: Visit) -> None:
    here, there = await world.slot(), await world.slot(date(2027, 2, 3))
    visitor = await visit()
    for month in ("2026-12", "2027-01", "2027-02"):
        visitor.ask(month)
    async with asyncio.timeout(60):
        while visitor.month != "2027-02":
            assert (await visitor.receive())["whole"]
    assert list(visitor.slots) == [there]
    await world.reserved(here)
    await world.reserved(there)
    await visitor.sees(await truth(hub, world.org_id, "2027-02"), 60)
    visitor.ask("2027-02")
    assert (await visitor.receive())["whole"], "asked for again, it comes whole again"
    assert {channel.key for channel in hub.app[LIVE].channels.months.subscribed()} == {MonthKey(world.org_id, 2027, 2)}


async def test_an_organisation_sees_its_own_slots_only(hub: Hub, world: World, visit: Visit, raw: Any) -> None:
    other = await World(hub).found()
    own, foreign = await world.slot(), await other.slot()
    visitor, stranger = await visit(query=f"&orq={world.org_id}"), await visit(query=f"&orq={other.org_id}")
    assert (list(visitor.slots), list(stranger.slots)) == ([own], [foreign])
    await other.reserved(foreign)
    await stranger.sees(await truth(hub, other.org_id), 60)
    await world.reserved(own)
    change = await visitor.receive()
    assert ([slot["id"] for slot in change["slots"]], visitor.frames) == ([own], 2), "nothing before its own"
    with pytest.raises(ConnectionRefusedError) as refused:
        await raw(path="/ws/availability?month=2026-11")
    assert refused.value.args[0] == 400, "where there are several, one must be named"


async def test_without_the_comparison_the_calendar_is_wrong(hub: Hub, world: World, visit: Visit) -> None:
    """Negative control: a channel that finds no difference sends nothing, and the tests above would fail."""
    slot = await world.slot()
    visitor = await visit()
    channel = await hub.app[LIVE].channels.months.open(MonthKey(world.org_id, 2026, 11))
    assert isinstance(channel, MonthChannel)
    channel.state._calendar = _Frozen(channel.state._calendar.pieces(channel.key))  # type: ignore[assignment]
    await world.reserved(slot)
    with pytest.raises(AssertionError):
        await visitor.sees(await truth(hub, world.org_id), 0.5)


class _Frozen:
    def __init__(self, pieces: Any) -> None:
        self._pieces = pieces

    def pieces(self, _: Any) -> Any:
        return self._pieces


async def test_a_show_is_followed_by_itself_and_the_tickets_calendar_has_no_performances(
    hub: Hub, world: World, visit: Visit
) -> None:
    stage = await add_stage(world, capacity=10)
    december = await add_performance(world, stage.show_id, stage.room_id, date(2026, 12, 1))
    other = await add_stage(world, title="Another show")
    slot = await world.slot()
    visitor, tickets = await visit(query=f"&show={stage.show_id}"), await visit()
    assert list(visitor.slots) == [stage.performance_id]
    assert list(tickets.slots) == [slot]
    hub.services.announcer.publish([await booked_now(world, stage.performance_id, 3)])
    hub.services.announcer.publish([await booked_now(world, other.performance_id, 3)])
    await visitor.receive()
    assert visitor.slots[stage.performance_id]["available_count"] == 7
    await change_slot(hub.database, stage.performance_id, booking_closed=True)
    hub.services.announcer.publish([SlotsEdited(world.org_id)])
    await visitor.receive()
    assert (visitor.slots[stage.performance_id]["status"], visitor.slots[stage.performance_id]["available_count"]) == (
        "CLOSED", 0,
    )  # fmt: skip
    visitor.ask("2026-12")
    await visitor.receive()
    assert list(visitor.slots) == [december]


async def booked_now(world: World, slot_id: int, places: int) -> SlotChanged:
    await add_booking(world, slot_id, places)
    return SlotChanged.of(await read_slot(world.hub.database, id=slot_id))
