"""Booking requests, their answers, and the slots' places as last read."""

import hashlib
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from hub.rules.refusals import Refused


@dataclass(frozen=True, slots=True)
class ReserveRequest:
    """A request for one place, or for one place for each ticket of a party.

    A repeat with the same `idempotency_key` must have the same `body_hash`. `party` are further tickets, booked together with the
    first or not at all; None if the request has no party.
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

    @property
    def tickets(self) -> tuple[int, ...]:
        return (self.ticket_id, *self.party) if self.party else (self.ticket_id,)

    @property
    def key_hash(self) -> bytes | None:
        if self.idempotency_key is None:
            return None
        return hashlib.sha256(f"{self.org_id}:{self.idempotency_key}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Reserved:
    """One booked place. Date and times are the venue's; `manage_token` opens the whole party."""

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
    """A request in a batch. `hold_id` is its name in seat admission, `token` its manage token.

    `answer` has one entry for each ticket; None: not decided. `rows` are the facts of its tickets, as `read_asked` gives them.
    """

    request: ReserveRequest
    tickets: tuple[int, ...]
    hold_id: str
    key_hash: bytes | None
    token: str
    answer: tuple[Reserved, ...] | Refused | None = None
    rows: list[Any] = field(default_factory=list)


SlotKey = tuple[int, int]
SlotStates = dict[SlotKey, tuple[int, int]]
"""The places last read of each slot (organisation, slot): how many are free, and the slot's revision."""


def remember_slot(slots: SlotStates, key: SlotKey, free: int, revision: int) -> None:
    """Keep the newest state of a slot."""
    known = slots.get(key)
    if known is None or revision >= known[1]:
        slots[key] = (free, revision)
