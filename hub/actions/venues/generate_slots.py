"""Creation of slots from opening hours. Repeating it adds only the missing ones."""

from dataclasses import dataclass
from datetime import date, time
from typing import Any

from db.statements import load
from hub.events.announcements import SlotsEdited
from hub.rules.opening_hours import MOST_CAPACITY, MOST_DAYS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.slot_plan import plan_slots
from hub.services import Services

SLOTS = load("venues/slots")
VENUES = load("venues/venues")


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """Slots of `minutes` minutes from `open` to `close`, on `days` days from `first`, with `capacity` places each."""

    first: date
    days: int
    open: time
    close: time
    minutes: int
    capacity: int


async def generate_slots(services: Services, hours: OpeningHours, *, venue_id: int | None = None) -> dict[str, Any]:
    """Create the slots of one venue (by default the only one). Return how many were created, and how many existed.

    Refuses INVALID_REQUEST for impossible hours, NOT_FOUND for an unknown venue.
    """
    venue = await pick_venue(services, venue_id)
    if not 1 <= hours.days <= MOST_DAYS or not 0 <= hours.capacity <= MOST_CAPACITY:
        raise Refused(Reason.INVALID_REQUEST, message=f"Give 1 to {MOST_DAYS} days and 0 to {MOST_CAPACITY} spaces")
    zone = (await services.venues.read(venue["org_id"], venue["id"])).zone
    try:
        planned = plan_slots(hours.first, hours.days, hours.open, hours.close, hours.minutes, zone)
    except (ValueError, OverflowError) as nonsense:
        raise Refused(Reason.INVALID_REQUEST, message=str(nonsense)) from nonsense
    rows = await services.database.fetch(
        SLOTS.add_slots, venue["org_id"], venue["id"], [s.date for s in planned], [s.start_time for s in planned],
        [s.end_time for s in planned], [s.starts_at for s in planned], [s.ends_at for s in planned], hours.capacity,
    )  # fmt: skip
    services.announcer.publish([SlotsEdited(venue["org_id"])])
    return {
        "venue_id": venue["id"],
        "created": len(rows),
        "existing": len(planned) - len(rows),
        "first": hours.first.isoformat(),
        "days": hours.days,
        "slot_ids": [row["id"] for row in rows],
    }


async def pick_venue(services: Services, venue_id: int | None) -> Any:
    """Return the venue for a command: the named one, or the only one. Refuses NOT_FOUND and INVALID_REQUEST."""
    found = await services.database.fetch(VENUES.venue_anywhere, venue_id)
    if not found:
        raise Refused(Reason.NOT_FOUND, message=f"No venue {venue_id}" if venue_id else "There is no venue yet")
    if len(found) > 1:
        raise Refused(Reason.INVALID_REQUEST, message="There are several venues: name one with --venue")
    return found[0]
