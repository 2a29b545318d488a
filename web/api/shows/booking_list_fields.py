"""A booking as its organiser gets it: the fields of JSON, and the cells of a CSV file."""

import csv
import io
from typing import Any

from hub.actions.shows.find_bookings import BookingCounts, FoundBooking
from web.api.reporting.csv_files import csv_cell

COLUMNS = (
    "booking_id", "status", "name", "email", "phone", "party_size", "admitted", "notes", "language", "show", "date", "start_time",
    "end_time", "room", "requested_at", "confirmed_at", "checked_in_at", "ended_at", "end_cause",
)  # fmt: skip


def booking_fields(one: FoundBooking) -> dict[str, Any]:
    """Return the booking without its code, which lets the party in."""
    return {
        "booking_id": one.booking_id,
        "status": one.status,
        "name": one.name,
        "email": one.email,
        "phone": one.phone,
        "notes": one.notes,
        "party_size": one.party_size,
        "admitted": one.admitted,
        "language": one.language,
        "consent": one.consent,
        "reservation_id": one.reservation_id,
        "requested_at": one.requested_at,
        "expires_at": one.expires_at,
        "confirmed_at": one.confirmed_at,
        "checked_in_at": one.checked_in_at,
        "ended_at": one.ended_at,
        "end_cause": one.end_cause,
        "performance": {
            "performance_id": one.performance_id,
            "show_id": one.show_id,
            "title": one.title,
            "venue_id": one.venue_id,
            "timezone": one.timezone,
            "date": one.date,
            "start_time": one.start_time,
            "end_time": one.end_time,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "room": one.room,
        },
    }


def count_fields(counts: BookingCounts) -> dict[str, Any]:
    return {
        "capacity": counts.capacity,
        "booked": counts.booked,
        "held": counts.held,
        "admitted": counts.admitted,
        "pending": counts.pending,
        "pending_people": counts.pending_people,
        "confirmed": counts.confirmed,
        "confirmed_people": counts.confirmed_people,
        "checked_in": counts.checked_in,
        "checked_in_people": counts.checked_in_people,
        "cancelled": counts.cancelled,
        "expired": counts.expired,
    }


def csv_lines(bookings: list[FoundBooking]) -> str:
    """Return the lines of these bookings, with all timestamps in the venue's time zone, as people at the entrance read them."""
    text = io.StringIO()
    table = csv.writer(text)
    for one in bookings:
        values = {**booking_fields(one), "show": one.title, "date": one.date, "start_time": one.start_time,
                  "end_time": one.end_time, "room": one.room}  # fmt: skip
        for name in ("requested_at", "confirmed_at", "checked_in_at", "ended_at"):
            moment = values[name]
            values[name] = moment and moment.astimezone(one.zone).isoformat(" ", "seconds")
        table.writerow([csv_cell(values[name]) for name in COLUMNS])
    return text.getvalue()
