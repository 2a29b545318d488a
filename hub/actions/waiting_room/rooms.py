"""The rooms of a process: what each stands in front of, read from Postgres about once a second, and the terms by which it admits."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from db.database import Database
from db.organisation import working_for
from db.pool import DatabaseDown
from db.redis_client import RedisClient
from db.statements import load
from hub.access.visitors import Visitors
from hub.actions.venues.venue_cache import Venues
from hub.clock import Clock
from hub.guards.waiting_room import RoomTerms, WaitingRoomGuard
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.rules.waiting_room import PROTECTS, RoomName
from hub.settings import Settings

ROOMS = load("waiting_room/rooms")
FRESH_SECONDS = 1.0
"""Seconds for which the free places of a room are taken as they were read."""
STALE_SECONDS = 5.0
"""Seconds for which nobody waits for them to be read again."""
MOST_ROOMS = 10_000


@dataclass(frozen=True, slots=True)
class Room:
    """What a waiting room stands in front of. `free` counts its places or seats; `opens_at` is the start of the sale, if it has one."""

    name: RoomName
    org_id: int
    venue_id: int
    date: date
    free: int
    opens_at: datetime | None
    on_sale: bool


class WaitingRooms:
    """The waiting rooms of this process: what they protect, and the guard that knows who waits."""

    def __init__(
        self, database: Database, redis: RedisClient, venues: Venues, clock: Clock, settings: Settings
    ) -> None:
        self.guard = WaitingRoomGuard(redis)
        self.visitors = Visitors(settings)
        self._database = database
        self._venues = venues
        self._clock = clock
        self._rooms: dict[RoomName, tuple[float, Room]] = {}
        self._reading: dict[RoomName, asyncio.Task[Room]] = {}
        self._terms: dict[RoomName, tuple[Room, Venue, RoomTerms]] = {}
        self._joined: dict[tuple[int, str, str], int] = {}

    async def read(self, name: RoomName) -> Room:
        """Return the room, as it was about a second ago. Refuses NOT_FOUND for what is not sold, and raises DatabaseDown."""
        known = self._rooms.get(name)
        age = STALE_SECONDS if known is None else time.monotonic() - known[0]
        if known is not None and age < FRESH_SECONDS:
            return known[1]
        reading = self._reading.get(name)
        if reading is None:
            reading = asyncio.get_running_loop().create_task(self._read(name), name="waiting-room")
            reading.add_done_callback(lambda task: task.cancelled() or task.exception())
            self._reading[name] = reading
        if known is not None and age < STALE_SECONDS:
            return known[1]
        return await asyncio.shield(reading)

    async def terms(self, room: Room) -> RoomTerms | None:
        """Return how the room admits; None if its venue wants no waiting room there, or nothing is on sale there."""
        org_id, venue_id = room.org_id, room.venue_id
        venue = self._venues.remembered(org_id, venue_id) or await self._venues.read(org_id, venue_id)
        made = self._terms.get(room.name)
        if made is not None and made[0] is room and made[1] is venue:
            return made[2]
        if room.name.kind not in PROTECTS[venue.waiting_room] or not room.on_sale:
            return None
        terms = terms_of(room, venue, self._clock.now())
        if terms.opens_in == 0:
            if len(self._terms) >= MOST_ROOMS:
                self._terms.clear()
            self._terms[room.name] = (room, venue, terms)
        return terms

    async def venue_of_performance(self, performance_id: int) -> Venue | None:
        """Return the venue of a performance, from memory after its first query; None if there is no such performance."""
        name = RoomName("performance", performance_id)
        known = self._rooms.get(name)
        try:
            room = known[1] if known is not None else await self.read(name)
        except Refused:
            return None
        return await self._venues.read(room.org_id, room.venue_id)

    def joined_from(self, terms: RoomTerms, address: str) -> int:
        """Return how many visitors have joined the room from an address, as this process knows it."""
        return self._joined.get((terms.org_id, terms.name, address), 0)

    def count_joins(self, terms: RoomTerms, address: str, joined: int) -> None:
        """Keep how many visitors have joined the room from an address, as Redis counts them."""
        if joined > 1:
            if len(self._joined) >= MOST_ROOMS:
                self._joined.clear()
            self._joined[terms.org_id, terms.name, address] = joined

    async def _read(self, name: RoomName) -> Room:
        try:
            row = await self._fetch(name)
            if row is None:
                self._rooms.pop(name, None)
                raise Refused(Reason.NOT_FOUND)
            room = Room(name, row["org_id"], row["venue_id"], row["date"], row["free"], row["opens_at"], row["on_sale"])
            if len(self._rooms) >= MOST_ROOMS:
                self._rooms.clear()
            self._rooms[name] = (time.monotonic(), room)
            return room
        except DatabaseDown:
            known = self._rooms.get(name)
            if known is None:
                raise
            return known[1]
        finally:
            del self._reading[name]

    async def _fetch(self, name: RoomName) -> Any:
        now = self._clock.now()
        with working_for(None):
            match name.kind:
                case "slot":
                    return await self._database.fetchrow(ROOMS.slot_for_sale, name.id, now)
                case "performance":
                    return await self._database.fetchrow(ROOMS.performance_for_sale, name.id, now)
                case "day":
                    return await self._database.fetchrow(ROOMS.day_for_sale, name.id, name.day, now)


def terms_of(room: Room, venue: Venue, now: datetime) -> RoomTerms:
    """Return the terms by which the room of this venue admits at `now`."""
    opens_in = 0.0 if room.opens_at is None else max((room.opens_at - now).total_seconds(), 0.0)
    return RoomTerms(
        room.org_id, room.venue_id, str(room.name), venue.waiting_room_per_minute, venue.waiting_room_turn_minutes * 60, room.free, opens_in
    )  # fmt: skip
