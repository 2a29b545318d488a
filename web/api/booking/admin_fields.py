"""A reservation as managers get it: the fields of JSON, and the cells of a CSV file."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from hub.actions.booking.find_reservations import FoundReservation
from web.api.reporting.csv_files import csv_cell

COLUMNS = (
    "reservation_id", "status", "date", "start_time", "end_time", "show", "name", "email", "phone", "people", "admitted", "ticket_code",
    "channel", "product", "order_reference", "language", "reserved_at", "verified_at", "cancelled_at", "cancel_cause", "venue",
)  # fmt: skip


def reservation_fields(one: FoundReservation) -> dict[str, Any]:
    return {
        "reservation_id": one.reservation_id,
        "status": one.status,
        "people": one.places,
        "admitted": one.admitted,
        "booked_together": one.booked_together,
        "ticket_id": one.ticket_id,
        # The code of a booking or a guest lets a whole party in, so it is not shown.
        "ticket_code": None if one.channel in ("booking", "guest") else one.ticket_code,
        "booking_id": one.ticket_id if one.channel == "booking" else None,
        "guest_id": one.ticket_id if one.channel == "guest" else None,
        "channel": one.channel,
        "product": one.product,
        "order_reference": one.order_reference,
        "name": one.name,
        "email": one.email,
        "phone": one.phone,
        "language": one.language,
        "reserved_at": one.reserved_at,
        "moved_at": one.moved_at,
        "verified_at": one.verified_at,
        "cancelled_at": one.cancelled_at,
        "cancel_cause": one.cancel_cause,
        "slot": {
            "slot_id": one.slot_id,
            "venue_id": one.venue_id,
            "venue": one.venue,
            "timezone": one.timezone,
            "date": one.date,
            "start_time": one.start_time,
            "end_time": one.end_time,
            "whole_day": one.whole_day,
            "show_id": one.show_id,
            "title": one.title,
        },
        "version": one.version,
    }


def csv_lines(reservations: Sequence[FoundReservation]) -> str:
    """Return the lines of these reservations, with all moments in the venue's time zone."""
    text = io.StringIO()
    table = csv.writer(text)
    for one in reservations:
        fields = reservation_fields(one)
        values = {**fields, **fields["slot"], "show": one.title}
        for name in ("reserved_at", "verified_at", "cancelled_at"):
            values[name] = values[name] and values[name].astimezone(one.zone).isoformat(" ", "seconds")
        table.writerow([csv_cell(values[name]) for name in COLUMNS])
    return text.getvalue()
