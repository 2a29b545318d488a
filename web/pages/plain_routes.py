"""The table of the pages that work without JavaScript: a page is shown with GET, its form answered at the same address."""

from __future__ import annotations

from aiohttp import web

from web.pages import plain_booking, plain_code, plain_reservation, plain_times, plain_waiting
from web.pages.plain_booking import START

_DRAFT = START + "/{draft}"


def plain_routes() -> list[web.RouteDef]:
    return [
        web.get(START, plain_booking.begin),
        web.post(START, plain_booking.begun),
        web.get(f"{_DRAFT}/ticket", plain_booking.ticket),
        web.post(f"{_DRAFT}/ticket", plain_booking.tickets),
        web.get(f"{_DRAFT}/contact", plain_booking.contact),
        web.post(f"{_DRAFT}/contact", plain_booking.take_contact),
        web.get(f"{_DRAFT}/code", plain_code.code),
        web.post(f"{_DRAFT}/code", plain_code.type_code),
        web.get(f"{_DRAFT}/time", plain_times.times),
        web.post(f"{_DRAFT}/time", plain_times.choose),
        web.get(f"{_DRAFT}/confirm", plain_booking.confirm),
        web.post(f"{_DRAFT}/confirm", plain_booking.book),
        web.get("/r/{token}/plain", plain_reservation.ask),
        web.post("/r/{token}/plain", plain_reservation.cancel),
        web.get("/w/{token}/plain", plain_waiting.ask),
        web.post("/w/{token}/plain", plain_waiting.act),
    ]
