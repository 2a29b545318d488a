"""The list of a performance's bookings, its print view, and the search over all performances."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from hub.access.scope import refuse_other_venue
from hub.actions.shows.find_bookings import (
    STATUSES,
    BookingCounts,
    FoundBooking,
    Sort,
    count_bookings,
    every_booking,
    find_bookings,
    find_bookings_anywhere,
)
from web.keys import SERVICES
from web.limits import LONGEST_SEARCH
from web.pages.admin.admin_page import admin_page
from web.pages.staff import manager_of
from web.request_fields import path_id

SEARCH = "/admin/bookings"
_EXPORT = "/api/admin/bookings"
STANDING = ("CONFIRMED", "CHECKED_IN")
"""The statuses of a booking that takes places."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What the list shows: a search, a status, an order, and the booking that the page follows."""

    text: str = ""
    status: str | None = None
    sort: Sort = "name"
    before: int | None = None

    @classmethod
    def of(cls, request: web.Request) -> ListQuery:
        """Return the query of an address. What means nothing is left out, so that every address shows a list."""
        status, before = request.query.get("status"), request.query.get("before", "")
        return cls(
            text=search_text(request),
            status=status if status in STATUSES else None,
            sort="newest" if request.query.get("sort") == "newest" else "name",
            before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
        )

    def address(self, **changes: object) -> str:
        """Return the query string of this list with other values; a page begins at the top unless `before` is given."""
        values = {"q": self.text, "status": self.status, "sort": self.sort if self.sort != "name" else None, **changes}
        kept = {name: value for name, value in values.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


async def show_bookings(request: web.Request) -> web.Response:
    """Show the list of one performance. Refuses PERFORMANCE_NOT_FOUND."""
    manager, services = manager_of(request), request.app[SERVICES]
    performance_id, query = path_id(request, "performance_id"), ListQuery.of(request)
    counts = await count_bookings(services, manager.org_id, performance_id)
    refuse_other_venue(manager, counts.venue_id)
    found = await find_bookings(
        services, manager.org_id, performance_id, text=query.text, status=query.status, sort=query.sort,
        before=query.before,
    )  # fmt: skip
    return admin_page(
        request,
        "bookings.html",
        counts=counts,
        bookings=found.bookings,
        query=query,
        choices=_choices(counts),
        older=query.address(before=found.next) if found.next else "",
        export=f"{_EXPORT}{query.address(performance_id=performance_id, format='csv', sort=None)}",
    )


async def print_bookings(request: web.Request) -> web.Response:
    """Show the confirmed bookings on paper: one line each, by name, with a box for each person."""
    manager, services = manager_of(request), request.app[SERVICES]
    performance_id = path_id(request, "performance_id")
    counts = await count_bookings(services, manager.org_id, performance_id)
    refuse_other_venue(manager, counts.venue_id)
    pages = every_booking(services, manager.org_id, performance_id)
    bookings = [one async for part in pages for one in part if one.status in STANDING]
    return admin_page(
        request, "bookings_print.html", counts=counts, bookings=sorted(bookings, key=_name_order),
        printed=services.clock.now(),
    )  # fmt: skip


async def search_bookings(request: web.Request) -> web.Response:
    """Find bookings of all performances by a whole e-mail address, a code or a number."""
    manager, services = manager_of(request), request.app[SERVICES]
    query = ListQuery.of(request)
    found = (
        await find_bookings_anywhere(services, manager.org_id, query.text, before=query.before) if query.text else None
    )
    return admin_page(
        request, "found_bookings.html", text=query.text, bookings=[one for one in found.bookings if not manager.venue_ids or one.venue_id in manager.venue_ids] if found else [],
        older=ListQuery(query.text).address(before=found.next) if found and found.next else "",
    )  # fmt: skip


def search_text(request: web.Request) -> str:
    """Return the search of an address: at most 200 printable characters."""
    text = unicodedata.normalize("NFC", request.query.get("q", "")[:LONGEST_SEARCH])
    return "".join(one for one in text if one.isprintable()).strip()


def _choices(counts: BookingCounts) -> Sequence[tuple[str, int]]:
    """Return each status that the list can be filtered by, with its number of bookings; "" is all."""
    return (
        ("", counts.requests),
        ("CONFIRMED", counts.confirmed - counts.checked_in),
        ("CHECKED_IN", counts.checked_in),
        ("PENDING", counts.pending),
        ("CANCELLED", counts.cancelled),
        ("EXPIRED", counts.expired),
    )


def _name_order(one: FoundBooking) -> tuple[str, str]:
    """Return the key of an alphabetical list on paper, in which É is beside E."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", one.name.casefold()) if not unicodedata.combining(c))
    return plain, one.name
