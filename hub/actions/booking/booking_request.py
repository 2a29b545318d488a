"""Booking requests: the values of a request, of its answer, and of the free places last read for each slot."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from hub.batching.batcher import Locked
from hub.rules.refusals import Refused


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The confirmation of a booking of seats: the hash of the link that was opened, and how many places the party wants."""

    token_hash: bytes
    places: int


@dataclass(frozen=True, slots=True)
class ReserveRequest:
    """A request for one place, or for one place for each ticket of a party, or the confirmation of a booking.

    A repeat with the same `idempotency_key` must have the same `body_hash`. `party` are further tickets, booked all together with
    the first or not at all; None if the request has no party. With a `confirmation` the ticket is the booking's, which takes
    several places; contact and language are then read from the booking.
    """

    org_id: int
    ticket_id: int
    slot_id: int
    email: str
    phone: str
    idempotency_key: str | None = None
    body_hash: bytes = b""
    language: str = "en"
    party: tuple[int, ...] | None = None
    confirmation: Confirmation | None = None

    @property
    def places(self) -> int:
        return len(self.tickets) if self.confirmation is None else self.confirmation.places

    @property
    def tickets(self) -> tuple[int, ...]:
        return (self.ticket_id, *self.party) if self.party else (self.ticket_id,)

    @property
    def slot(self) -> tuple[int, int]:
        return self.org_id, self.slot_id

    @property
    def key_hash(self) -> bytes | None:
        if self.idempotency_key is None:
            return None
        return hashlib.sha256(f"{self.org_id}:{self.idempotency_key}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Reserved:
    """One booked place. Date and times are the venue's local ones. `manage_token` opens the whole party."""

    reservation_id: int
    ticket_code: str
    slot_id: int
    venue_id: int
    date: date
    start_time: time
    end_time: time
    manage_token: str


@dataclass(slots=True)
class PendingBooking:
    """A request in a batch. `hold_id` identifies it in seat admission, and `token` is its manage token.

    `answer` has one entry for each ticket, is None until it is decided, and Locked while another transaction has its slot. `rows` are the facts of its tickets from
    `read_asked`, or of its booking from `read_confirmations`.
    """

    request: ReserveRequest
    tickets: tuple[int, ...]
    hold_id: str
    key_hash: bytes | None
    token: str
    answer: tuple[Reserved, ...] | Refused | Locked | None = None
    rows: list[Any] = field(default_factory=list)


SlotKey = tuple[int, int]
SlotStates = dict[SlotKey, tuple[int, int]]
"""(free places, revision) as last read, by slot (organisation, slot)."""


def remember_slot(slots: SlotStates, key: SlotKey, free: int, revision: int) -> None:
    """Store the state of a slot unless a newer revision is known."""
    known = slots.get(key)
    if known is None or revision >= known[1]:
        slots[key] = (free, revision)
