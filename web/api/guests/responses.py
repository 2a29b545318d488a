"""Responses about guests."""

from datetime import date, datetime, time

from web.api.responses import Done, ReservationStatus, Response


class Guest(Response):
    guest_id: int
    name: str
    party: int
    """How many people, the named one included."""
    admitted: int
    note: str
    email: str | None
    status: ReservationStatus
    """`VERIFIED` from the first person of the party on."""
    reservation_id: int
    counts: bool
    """Whether the party takes spaces that others could have booked."""
    slot_id: int
    venue_id: int
    timezone: str
    date: date
    start_time: time
    end_time: time
    whole_day: bool
    title: str
    """The show's, for a performance."""
    created_at: datetime
    version: int
    """Counts the changes. `If-Match` names it."""


class GuestSlot(Response):
    slot_id: int
    date: date
    start_time: time
    end_time: time
    whole_day: bool
    title: str
    free: int
    people: int
    """On its guest list."""
    admitted: int


class GuestList(Response):
    guests: list[Guest]
    next: int | None
    """The `before` of the next page; null at the end."""
    slots: list[GuestSlot]
    """What guests of this day may be listed for; empty if the list is of one slot."""


class GuestListAnswer(Done):
    data: GuestList


class GuestAnswer(Done):
    data: Guest


class AddedGuests(Response):
    slot_id: int
    guest_ids: list[int]
    people: int
    skipped: list[str]
    """Names that were on the list already. They were not added."""


class AddedGuestsAnswer(Done):
    data: AddedGuests
