"""The overview of a venue: what stands, what is missing before it can open, and its next slot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time

from db.statements import load
from hub.actions.venues.venues import FIRST_VENUE
from hub.rules.venue import Venue
from hub.rules.venue_day import today
from hub.services import Services

OVERVIEW = load("venues/overview")


@dataclass(frozen=True, slots=True)
class NextSlot:
    date: date
    start_time: time
    end_time: time
    capacity: int
    booked: int


@dataclass(frozen=True, slots=True)
class VenueStanding:
    """What a venue has. `is_described`: it has a name of its own and an address."""

    is_described: bool
    has_gates: bool
    has_slots: bool
    has_operators: bool
    has_scans: bool
    next_slot: NextSlot | None


async def venue_standing(services: Services, venue: Venue) -> VenueStanding:
    now = services.clock.now()
    day = today(now, venue.zone)
    row = await services.database.fetchrow(OVERVIEW.standing, venue.org_id, venue.id, now, day)
    slot = await services.database.fetchrow(OVERVIEW.next_slot, venue.org_id, venue.id, now, day)
    return VenueStanding(
        bool(venue.address) and venue.name != FIRST_VENUE, row["has_gates"], row["has_slots"], row["has_operators"], row["has_scans"],
        None if slot is None else NextSlot(*tuple(slot)),
    )  # fmt: skip
