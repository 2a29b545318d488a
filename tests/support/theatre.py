"""A theatre for the organiser's pages: a room of 40 seats, a show, performances, and bookings of every status."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.support.shows import Booking, add_booking, add_performance, add_room, add_show, admit_people
from tests.support.world import TODAY, World

TOMORROW = TODAY + timedelta(days=1)


class Theatre:
    """A world with one room and one published show."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.room_id = 0
        self.show_id = 0

    async def found(self, *, capacity: int = 40, **show: Any) -> Theatre:
        self.room_id = await add_room(self.world, "Main stage", capacity)
        self.show_id = await add_show(self.world, **show)
        return self

    async def performance(self, day: date = TOMORROW, start: str = "20:00", end: str = "22:00", **columns: Any) -> int:
        return await add_performance(self.world, self.show_id, self.room_id, day, start, end, **columns)

    async def booking(
        self, performance_id: int, name: str = "John Doe", places: int = 2, status: str = "CONFIRMED", *, admitted: int = 0,
        **columns: Any,
    ) -> Booking:  # fmt: skip
        """Add a booking with a telephone number, an address of its own, and `admitted` of its people in."""
        first = name.split(maxsplit=1)[0].lower()
        columns = {
            "email": f"{first}@example.com" if first.isalpha() and first.isascii() else "visitor@example.com",
            **columns,
        }
        columns = {"phone": "+12025551234", "at": self.world.hub.clock.now() - timedelta(hours=2), **columns}
        booking = await add_booking(self.world, performance_id, places, status, name=name, **columns)
        if admitted:
            await admit_people(self.world.hub.database, booking, admitted, self.world.hub.clock.now())
        return booking
