"""Reading shows and their performances as the public sees them, and the alternatives to a performance."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import orjson

from db.statements import load
from hub.rules.alternatives import MOST_ALTERNATIVES
from hub.rules.performance_booking import BookingState, BookingTimes, booking_state
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.slot_capacity import CapacityStatus, capacity_status
from hub.services import Services

PUBLIC = load("shows/public")


@dataclass(frozen=True, slots=True)
class Performance:
    """A performance at one moment. `available_count` is 0 if it is cancelled; `booking` says whether it can be booked.

    `largest_party` is the performance's own limit, or the show's.
    """

    performance_id: int
    show_id: int
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    room: str
    room_accessibility: str
    capacity: int
    available_count: int
    largest_party: int
    booking: BookingState
    booking_opens_at: datetime | None
    booking_closes_at: datetime | None

    @property
    def booking_open(self) -> bool:
        return self.booking is BookingState.OPEN

    @property
    def capacity_status(self) -> CapacityStatus:
        return capacity_status(self.capacity, self.capacity - self.available_count)

    def as_alternative(self) -> dict[str, Any]:
        """Return the performance as an element of `alternatives`."""
        return {
            "performance_id": self.performance_id,
            "date": self.date.isoformat(),
            "start_time": self.start_time.isoformat("seconds"),
            "end_time": self.end_time.isoformat("seconds"),
            "room": self.room,
            "available_count": self.available_count,
        }


@dataclass(frozen=True, slots=True)
class Poster:
    """A show's poster; `hash` (hex) names it in its address `/posters/{hash}`."""

    hash: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Show:
    """A show in one language, with its performances to come. `description` is Markdown, `consent` may be empty."""

    org_id: int
    show_id: int
    status: str
    title: str
    subtitle: str
    description: str
    accessibility: str
    consent: str
    duration_minutes: int | None
    spoken_language: str
    minimum_age: int | None
    poster: Poster | None
    updated_at: datetime
    venue_id: int
    venue_name: str
    venue_address: str
    timezone: str
    country: str
    has_waitlist: bool
    performances: tuple[Performance, ...]

    def performance(self, performance_id: int) -> Performance | None:
        return next((one for one in self.performances if one.performance_id == performance_id), None)


async def list_shows(services: Services, org_id: int, language: str = "en") -> tuple[Show, ...]:
    """Return the published shows that have a performance to come, the next one first."""
    now = services.clock.now()
    rows = await services.database.fetch(PUBLIC.published_shows, org_id, now)
    if not rows:
        return ()
    played = await services.database.fetch(PUBLIC.coming_performances, org_id, [row["show_id"] for row in rows], now)
    shows = (_show(row, [one for one in played if one["show_id"] == row["show_id"]], now, language) for row in rows)
    # A show whose last performance ended between the two statements is left out.
    return tuple(show for show in shows if show.performances)


async def shows_are_on(services: Services, org_id: int) -> bool:
    """Return whether an organisation has published shows with a performance to come."""
    return bool(await services.database.fetchval(PUBLIC.shows_are_on, org_id, services.clock.now()))


async def read_show(
    services: Services, show_id: int, *, org_id: int | None = None, language: str = "en", drafts: bool = False
) -> Show:
    """Return a published or archived show, of this organisation or of any. Refuses SHOW_NOT_FOUND.

    An archived show has no performances. With `drafts` a draft is returned too, for staff who look at it before it is published.
    """
    now = services.clock.now()
    organisations = await _organisations(services, org_id)
    row = await services.database.fetchrow(PUBLIC.show_of_organisations, organisations, show_id)
    if row is None or (row["status"] == "DRAFT" and not drafts):
        raise Refused(Reason.SHOW_NOT_FOUND)
    played = []
    if row["status"] != "ARCHIVED":
        played = await services.database.fetch(PUBLIC.coming_performances, row["org_id"], [show_id], now)
    return _show(row, played, now, language)


async def org_of_published_show(services: Services, show_id: int, org_id: int | None = None) -> int:
    """Return the organisation of a published show. Refuses SHOW_NOT_FOUND for drafts, archived shows and unknown numbers."""
    organisations = await _organisations(services, org_id)
    row = await services.database.fetchrow(PUBLIC.show_of_organisations, organisations, show_id)
    if row is None or row["status"] != "PUBLISHED":
        raise Refused(Reason.SHOW_NOT_FOUND)
    found: int = row["org_id"]
    return found


async def alternatives_of(services: Services, org_id: int, slot_id: int, places: int) -> tuple[Performance, ...]:
    """Return at most five other performances of the same show that can be booked and have `places` free, the nearest first."""
    now = services.clock.now()
    rows = await services.database.fetch(PUBLIC.other_performances, org_id, slot_id, now)
    found = (_performance(row, now) for row in rows)
    open_ones = [one for one in found if one.booking_open and one.available_count >= places]
    return tuple(open_ones[:MOST_ALTERNATIVES])


async def _organisations(services: Services, org_id: int | None) -> list[int]:
    return [org_id] if org_id is not None else sorted(await services.venues.organisations())


def _show(row: Any, played: list[Any], now: datetime, language: str) -> Show:
    words = _translated(row, language)
    poster = None
    if row["poster_hash"] is not None:
        poster = Poster(row["poster_hash"].hex(), row["poster_width"], row["poster_height"])
    return Show(
        row["org_id"], row["show_id"], row["status"], words["title"], words["subtitle"], words["description"],
        words["accessibility"], words["consent"], row["duration_minutes"], row["spoken_language"], row["minimum_age"],
        poster, row["updated_at"], row["venue_id"], row["venue_name"], row["venue_address"], row["timezone"],
        row["country"], row["has_waitlist"], tuple(_performance(one, now) for one in played),
    )  # fmt: skip


def _translated(row: Any, language: str) -> dict[str, str]:
    """Return the texts of a show in this language; each that is not translated in the show's own."""
    found = row["translations"]
    translations = (orjson.loads(found) if isinstance(found, str) else found).get(language) or {}
    names = ("title", "subtitle", "description", "accessibility", "consent")
    return {name: translations.get(name) or row[name] for name in names}


def _performance(row: Any, now: datetime) -> Performance:
    times = BookingTimes(
        row["slot_status"], row["ends_at"], row["booking_opens_at"], row["booking_closes_at"], row["booking_closed"]
    )
    booking = booking_state(times, now)
    return Performance(
        row["performance_id"], row["show_id"], row["date"], row["start_time"], row["end_time"], row["starts_at"],
        row["ends_at"], row["room"], row["room_accessibility"], row["capacity"],
        0 if booking is BookingState.CANCELLED else row["free"], row["largest_party"], booking,
        row["booking_opens_at"], row["booking_closes_at"],
    )  # fmt: skip


def other_performances(services: Services) -> Callable[[int, int, int], Awaitable[list[dict[str, Any]]]]:
    """Return what `move_reservation` asks for the other performances with so many places left."""

    async def others(org_id: int, slot_id: int, places: int) -> list[dict[str, Any]]:
        return [one.as_alternative() for one in await alternatives_of(services, org_id, slot_id, places)]

    return others
