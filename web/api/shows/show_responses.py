"""Responses of the public shows."""

from datetime import date, datetime, time
from typing import Literal

from web.api.responses import Done, Response


class PerformanceOfShow(Response):
    performance_id: int
    """The id of the performance's slot."""
    date: date
    start_time: time
    end_time: time
    room: str
    capacity: int
    available_count: int
    """Seats that are free now. No booking is decided by it: the confirmation counts again."""
    capacity_status: Literal["AVAILABLE", "LIMITED", "FULL"]
    booking_open: bool
    booking_state: Literal["OPEN", "NOT_YET", "CLOSED", "CANCELLED"]
    """Why booking is not open. NOT_YET: it opens at `booking_opens_at`. CANCELLED: the performance is not played."""
    booking_opens_at: datetime | None
    booking_closes_at: datetime | None
    """The end of booking; null: the end of the performance."""
    starts_at: datetime
    ends_at: datetime
    largest_party: int
    """The largest party that one booking may bring."""


class ShowVenue(Response):
    id: int
    name: str
    address: str
    timezone: str


class PublicShow(Response):
    show_id: int
    title: str
    subtitle: str
    description: str
    """Markdown, in the language of the request if the organiser has translated it."""
    duration_minutes: int | None
    spoken_language: str
    minimum_age: int | None
    accessibility: str
    consent: str
    """What a visitor agrees to with a booking; empty: nothing is asked."""
    poster_url: str | None
    page_url: str
    venue: ShowVenue
    performances: list[PerformanceOfShow]
    """The performances that are not over, in order of start."""


class ShowsAnswer(Done):
    data: list[PublicShow]


class ShowAnswer(Done):
    data: PublicShow
