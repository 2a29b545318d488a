"""Change of a slot's capacity, never below the places that are booked and held."""

from typing import Any

from db.statements import load
from hub.actions.venues.generate_slots import MOST_CAPACITY
from hub.events.announcements import SlotChanged, SlotsEdited
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

SLOTS = load("venues/slots")


async def resize_slot(services: Services, slot_id: int, capacity: int) -> dict[str, Any]:
    """Set the capacity of a slot. New places are held for the waiting list if somebody waits; the rest are free at once.

    Refuses SLOT_NOT_FOUND (also for a performance, whose seats follow from its room), INVALID_REQUEST for a capacity out of range, and CAPACITY_TAKEN with the number `taken`.
    """
    if not 0 <= capacity <= MOST_CAPACITY:
        raise Refused(Reason.INVALID_REQUEST, message=f"Give 0 to {MOST_CAPACITY} places")
    row = await services.database.fetchrow(SLOTS.resize_slot, slot_id, capacity, services.clock.now())
    if row is None:
        raise Refused(Reason.SLOT_NOT_FOUND)
    if not row["resized"]:
        raise Refused(Reason.CAPACITY_TAKEN, taken=row["booked_count"] + row["held_count"])
    changed = SlotChanged.of(row)
    slot = changed.slot
    bookable = row["status"] == "ACTIVE" and row["ends_at"] > services.clock.now()
    services.seat_admission.settle(changed.org_id, slot_id, free=slot.free if bookable else 0, revision=slot.revision)
    services.announcer.publish([changed, SlotsEdited(changed.org_id)])
    telemetry.event(telemetry.SLOT_RESIZED, slot_id=slot_id, capacity=capacity, was=row["was"])
    return {
        "slot_id": slot_id, "date": changed.date.isoformat(), "start_time": slot.start_time.isoformat("seconds"),
        "capacity": slot.capacity, "was": row["was"], "booked": slot.booked, "held": slot.held, "free": slot.free,
    }  # fmt: skip
