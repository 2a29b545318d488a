"""Data of an on-sale rush: a slot with few places, and many more tickets whose holders all want it."""

from __future__ import annotations

from datetime import timedelta

from loadtests.ground.ground import Ground
from loadtests.stock import code_of, id_of

PLACES = 200
ATTEMPTS_PER_USER = 50
LEAST_ATTEMPTS = 2000
"""Of each worker: perhaps only one of them has users who want a place."""


async def prepare(ground: Ground) -> None:
    day = ground.booking_day + timedelta(days=6)
    ground.hub.generate_slots(day, 1, opens="12:00", closes="13:00", capacity=PLACES)
    slot = [slot.id for slot in await ground.stock.slots_of(day) if slot.capacity == PLACES][-1]
    attempts = max(LEAST_ATTEMPTS, ATTEMPTS_PER_USER * ground.users)
    numbers = await ground.stock.activated(attempts * ground.workers)
    ground.taken["sale"] = [[code_of(number), id_of(number)] for number in numbers]
    ground.shared["sale slot"] = [slot]
    ground.audit["sale slot"] = slot
