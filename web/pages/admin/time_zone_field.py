"""The field of a time zone: typed by its name or by its city, and the country that it is in."""

from __future__ import annotations

from babel.core import get_global

from hub.actions.venues.venue_records import time_zones


def find_time_zone(typed: str) -> str:
    """Return the time zone that is meant: by its name in any case, or by its city alone; else the text itself."""
    wanted = typed.strip().replace(" ", "_").lower()
    found = [zone for zone in time_zones() if wanted in (zone.lower(), zone.rpartition("/")[2].lower())]
    return found[0] if len(found) == 1 else typed.strip()


def country_of_zone(zone: str) -> str:
    """Return the ISO 3166 code of the country that a time zone belongs to; "" if it belongs to none."""
    country = get_global("zone_territories").get(zone, "")
    return country if len(country) == 2 else ""
