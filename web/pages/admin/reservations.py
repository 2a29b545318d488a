"""The list of reservations with its search and filters, and the lists of a day or a slot on paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from urllib.parse import urlencode

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.booking.find_reservations import (
    CHANNELS,
    STATUSES,
    FoundReservation,
    ReservationQuery,
    every_reservation,
    filter_choices,
    find_reservations,
    slots_on,
)
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page
from web.pages.admin.bookings import search_text
from web.pages.staff import manager_of

LIST = "/admin/reservations"
MOST_PRINTED = 5_000
"""Lines on paper."""
_EXPORT = "/api/admin/reservations"
_YEARS = range(2000, 2200)


@dataclass(frozen=True, slots=True)
class ReservationList:
    """What the list shows, and the reservation that the page follows."""

    query: ReservationQuery
    before: int | None = None

    @classmethod
    def of(cls, request: web.Request) -> ReservationList:
        """Return the list of an address. What means nothing is left out, so that every address shows a list."""
        status, channel = request.query.get("status"), request.query.get("channel")
        query = ReservationQuery(
            text=search_text(request),
            status=status if status in STATUSES else None,
            day=_day(request.query.get("date", "")),
            slot_id=_number(request.query.get("slot", "")),
            venue_id=_number(request.query.get("venue", "")),
            product_id=_number(request.query.get("product", "")),
            channel=channel if channel in CHANNELS else None,
        )
        return cls(query, _number(request.query.get("before", "")))

    def address(self, **changes: object) -> str:
        """Return the query string of this list with other values; a page begins at the top unless `before` is given."""
        query = self.query
        values = {"q": query.text, "status": query.status, "date": query.day, "slot": query.slot_id, "venue": query.venue_id,
                  "product": query.product_id, "channel": query.channel, **changes}  # fmt: skip
        kept = {name: value for name, value in values.items() if value}
        return f"?{urlencode(kept)}" if kept else ""

    @property
    def is_filtered(self) -> bool:
        return self.query != ReservationQuery()

    @property
    def export(self) -> str:
        """Return the address of the list as CSV."""
        query = self.query
        values = {"format": "csv", "q": query.text, "status": query.status, "date": query.day, "slot_id": query.slot_id,
                  "venue_id": query.venue_id, "product_id": query.product_id, "channel": query.channel}  # fmt: skip
        return f"{_EXPORT}?{urlencode({name: value for name, value in values.items() if value})}"


async def show_reservations(request: web.Request) -> web.Response:
    manager, services, shown = manager_of(request), request.app[SERVICES], ReservationList.of(request)
    by = Actor.of(manager, client_ip=client_ip(request))
    page = await find_reservations(services, by, shown.query, before=shown.before)
    day = shown.query.day
    return admin_page(
        request,
        "reservations.html",
        shown=shown,
        query=shown.query,
        page=page,
        older=shown.address(before=page.next) if page.next else "",
        choices=await filter_choices(services, by),
        slots=await slots_on(services, by, day, shown.query.venue_id) if day else [],
        statuses=STATUSES,
        channels=CHANNELS,
    )


async def print_reservations(request: web.Request) -> web.Response:
    """Show who is expected on paper, a sheet for each slot, with a box for each person."""
    manager, services, shown = manager_of(request), request.app[SERVICES], ReservationList.of(request)
    by = Actor.of(manager, client_ip=client_ip(request))
    lines: list[FoundReservation] = []
    if shown.query.day or shown.query.slot_id:
        async for part in every_reservation(services, by, shown.query):
            lines += [one for one in part if one.status in ("RESERVED", "VERIFIED")]
            if len(lines) >= MOST_PRINTED:
                break
    lines.sort(key=lambda one: (one.starts_at, one.slot_id, (one.name or one.email).casefold(), one.reservation_id))
    sheets = [list(sheet) for _, sheet in groupby(lines, key=lambda one: one.slot_id)]
    return admin_page(request, "reservations_print.html", shown=shown, sheets=sheets, cut=len(lines) >= MOST_PRINTED)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) < 16 and int(text) else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if found.year in _YEARS else None
