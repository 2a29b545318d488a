"""Booked parties: the reservations of one party, in the form that e-mails, calendar files and pages use."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from hub.confirmation.calendar_file import CalendarEntry


@dataclass(frozen=True, slots=True)
class Place:
    """One reservation with its ticket and slot. Date and times are the venue's local ones, timestamps are aware UTC."""

    reservation_id: int
    status: str
    calendar_sequence: int
    ticket_code: str
    ticket_status: str
    customer_name: str | None
    slot_id: int
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime

    @property
    def cancelled(self) -> bool:
        return self.status == "CANCELLED"


@dataclass(frozen=True, slots=True)
class VenueFacts:
    name: str
    address: str
    timezone: str
    change_cutoff_hours: int
    slug: str = ""
    contact_email: str = ""
    contact_phone: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """All places booked in one request, cancelled ones included, in the order of their reservation ids."""

    venue: VenueFacts
    places: tuple[Place, ...]

    @classmethod
    def of(cls, rows: Sequence[Any]) -> "Party | None":
        """Build the party from the rows of `outbox.parties`. Returns None if there are no rows."""
        if not rows:
            return None
        first = rows[0]
        venue = VenueFacts(
            first["venue_name"], first["address"], first["timezone"], first["change_cutoff_hours"], first["slug"],
            first["contact_email"], first["contact_phone"],
        )  # fmt: skip
        places = [Place(*(row[name] for name in _COLUMNS)) for row in rows]
        return cls(venue, tuple(sorted(places, key=lambda place: place.reservation_id)))

    def only(self, reservation_ids: Collection[int]) -> tuple[Place, ...]:
        return tuple(place for place in self.places if place.reservation_id in reservation_ids)

    def change_until(self, place: Place) -> datetime:
        """Return the last time at which the holder may move or cancel this place."""
        return place.starts_at - timedelta(hours=self.venue.change_cutoff_hours)


_COLUMNS = (
    "reservation_id", "status", "calendar_sequence", "ticket_code", "ticket_status", "customer_name", "slot_id", "date",
    "start_time", "end_time", "starts_at", "ends_at",
)  # fmt: skip


def by_slot(places: Sequence[Place]) -> list[tuple[Place, ...]]:
    """Group the places by slot, the earliest slot first."""
    ordered = sorted(places, key=lambda place: (place.starts_at, place.slot_id, place.reservation_id))
    return [tuple(group) for _, group in groupby(ordered, key=lambda place: place.slot_id)]


def calendar_entries(
    party: Party, spoken_of: Collection[int], *, host: str, manage_url: str, language: str, organizer: str
) -> list[CalendarEntry]:
    """Return the calendar entries of the whole party, one for each slot, for an e-mail about the reservations `spoken_of`.

    An entry has the UID of the first reservation in its slot, even of a cancelled one, so it stays the same entry when one
    member cancels. If moves have split the party, other members may once have had entries of their own: these are sent as
    cancelled. Otherwise a party that is together again would keep a second entry at the wrong time.
    """
    standing = [place for place in party.places if not place.cancelled] or list(party.places)
    sequences = {place.calendar_sequence for place in standing}
    partly = {place.reservation_id for place in standing} != set(spoken_of)
    split = max(sequences) > 0 and (len(sequences) > 1 or partly)
    live: list[CalendarEntry] = []
    gone: list[CalendarEntry] = []
    for places in by_slot(party.places):
        leader, *others = places
        shown = [place for place in places if not place.cancelled] or list(places)

        def entry(place: Place, codes: Sequence[str], *, cancelled: bool) -> CalendarEntry:
            return CalendarEntry(
                reservation_id=place.reservation_id,
                host=host,
                venue_name=party.venue.name,
                venue_timezone=party.venue.timezone,
                ticket_code=codes[0],
                starts_at=place.starts_at,
                ends_at=place.ends_at,
                manage_url="" if cancelled else manage_url,
                address=party.venue.address,
                language=language,
                more_codes=tuple(codes[1:]),
                organizer=organizer,
                sequence=place.calendar_sequence + cancelled,
                cancelled=cancelled,
                change_until=party.change_until(place),
            )

        over = all(place.cancelled for place in places)
        (gone if over else live).append(entry(leader, [place.ticket_code for place in shown], cancelled=over))
        if split:
            gone += [entry(other, [other.ticket_code], cancelled=True) for other in others]
    return live + gone
