"""The field of a time zone: typed by its name or by its city in any of our languages, and the country that it is in."""

from __future__ import annotations

from functools import lru_cache

from babel.core import Locale, get_global

from hub.actions.venues.venue_records import time_zones
from hub.text.languages import LANGUAGES


@lru_cache(maxsize=8)
def zones_with_cities(language: str) -> tuple[tuple[str, str], ...]:
    """Return every time zone with the name of its city in a language, sorted by the zone."""
    known = Locale.parse(language).time_zones
    return tuple((zone, str(known.get(zone, {}).get("city") or _own_city(zone))) for zone in sorted(time_zones()))


def find_time_zone(typed: str) -> str:
    """Return the time zone that is meant: by its name in any case, or by its city alone; else the text itself."""
    wanted = _plain(typed)
    found = {zone for zone in time_zones() if wanted in (_plain(zone), _plain(_own_city(zone)))} or {
        zone for language in LANGUAGES for zone, city in zones_with_cities(language) if _plain(city) == wanted
    }
    return found.pop() if len(found) == 1 else typed.strip()


def country_of_zone(zone: str) -> str:
    """Return the ISO 3166 code of the country that a time zone belongs to; "" if it belongs to none."""
    country = get_global("zone_territories").get(zone, "")
    return country if len(country) == 2 else ""


def _own_city(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


def _plain(text: str) -> str:
    return text.strip().replace("_", " ").casefold()
