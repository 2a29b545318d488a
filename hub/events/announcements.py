"""Announcements: facts that are published after a commit, each as a frozen dataclass.

An announcement may be lost when Redis is down or a process is not listening. So each one carries whole state with a revision:
a later announcement or the resync corrects what was missed. Whatever must not be lost is a row in Postgres.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import orjson

from hub.rules.slot_capacity import SlotCount
from hub.rules.ticket_code import normalise


@dataclass(frozen=True, slots=True)
class SlotChanged:
    """All counts of a slot, as returned by the statement that changed them."""

    org_id: int
    venue_id: int
    date: date
    slot: SlotCount

    @classmethod
    def of(cls, row: Any) -> "SlotChanged":
        """Build it from a row of any statement that changes a slot's counts."""
        slot = SlotCount(
            row["id"],
            row["start_time"],
            row["end_time"],
            row["total_capacity"],
            row["booked_count"],
            row["verified_count"],
            row["revision"],
            row["held_count"],
        )
        return cls(row["org_id"], row["venue_id"], row["date"], slot)


@dataclass(frozen=True, slots=True)
class WalkInsChanged:
    """The number of entries without a reservation at one venue on one day."""

    org_id: int
    venue_id: int
    date: date
    entered: int
    revision: int


@dataclass(frozen=True, slots=True)
class MovementsChanged:
    """The number of exits and returns at one venue on one day."""

    org_id: int
    venue_id: int
    date: date
    exited: int
    reentered: int
    revision: int

    @classmethod
    def of(cls, row: Any) -> "MovementsChanged":
        """Build it from a row of any statement that changes a day's movements."""
        return cls(row["org_id"], row["venue_id"], row["date"], row["exited"], row["reentered"], row["revision"])


@dataclass(frozen=True, slots=True)
class SlotsEdited:
    """Slots of an organisation were created, closed or resized: a kept list of them must be read again."""

    org_id: int


@dataclass(frozen=True, slots=True)
class SessionRevoked:
    """One login (`jti`) has ended, or every login of a member of staff that was issued before a moment."""

    org_id: int
    jti: str | None
    staff_id: int | None
    issued_before: datetime | None


@dataclass(frozen=True, slots=True)
class ScannerChanged:
    """An enrolled scanner was changed, revoked, or is to be wiped: what is known of it must be read again."""

    org_id: int
    scanner_id: int


TicketChange = Literal["reserved", "moved", "cancelled", "activated", "verified", "undone", "left", "returned", "party"]
"""`party`: not these tickets themselves, but others that were booked together with them."""


@dataclass(frozen=True, slots=True)
class TicketsChanged:
    """Tickets have changed. A scanner that shows one of them requests it again.

    `hashes` holds the `code_hash` of each code, so that listeners learn no code. `venue_id` None means every venue of the
    organisation.
    """

    org_id: int
    venue_id: int | None
    hashes: tuple[str, ...]
    change: TicketChange
    party: tuple[int, int] | None = None
    """Size of the party of these tickets, and how many of it are in now."""

    @classmethod
    def of(
        cls, org_id: int, venue_id: int | None, codes: Iterable[str], change: TicketChange,
        party: tuple[int, int] | None = None,
    ) -> "TicketsChanged":  # fmt: skip
        return cls(org_id, venue_id, tuple(code_hash(code) for code in codes), change, party)


def code_hash(code: str) -> str:
    """Return the name of a ticket in announcements: the SHA-256 of its normalised code, in hex."""
    return hashlib.sha256(normalise(code).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TopicEvent:
    """An event for the subscribers of a socket topic; `body` is its JSON.

    `venue_id`, `staff_id`, `gate` and `device` say whom it concerns. Each topic chooses which of them it filters by.
    """

    org_id: int
    topic: str
    body: str
    venue_id: int | None = None
    staff_id: int | None = None
    gate: str | None = None
    device: str | None = None

    @classmethod
    def of(
        cls, org_id: int, topic: str, data: Any, *, venue_id: int | None = None, staff_id: int | None = None,
        gate: str | None = None, device: str | None = None,
    ) -> "TopicEvent":  # fmt: skip
        return cls(org_id, topic, orjson.dumps(data, default=str).decode(), venue_id, staff_id, gate, device)


@dataclass(frozen=True, slots=True)
class ScansLogged:
    """Logged scans of a venue, for other processes only. A row holds the fields of `LoggedScan` from the third on."""

    org_id: int
    venue_id: int
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class PeerSeen:
    """A hub process is running. `wants` are the organisations whose scans it wants to receive."""

    origin: str
    wants: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class MessagesWritten:
    """Bookings or requests have written messages into the outbox, which the process that sends them looks at now.

    `bookings` is how many bookings a second the process makes. It may be lost: the outbox is looked at twice a second anyway.
    """

    process: str
    bookings: int = 0


Announcement = (
    SlotChanged
    | WalkInsChanged
    | MovementsChanged
    | SlotsEdited
    | SessionRevoked
    | ScannerChanged
    | TicketsChanged
    | TopicEvent
    | ScansLogged
    | PeerSeen
    | MessagesWritten
)
