"""A booking as its page shows it: how it stands, its QR code, and what its holder can do now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hub.actions.shows.booking_views import BookingView, booking_of_token
from hub.actions.shows.own_requests import seats_held_until
from hub.actions.shows.read_shows import Performance, alternatives_of
from hub.confirmation import qr_code
from hub.confirmation.calendar_file import CalendarEntry
from hub.confirmation.calendar_links import calendar_links
from hub.rules.performance_booking import BookingState
from hub.rules.venue_day import today
from hub.rules.venue_logo import VenueLogo
from hub.services import Services

Standing = Literal[
    "ask", "held", "waits", "short", "shut", "booked", "today", "partly", "used", "over", "cancelled", "expired"
]


@dataclass(frozen=True, slots=True)
class Seats:
    """The data of the page. `picture` is the QR code, and empty if it opens no gate. `offers` are performances with room.

    `change_day` and `change_time` are the deadline for changes, in the venue's time zone.
    """

    view: BookingView
    title: str
    standing: Standing
    shut: BookingState
    picture: str
    can_change: bool
    change_day: date
    change_time: time
    offers: tuple[Performance, ...]
    has_waitlist: bool
    held_until: datetime | None
    """Until when the waiting list holds seats for this request."""
    google: str
    outlook: str
    version: str
    logo: VenueLogo | None

    @property
    def stands(self) -> bool:
        return self.standing in ("booked", "today", "partly")

    @property
    def has_show_page(self) -> bool:
        return self.view.show_status != "DRAFT"


async def seats_of_token(services: Services, token: str, language: str) -> Seats:
    """Return the booking of either link as its page shows it. Refuses BOOKING_NOT_FOUND."""
    view = await booking_of_token(services, token)
    now = services.clock.now()
    standing = standing_of(view, now)
    held_until = await seats_held_until(services, view) if standing in ("ask", "short") else None
    if held_until is not None:
        standing = "held"
    elif standing == "short" and view.waits:
        standing = "waits"
    offers: tuple[Performance, ...] = ()
    if standing in ("waits", "short", "shut", "expired", "cancelled"):
        offers = await alternatives_of(services, view.org_id, view.performance_id, view.party_size)
    venue = await services.venues.read(view.org_id, view.venue_id)
    can_wait = venue.waitlist_offer_minutes is not None and view.party_size <= view.capacity
    until = view.change_until.astimezone(ZoneInfo(view.timezone))
    title = view.title_in(language)
    # The links lead to other companies, so they hold no token.
    links = calendar_links(calendar_entry(view, services.settings.public_url, "", title=title))
    can_change = standing in ("booked", "today") and view.can_change(now)
    return Seats(
        view=view,
        title=title,
        standing=standing,
        shut=view.booking_state(now),
        picture=qr_code.png_data_url(view.code) if standing in ("booked", "today", "partly") else "",
        can_change=can_change,
        change_day=until.date(),
        change_time=until.time(),
        offers=offers,
        has_waitlist=standing == "short" and can_wait,
        held_until=held_until,
        google=links["google"],
        outlook=links["outlook"],
        version=_version(view, standing, offers, now, can_change=can_change),
        logo=venue.logo,
    )


def standing_of(view: BookingView, now: datetime) -> Standing:
    """Return how a booking stands: a request is ask, short (it does not fit) or shut, a confirmed one booked to over."""
    match view.status:
        case "PENDING":
            if view.show_status != "PUBLISHED" or view.booking_state(now) is not BookingState.OPEN:
                return "shut"
            return "ask" if view.available_count >= view.party_size else "short"
        case "CANCELLED":
            return "cancelled"
        case "EXPIRED":
            return "expired"
        case "CHECKED_IN":
            return "partly" if view.remaining and now < view.ends_at else "used"
    # The job that marks expired reservations may not have run yet.
    if view.reservation_status == "EXPIRED" or now >= view.ends_at:
        return "over"
    return "today" if view.date == today(now, ZoneInfo(view.timezone)) else "booked"


def calendar_entry(
    view: BookingView, public_url: str, manage_url: str, title: str = "", organizer: str = ""
) -> CalendarEntry:
    """Return the booking for a calendar file; `title` is the show's, by default in the language of the booking."""
    return CalendarEntry(
        reservation_id=view.reservation_id or 0,
        host=urlsplit(public_url).hostname or "venue-hub",
        venue_name=view.venue_name,
        venue_timezone=view.timezone,
        ticket_code="",
        starts_at=view.starts_at,
        ends_at=view.ends_at,
        manage_url=manage_url,
        address=view.venue_address,
        language=view.language,
        organizer=organizer,
        sequence=view.calendar_sequence,
        show_title=title or view.title_in(view.language),
        room=view.room,
        people=view.party_size,
    )


def _version(
    view: BookingView, standing: Standing, offers: tuple[Performance, ...], now: datetime, *, can_change: bool
) -> str:
    """Return a name of all that the page shows, so that its script finds what has changed."""
    left = view.available_count if standing in ("ask", "waits", "short") else 0
    facts = (standing, view.party_size, view.admitted, view.performance_id, view.date, view.start_time, view.end_time, view.room,
             view.booking_state(now), can_change, view.end_cause, left, [one.performance_id for one in offers])  # fmt: skip
    return hashlib.blake2b(repr(facts).encode(), digest_size=8).hexdigest()
