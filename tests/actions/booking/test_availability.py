"""Availability: the content of the calendar, its freshness, and the alternatives to a full slot."""

from __future__ import annotations

import asyncio
from datetime import time, timedelta

import orjson
import pytest

from hub.actions.venues.generate_slots import OpeningHours, generate_slots
from tests.support.bookings import book
from tests.support.hub import Hub
from tests.support.slots import close_slot, revise_slots
from tests.support.world import TODAY, World
from web import keys


def calendar(hub: Hub):
    return hub.app[keys.AVAILABILITY]


async def month(hub: Hub, world: World) -> list[dict]:
    body = await calendar(hub).month(world.org_id, TODAY.year, TODAY.month)
    return orjson.loads(body.body)["data"]


@pytest.mark.parametrize(
    ("capacity", "booked", "status", "shown"),
    [(10, 0, "ACTIVE", "AVAILABLE"), (10, 4, "ACTIVE", "AVAILABLE"), (10, 5, "ACTIVE", "LIMITED"),
     (10, 9, "ACTIVE", "LIMITED"), (10, 10, "FULL", "FULL"), (0, 0, "FULL", "FULL")],
)  # fmt: skip
async def test_a_slot_is_available_limited_or_full_by_its_free_share(
    hub: Hub, world: World, capacity: int, booked: int, status: str, shown: str
):
    await world.slot(capacity=capacity, booked=booked)
    (slot,) = await month(hub, world)
    assert (slot["status"], slot["capacity_status"], slot["available_count"]) == (status, shown, capacity - booked)


async def test_what_this_hub_books_shows_at_once_and_changes_the_entity_tag(hub: Hub, world: World):
    slot_id = await world.slot(capacity=10)
    before = await calendar(hub).month(world.org_id, TODAY.year, TODAY.month)
    assert before is await calendar(hub).month(world.org_id, TODAY.year, TODAY.month), "nothing changed: the same body"
    await world.reserved(slot_id)
    after = await calendar(hub).month(world.org_id, TODAY.year, TODAY.month)
    assert orjson.loads(after.body)["data"][0]["booked_count"] == 1
    assert after.etag != before.etag


async def test_what_another_hub_books_shows_within_a_moment(hub: Hub, world: World, open_hub):
    other = await open_hub()
    slot_id = await world.slot(capacity=10)
    assert (await month(other, world))[0]["booked_count"] == 0
    assert (await book(hub, await world.ticket(), slot_id))[0] == 200
    for _ in range(200):
        if (await month(other, world))[0]["booked_count"] == 1:
            break
        await asyncio.sleep(0.01)
    assert (await month(other, world))[0]["booked_count"] == 1


async def test_a_lost_announcement_is_healed_by_the_next_reading(hub: Hub, world: World, monkeypatch):
    await world.slot(capacity=10)
    await month(hub, world)
    await revise_slots(hub.database, total_capacity=20)
    assert (await month(hub, world))[0]["total_capacity"] == 10
    monkeypatch.setattr("hub.actions.booking.availability.FRESH_SECONDS", 0.0)
    for _ in range(100):
        if (await month(hub, world))[0]["total_capacity"] == 20:
            break
        await asyncio.sleep(0.01)
    assert (await month(hub, world))[0]["total_capacity"] == 20


async def test_an_older_reading_never_overwrites_a_newer_announcement(hub: Hub, world: World, monkeypatch):
    """The reading began before the booking and ends after the booking was announced."""
    slot_id = await world.slot(capacity=10)
    read = hub.database.jobs.fetch

    async def slow(sql, *args):
        rows = await read(sql, *args)
        if "BETWEEN" in sql:
            await world.reserved(slot_id)
        return rows

    ticketed = await world.ticket()
    monkeypatch.setattr(hub.database, "fetch", slow)
    slots = await month(hub, world)
    monkeypatch.undo()
    assert slots[0]["booked_count"] == 1
    assert (await book(hub, ticketed, slot_id))[0] == 200
    assert (await month(hub, world))[0]["booked_count"] == 2


async def test_a_span_over_two_months_and_one_venue(hub: Hub, world: World):
    elsewhere = await world.venue()
    days = [TODAY + timedelta(days=n) for n in (0, 5, 12, 40)]
    wanted = [await world.slot(day) for day in days]
    await world.slot(days[1], venue_id=elsewhere)
    body = orjson.loads((await calendar(hub).span(world.org_id, days[0], days[2], venue_id=world.venue_id)).body)
    assert [slot["id"] for slot in body["data"]] == wanted[:3]
    assert body["metadata"] == {"from": str(days[0]), "to": str(days[2]), "total_slots": 3}


async def test_another_organisation_sees_nothing_of_it(hub: Hub, world: World):
    await world.slot()
    other = await World(hub).found()
    assert await month(hub, other) == []


async def test_alternatives_are_near_free_at_the_same_venue_and_not_over(hub: Hub, world: World):
    elsewhere = await world.venue()
    full = await world.slot(capacity=1, booked=1)
    next_hour = await world.slot(start="14:00", end="16:00")
    tomorrow = await world.slot(TODAY + timedelta(days=1))
    over = await world.slot(start="08:00", end="10:00")
    also_full = await world.slot(start="16:00", end="18:00", capacity=1, booked=1)
    far = await world.slot(TODAY + timedelta(days=20))
    other = await world.slot(start="14:00", end="16:00", venue_id=elsewhere)
    offered = [slot["slot_id"] for slot in await calendar(hub).alternatives(world.org_id, full)]
    assert offered[0] == next_hour
    assert tomorrow in offered
    assert not {full, over, also_full, far, other} & set(offered)


async def test_a_closed_slot_is_shown_closed_and_not_offered(hub: Hub, world: World):
    full, closed = await world.slot(capacity=1, booked=1), await world.slot(start="14:00", end="16:00")
    await close_slot(hub.database, closed)
    shown = {slot["id"]: slot for slot in await month(hub, world)}
    assert (shown[closed]["status"], shown[closed]["available_count"]) == ("CLOSED", 0)
    assert await calendar(hub).alternatives(world.org_id, full) == []
    status, body = await book(hub, await world.ticket(), closed)
    assert (status, body["error"]["code"]) == (409, "SLOT_CLOSED")


async def test_ninety_days_of_slots_come_in_one_answer(hub: Hub, world: World):
    await generate_slots(hub.services, OpeningHours(TODAY, 90, time(10), time(18), 60, 200))
    status, body = await hub.get(f"/api/reservation-slots/available?from={TODAY}&to={TODAY + timedelta(days=89)}")
    assert (status, body["metadata"]["total_slots"]) == (200, 720)
