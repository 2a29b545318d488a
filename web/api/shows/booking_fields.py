"""The JSON fields of a booking's responses."""

from typing import Any

from hub.actions.shows.booking_views import BookingView
from hub.actions.shows.request_booking import PendingRequest, PerformanceFacts
from hub.confirmation import qr_code


def pending_fields(pending: PendingRequest, language: str) -> dict[str, Any]:
    return {
        "booking_id": pending.booking_id,
        "status": "PENDING",
        "expires_at": pending.expires_at,
        "performance": performance_fields(pending.performance, language),
    }


def confirmed_fields(booking: BookingView, token: str, public_url: str, language: str) -> dict[str, Any]:
    """Return the fields of a confirmed booking. Its page is opened by the token that confirmed it, and by that of every e-mail."""
    return {
        "booking_id": booking.booking_id,
        "status": booking.status,
        "party_size": booking.party_size,
        "performance": performance_fields(booking, language),
        "qr_code": qr_code.png_data_url(booking.code),
        "code": booking.code,
        "page_url": booking_page_url(public_url, token),
    }


def booking_page_url(public_url: str, token: str) -> str:
    return f"{public_url}/b/{token}"


def performance_fields(one: PerformanceFacts | BookingView, language: str) -> dict[str, Any]:
    return {
        "performance_id": one.performance_id,
        "show_id": one.show_id,
        "title": one.title_in(language),
        "date": one.date,
        "start_time": one.start_time,
        "end_time": one.end_time,
        "starts_at": one.starts_at,
        "ends_at": one.ends_at,
        "room": one.room,
        "venue": {"id": one.venue_id, "name": one.venue_name, "timezone": one.timezone},
    }
