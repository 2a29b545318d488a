"""Responses of the waiting list: entries and accepted offers."""

from datetime import datetime
from typing import Literal

from web.api.booking.responses import TimedSlot, VenueName
from web.api.responses import Done, Response

Status = Literal["WAITING", "OFFERED", "ACCEPTED", "LAPSED", "LEFT", "CLOSED"]


class Joined(Response):
    waitlist_id: int
    position: int
    """Place in the list; 1 is next."""
    places: int
    waitlist_url: str
    """The link to this entry, to accept an offer or leave. It is a secret of the holder."""
    token: str


class JoinedAnswer(Done):
    data: Joined


class PlayedShow(Response):
    show_id: int
    title: str
    room: str


class Entry(Response):
    waitlist_id: int
    status: Status
    position: int | None
    """Place in the list; 1 is next; null unless WAITING."""
    places: int
    ticket_codes: list[str]
    """Empty for a booking."""
    booking_id: int | None
    """The booking that waits for seats of a performance; null if tickets wait for a slot."""
    show: PlayedShow | None
    """The show of the performance; `slot` is then the performance."""
    slot: TimedSlot
    venue: VenueName
    offer_ends_at: datetime | None
    """The offer can be accepted before this time."""
    closed_because: Literal["slot_over", "slot_closed", "ticket", "no_waitlist"] | None
    """Why a CLOSED entry was closed. `ticket`: one of its tickets was booked elsewhere or is no longer valid."""
    manage_url: str | None
    """The link to the reservations of an ACCEPTED entry."""


class EntryAnswer(Done):
    data: Entry
