"""The routes of the organiser's pages."""

from __future__ import annotations

from aiohttp import web

from web.pages.admin import booking, bookings

_PERFORMANCE = "/admin/performances/{performance_id:[0-9]{1,16}}"
_BOOKING = "/admin/bookings/{booking_id:[0-9]{1,16}}"


def admin_routes() -> list[web.RouteDef]:
    return [
        web.get(f"{_PERFORMANCE}/bookings", bookings.show_bookings),
        web.get(f"{_PERFORMANCE}/bookings/print", bookings.print_bookings),
        web.get(bookings.SEARCH, bookings.search_bookings),
        web.get(_BOOKING, booking.show_booking),
        web.post(f"{_BOOKING}/resend", booking.send_again),
        web.post(f"{_BOOKING}/move", booking.move),
        web.post(f"{_BOOKING}/cancel", booking.cancel),
    ]
