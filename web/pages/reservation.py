"""The reservation page: the customer's visit by its link. It works without JavaScript.

Only the hub renders the page. The page's script fetches the same URL again and replaces the content if `version` has changed,
so every state has one wording.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.actions.booking.reservation_views import Party, ReservationView, party_of_token
from hub.confirmation import qr_code
from hub.confirmation.calendar_file import CalendarEntry
from hub.confirmation.calendar_links import calendar_links
from hub.confirmation.contact_links import map_url, phone_url
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.rules.venue_day import today
from hub.text.change_promise import change_promise
from hub.text.languages import best_locale
from web.keys import SERVICES
from web.pages.address_form import AddressForm, address_form
from web.pages.kept_pages import kept_page
from web.pages.render import page
from web.pages.venue_logos import logo_of
from web.redirects import see_other
from web.request_fields import path_token

Standing = Literal["booked", "today", "used", "over", "cancelled"]
_LIVELIEST: tuple[Standing, ...] = ("today", "booked", "used", "over", "cancelled")


@dataclass(frozen=True, slots=True)
class Pass:
    """One ticket of the party. `picture` (its QR code) is empty if the code is no longer valid at the gate."""

    reservation_id: int
    code: str
    standing: Standing
    picture: str
    can_change: bool


@dataclass(frozen=True, slots=True)
class Meeting:
    """The passes that share a slot, usually those of the whole party."""

    reservation_id: int
    slot_id: int
    date: date
    start_time: time
    end_time: time
    standing: Standing
    passes: tuple[Pass, ...]
    google: str
    outlook: str
    closed: bool
    """The venue has closed this time."""

    @property
    def stands(self) -> bool:
        return self.standing in ("booked", "today")


@dataclass(frozen=True, slots=True)
class VisitVenue:
    """The venue as its visitors need it: where it is, its page for bookings, and who helps."""

    name: str
    address: str
    slug: str
    contact_email: str
    contact_phone: str

    @property
    def booking_path(self) -> str:
        return f"/v/{self.slug}/reserve"

    @property
    def map_url(self) -> str:
        return map_url(self.name, self.address)

    @property
    def phone_url(self) -> str:
        return phone_url(self.contact_phone)

    @property
    def has_contact(self) -> bool:
        return bool(self.contact_email or self.contact_phone)


@dataclass(frozen=True, slots=True)
class Visit:
    """The data of the page. `change_until` is the deadline for changes."""

    version: str
    standing: Standing
    meetings: tuple[Meeting, ...]
    venue_id: int
    venue: VisitVenue
    timezone: str
    org_id: int
    email: str
    change_until: datetime
    changeable: tuple[Pass, ...]
    given_back: tuple[str, ...]
    """Codes of tickets whose place was cancelled while other places of the party are not."""

    @property
    def passes(self) -> list[Pass]:
        return [one for meeting in self.meetings for one in meeting.passes]

    @property
    def stands(self) -> bool:
        return self.standing in ("booked", "today")

    @property
    def as_one(self) -> bool:
        """Return whether all uncancelled places can be changed. Only then the page offers a change of the whole party."""
        return len(self.changeable) == sum(one.standing in ("booked", "today") for one in self.passes)

    @property
    def home(self) -> Meeting:
        """Return the meeting that a change starts from: the first that can be changed, else the first."""
        return next((m for m in self.meetings if any(one.can_change for one in m.passes)), self.meetings[0])


async def show_reservation(request: web.Request, address: AddressForm | None = None) -> web.Response:
    """Show `/r/{token}`. A dead link gets a page with 404. `?new=1` greets a customer who has just booked.

    `?corrected=1` says that the confirmation has gone to another address. `address` is the form that corrects it, after it was sent.
    A booking of seats has a page of its own, `/b/{token}`.
    """
    services = request.app[SERVICES]
    token = path_token(request)
    now = services.clock.now()
    new = request.query.get("new") == "1"
    try:
        party = await party_of_token(services, token)
    except Refused as no:
        if no.reason is not Reason.RESERVATION_NOT_FOUND:
            raise
        return kept_page(
            request, "reservation.html", {"token": token, "now": rfc3339(now)}, status=404, visit=None, logo=None
        )
    if party.reservation.booking_id is not None:
        return see_other(f"/b/{token}{'?new=1' if new else ''}")
    visit = visit_of(party, now, services.settings.public_url)
    language = request["language"]
    locale = best_locale(request.headers.get("Accept-Language"), language)
    promise = change_promise(visit.change_until, now, ZoneInfo(visit.timezone), locale, language)
    response = page(
        request, "reservation.html", status=400 if address and address.refused else 200, visit=visit, token=token, now=rfc3339(now),
        new=new, address=address or address_form(request), shown_address=visit.email, address_path=f"/r/{token}/email", promise=promise, logo=await logo_of(request, visit.org_id, visit.venue_id),
    )  # fmt: skip
    # This URL would get `no-referrer`, but with it a browser sends no `Origin` with the form. Other sites still get nothing.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def visit_of(party: Party, now: datetime, public_url: str) -> Visit:
    """Return the data of the page for a party. Cancelled passes are left out if the party has other places."""
    shown = [one for one in party.members if one.status != "CANCELLED"] or list(party.members)
    shown.sort(key=lambda one: (one.starts_at, one.slot_id, one.reservation_id))
    meetings = tuple(
        _meeting(list(members), now, public_url) for _, members in groupby(shown, key=lambda one: one.slot_id)
    )
    changeable = tuple(one for meeting in meetings for one in meeting.passes if one.can_change)
    # The deadline of the place that can be changed the longest, or else of the last one.
    last = max(shown, key=lambda one: (one.status == "RESERVED", one.change_until))
    first = shown[0]
    venue = VisitVenue(
        first.venue_name, first.venue_address, first.venue_slug, first.venue_contact_email, first.venue_contact_phone
    )
    states = [(one.reservation_id, one.code, one.standing, one.can_change) for m in meetings for one in m.passes]
    given_back = tuple(one.ticket_code for one in party.members if one.status == "CANCELLED" and one not in shown)
    facts = repr(
        (
            states,
            given_back,
            [(m.slot_id, m.date, m.start_time, m.end_time, m.closed) for m in meetings],
            last.change_until,
            venue,
        )
    )
    return Visit(
        version=hashlib.blake2b(facts.encode(), digest_size=8).hexdigest(),
        standing=_liveliest([meeting.standing for meeting in meetings]),
        meetings=meetings,
        venue_id=first.venue_id,
        venue=venue,
        timezone=first.timezone,
        org_id=first.org_id,
        email=first.customer_email,
        change_until=last.change_until,
        changeable=changeable,
        given_back=given_back,
    )


def _meeting(members: list[ReservationView], now: datetime, public_url: str) -> Meeting:
    first = members[0]
    passes = tuple(_pass(one, now) for one in members)
    entry = CalendarEntry(
        reservation_id=first.reservation_id,
        host=urlsplit(public_url).hostname or "venue-hub",
        venue_name=first.venue_name,
        venue_timezone=first.timezone,
        ticket_code=first.ticket_code,
        starts_at=first.starts_at,
        ends_at=first.ends_at,
        # The link goes to servers of other companies, so it holds no token.
        manage_url="",
        address=first.venue_address,
        language=first.language,
    )
    links = calendar_links(entry)
    return Meeting(
        reservation_id=first.reservation_id,
        slot_id=first.slot_id,
        date=first.date,
        start_time=first.start_time,
        end_time=first.end_time,
        standing=_liveliest([one.standing for one in passes]),
        passes=passes,
        google=links["google"],
        outlook=links["outlook"],
        closed=first.slot_closed,
    )


def _pass(one: ReservationView, now: datetime) -> Pass:
    standing = _standing(one, now)
    valid = standing in ("booked", "today")
    return Pass(
        reservation_id=one.reservation_id,
        code=one.ticket_code,
        standing=standing,
        picture=qr_code.png_data_url(one.ticket_code) if valid else "",
        can_change=valid and now <= one.change_until,
    )


def _standing(one: ReservationView, now: datetime) -> Standing:
    if one.status == "VERIFIED":
        return "used"
    if one.status == "CANCELLED":
        return "cancelled"
    # The job that marks expired reservations may not have run yet.
    if one.status == "EXPIRED" or now >= one.ends_at:
        return "over"
    return "today" if one.date == today(now, ZoneInfo(one.timezone)) else "booked"


def _liveliest(standings: list[Standing]) -> Standing:
    return min(standings, key=_LIVELIEST.index)
