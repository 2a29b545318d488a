"""Expiry of requests: those whose link is too old are ended, whole and once, and nothing else is."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from hub.actions.shows import expire_bookings as job
from hub.actions.shows.expire_bookings import expire_bookings
from hub.clock import Clock
from tests.support.hub import Hub
from tests.support.shows import add_booking, add_bookings, add_stage, count_bookings, read_booking_row
from tests.support.tickets import read_ticket_status
from tests.support.world import NOON, World

HOUR = timedelta(hours=1)


async def test_a_request_ends_at_its_moment_with_its_ticket(hub: Hub, world: World, clock: Clock):
    stage = await add_stage(world)
    due = await add_booking(world, stage.performance_id, status="PENDING", expires_at=NOON + HOUR)
    later = await add_booking(world, stage.performance_id, status="PENDING", expires_at=NOON + 2 * HOUR)
    confirmed = await add_booking(world, stage.performance_id, expires_at=NOON + HOUR)
    clock.set(NOON + HOUR - timedelta(seconds=30))
    assert await expire_bookings(hub.services) == 0
    clock.set(NOON + HOUR)
    assert await expire_bookings(hub.services) == 1
    row = await read_booking_row(hub.database, "status", "end_cause", "ended_at", id=due.id)
    assert (row["status"], row["end_cause"]) == ("EXPIRED", "expired")
    assert row["ended_at"] >= NOON + HOUR
    assert await read_ticket_status(hub.database, due.id) == "EXPIRED"
    assert await read_ticket_status(hub.database, later.id) == "INACTIVE"
    assert await read_ticket_status(hub.database, confirmed.id) == "RESERVED"
    assert await expire_bookings(hub.services) == 0


async def test_many_are_ended_in_several_statements_by_several_hubs(hub: Hub, world: World, open_hub, monkeypatch):
    monkeypatch.setattr(job, "BATCH", 10)
    stage = await add_stage(world)
    await add_bookings(world, stage.performance_id, 45, status="PENDING", email="{}@example.com", expires_at=NOON)
    other = await open_hub()
    ended = await asyncio.gather(*(expire_bookings(one.services) for one in (hub, other, hub, other)))
    assert sum(ended) == 45
    assert await count_bookings(hub.database, status="EXPIRED") == 45


async def test_the_keys_of_requests_are_forgotten_after_a_day(hub: Hub, world: World, clock: Clock):
    stage = await add_stage(world, capacity=100)
    old = await add_booking(world, stage.performance_id, key_hash=b"old", body_hash=b"x")
    new = await add_booking(world, stage.performance_id, key_hash=b"new", body_hash=b"x", at=NOON + 2 * HOUR)
    clock.set(NOON + timedelta(hours=25))
    await expire_bookings(hub.services)
    assert (await read_booking_row(hub.database, "key_hash", id=old.id))["key_hash"] is None
    assert (await read_booking_row(hub.database, "key_hash", id=new.id))["key_hash"] == b"new"
