"""The fields of shows and performances in responses."""

from typing import Any

from hub.actions.shows.read_shows import Performance, Show


def show_fields(show: Show, public_url: str) -> dict[str, Any]:
    """Return a show as `GET /api/shows/{id}` answers it."""
    return {
        "show_id": show.show_id,
        "title": show.title,
        "subtitle": show.subtitle,
        "description": show.description,
        "duration_minutes": show.duration_minutes,
        "spoken_language": show.spoken_language,
        "minimum_age": show.minimum_age,
        "accessibility": show.accessibility,
        "consent": show.consent,
        "poster_url": f"{public_url}/posters/{show.poster.hash}" if show.poster else None,
        "page_url": f"{public_url}/shows/{show.show_id}",
        "venue": {
            "id": show.venue_id, "name": show.venue_name, "address": show.venue_address, "timezone": show.timezone,
        },
        "performances": [performance_fields(one) for one in show.performances],
    }  # fmt: skip


def performance_fields(one: Performance) -> dict[str, Any]:
    """Return a performance as a show's response lists it."""
    return {
        "performance_id": one.performance_id,
        "date": one.date,
        "start_time": one.start_time,
        "end_time": one.end_time,
        "room": one.room,
        "capacity": one.capacity,
        "available_count": one.available_count,
        "capacity_status": one.capacity_status,
        "booking_open": one.booking_open,
        "booking_state": one.booking,
        "booking_opens_at": one.booking_opens_at,
        "booking_closes_at": one.booking_closes_at,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "largest_party": one.largest_party,
    }
