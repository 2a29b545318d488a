"""A show for search engines: one schema.org Event per performance, as JSON-LD."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup

from hub.actions.shows.read_shows import Performance, Show
from hub.rules.performance_booking import BookingState

_SCHEMA = "https://schema.org"
_ESCAPES = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}


def event_data(show: Show, about: str, public_url: str) -> dict[str, Any]:
    """Return the performances as schema.org Events. Places left are not told, because search engines keep the page for days."""
    return {"@context": _SCHEMA, "@graph": [_event(show, one, about, public_url) for one in show.performances]}


def script_json(value: Any) -> Markup:
    """Return JSON for a script element. No text in it can end the element or begin a comment."""
    return Markup(json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES))  # noqa: S704 - escaped


def _event(show: Show, one: Performance, about: str, public_url: str) -> dict[str, Any]:
    address = f"{public_url}/shows/{show.show_id}"
    cancelled = one.booking is BookingState.CANCELLED
    place: dict[str, Any] = {"@type": "Place", "name": show.venue_name}
    if show.venue_address:
        place["address"] = show.venue_address
    event: dict[str, Any] = {
        "@type": "Event",
        "@id": f"{address}#performance-{one.performance_id}",
        "name": show.title,
        "description": about,
        "url": address,
        "startDate": _local(one.starts_at, show.timezone),
        "endDate": _local(one.ends_at, show.timezone),
        "eventStatus": f"{_SCHEMA}/{'EventCancelled' if cancelled else 'EventScheduled'}",
        "eventAttendanceMode": f"{_SCHEMA}/OfflineEventAttendanceMode",
        "location": {"@type": "Place", "name": one.room, "containedInPlace": place, "address": show.venue_address or show.venue_name},
        "organizer": {"@type": "Organization", "name": show.venue_name, "url": f"{public_url}/shows"},
        "maximumAttendeeCapacity": one.capacity,
    }  # fmt: skip
    if show.poster:
        event["image"] = [f"{public_url}/posters/{show.poster.hash}"]
    if show.spoken_language:
        event["inLanguage"] = show.spoken_language
    if show.minimum_age is not None:
        event["typicalAgeRange"] = f"{show.minimum_age}-"
    if show.duration_minutes:
        event["duration"] = f"PT{show.duration_minutes}M"
    if not cancelled and one.booking in (BookingState.OPEN, BookingState.NOT_YET):
        event["offers"] = _offer(one, f"{address}/book/{one.performance_id}", show.timezone)
    return event


def _offer(one: Performance, address: str, timezone: str) -> dict[str, Any]:
    sold_out = one.booking is BookingState.OPEN and one.available_count == 0
    offer = {
        "@type": "Offer",
        "url": address,
        "availability": f"{_SCHEMA}/{'SoldOut' if sold_out else 'InStock' if one.booking_open else 'PreOrder'}",
    }
    if one.booking_opens_at is not None:
        offer["validFrom"] = _local(one.booking_opens_at, timezone)
    if one.booking_closes_at is not None:
        offer["validThrough"] = _local(one.booking_closes_at, timezone)
    return offer


def _local(moment: datetime, timezone: str) -> str:
    return moment.astimezone(ZoneInfo(timezone)).isoformat(timespec="seconds")
