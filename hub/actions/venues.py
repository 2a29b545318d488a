"""The deed of looking a venue up: its name, time zone and policies."""

from hub.house import House
from hub.venues import Venue


async def read_venue(house: House, org_id: int, venue_id: int) -> Venue:
    """Return the venue; refuses NOT_FOUND where this organisation has no such venue."""
    return await house.venues.read(org_id, venue_id)
