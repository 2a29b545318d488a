"""Data of customers and calendars: a month with free slots, a small slot that is soon full, and tickets to book with."""

from __future__ import annotations

from datetime import timedelta

from loadtests.ground.ground import Ground
from loadtests.stock import code_of

SMALL_SLOT = 40
LEAST_CAPACITY = 500
SLOTS = 50
BOOKINGS_PER_USER_AND_SECOND = 1.1


async def prepare(ground: Ground) -> None:
    first = ground.booking_day
    tickets = ground.enough(BOOKINGS_PER_USER_AND_SECOND)
    ground.hub.generate_slots(first, 5, capacity=max(LEAST_CAPACITY, 2 * tickets // SLOTS))
    ground.hub.generate_slots(first + timedelta(days=5), 1, opens="12:00", closes="13:00", capacity=SMALL_SLOT)
    ground.shared["month"] = [f"{first:%Y-%m}"]
    small = await ground.stock.slots_of(first + timedelta(days=5))
    ground.shared["small slot"] = [slot.id for slot in small if slot.capacity == SMALL_SLOT][-1:]
    bookable = await ground.stock.activated(tickets)
    ground.taken["bookable"] = [code_of(number) for number in bookable]
