"""The table of the pages that work without JavaScript: a page is shown with GET, its form answered at the same address."""

from __future__ import annotations

from aiohttp import web

from web.pages.plain import booking, cancel, contact_code, times, waitlist
from web.pages.plain.booking import START

_DRAFT = START + "/{draft}"


def plain_routes() -> list[web.RouteDef]:
    return [
        web.get(START, booking.begin),
        web.post(START, booking.begun),
        web.get(f"{_DRAFT}/ticket", booking.ticket),
        web.post(f"{_DRAFT}/ticket", booking.tickets),
        web.get(f"{_DRAFT}/contact", booking.contact),
        web.post(f"{_DRAFT}/contact", booking.take_contact),
        web.get(f"{_DRAFT}/code", contact_code.code),
        web.post(f"{_DRAFT}/code", contact_code.type_code),
        web.get(f"{_DRAFT}/time", times.times),
        web.post(f"{_DRAFT}/time", times.choose),
        web.get(f"{_DRAFT}/confirm", booking.confirm),
        web.post(f"{_DRAFT}/confirm", booking.book),
        web.get("/r/{token}/plain", cancel.ask),
        web.post("/r/{token}/plain", cancel.cancel),
        web.get("/w/{token}/plain", waitlist.ask),
        web.post("/w/{token}/plain", waitlist.act),
    ]
