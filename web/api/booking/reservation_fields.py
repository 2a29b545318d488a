"""The JSON fields of a reservation's response."""

from datetime import datetime
from typing import Any

from hub.actions.booking.reservation_views import Party, ReservationView


def reservation_fields(party: Party, now: datetime, links: dict[str, str]) -> dict[str, Any]:
    """Return the fields of a reservation and of all reservations of its party."""
    one = party.reservation
    return {
        "reservation_id": one.reservation_id,
        "ticket_id": one.ticket_id,
        "ticket_code": one.ticket_code,
        "status": one.status,
        "slot": {**_slot_fields(one), "starts_at": one.starts_at, "ends_at": one.ends_at},
        "venue": {"id": one.venue_id, "name": one.venue_name, "address": one.venue_address, "timezone": one.timezone},
        "customer_email": one.customer_email,
        "customer_phone": one.customer_phone,
        "reserved_at": one.reserved_at,
        "places": one.places,
        "booking": _booking_fields(one),
        "change_cutoff_hours": one.change_cutoff_hours,
        "can_change": party.can_change(now),
        "change_until": one.change_until,
        "calendar_links": links,
        "party": [
            {
                "reservation_id": member.reservation_id,
                "ticket_id": member.ticket_id,
                "ticket_code": member.ticket_code,
                "status": member.status,
                **_slot_fields(member),
            }
            for member in party.members
        ],
    }


def _booking_fields(one: ReservationView) -> dict[str, Any] | None:
    if one.booking_id is None:
        return None
    return {
        "booking_id": one.booking_id,
        "party_size": one.places,
        "admitted": one.admitted,
        "remaining": one.places - one.admitted,
        "show_id": one.show_id,
        "show_title": one.show_title,
        "room": one.room_name,
    }


def _slot_fields(one: ReservationView) -> dict[str, Any]:
    return {"slot_id": one.slot_id, "date": one.date, "start_time": one.start_time, "end_time": one.end_time}
