"""The taking of places: what booking a ticket and booking a party ask of Postgres, many requests in one statement.

Facts are read without locks and judged here; the write asks again, and who lost a race is read and judged anew.
"""

import hashlib
import logging
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import asyncpg

from db.statements import load
from hub.events.announcements import Announcement, SlotChanged, TicketsChanged
from hub.rules.booking_decision import BookingSlot, BookingTicket, refuse_pair, refuse_slot
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

BOOKING = load("booking/reservations")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReserveRequest:
    """`body_hash` is what a second request with the same key must agree with.

    `party` are further tickets, booked together with the first or not at all; None where the request knows no parties.
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
    reservation_id: int
    ticket_code: str
    slot_id: int
    venue_id: int
    date: date
    start_time: time
    end_time: time
    manage_token: str


@dataclass(slots=True)
class Asked:
    """A request on its way through one flight; `hold_id` is its name at the gate. The answer has one entry per ticket."""

    request: ReserveRequest
    tickets: tuple[int, ...]
    hold_id: str
    key_hash: bytes | None
    token: str
    answer: tuple[Reserved, ...] | Refused | None = None
    rows: list[Any] = field(default_factory=list)


SlotKey = tuple[int, int]
Standings = dict[SlotKey, tuple[int, int]]
"""What was last seen of each slot: free places, and the revision that says so."""


async def read_asked(connection: Any, batch: list[Asked], now: datetime, slots: Standings) -> None:
    """Answer what the facts already answer, a repeat or a refusal; keep the facts of all others."""
    tickets = [(a, ticket) for a in batch for ticket in a.tickets]
    rows = await connection.fetch(
        BOOKING.read_asked,
        [a.request.org_id for a, _ in tickets],
        [ticket for _, ticket in tickets],
        [a.request.slot_id for a, _ in tickets],
        [a.key_hash for a, _ in tickets],
        now,
    )
    at = 0
    for a in batch:
        a.rows = rows[at : at + len(a.tickets)]
        at += len(a.tickets)
        row = a.rows[0]
        _decide(a, now)
        if row["body_hash"] is not None and row["body_hash"] == a.request.body_hash and row["reservation_ids"]:
            a.answer = await _first_party(connection, a.request.org_id, row)
        if row["slot_id"] is not None:
            closed = row["slot_status"] != "ACTIVE" or row["ends_at"] <= now
            free = 0 if closed else row["total_capacity"] - row["booked_count"] - row["held_count"]
            remember(slots, (a.request.org_id, row["slot_id"]), free, row["revision"])


async def take(connection: Any, batch: list[Asked], now: datetime, slots: Standings) -> list[Announcement]:
    """Take the places of all that can have them; who stays without an answer is to be read again.

    Returns what is to be announced once it is committed.
    """
    batch = _apart(batch)
    rows_of = [row for n, a in enumerate(batch) for row in _ask_rows(n, a)]
    *columns, language, i, size = zip(*rows_of, strict=True)
    try:
        rows = await connection.fetch(BOOKING.take_places, *columns, now, language, i, size)
    except (asyncpg.DeadlockDetectedError, asyncpg.CheckViolationError, asyncpg.UniqueViolationError) as trouble:
        # Nothing was done. The last line of the tables held where two statements passed each other: judge again.
        log.warning("booking.refused_by_table", extra={"error": type(trouble).__name__})
        return []
    told: list[Announcement] = []
    taken: dict[int, dict[int, int]] = {}
    for row in rows:
        if row["kind"] == "taken":
            taken.setdefault(row["n"], {})[row["i"]] = row["reservation_id"]
            continue
        changed = SlotChanged.of(row)
        slot = changed.slot
        told.append(changed)
        remember(slots, (changed.org_id, slot.slot_id), slot.free, slot.revision)
    codes: dict[tuple[int, int], list[str]] = {}
    for n, ids in taken.items():
        a = batch[n]
        a.answer = tuple(_reserved(a, row, ids[i]) for i, row in enumerate(a.rows))
        for one in a.answer:
            codes.setdefault((a.request.org_id, one.venue_id), []).append(one.ticket_code)
    told += [TicketsChanged.of(*where, changed_codes, "reserved") for where, changed_codes in codes.items()]
    return told


def remember(slots: Standings, key: SlotKey, free: int, revision: int) -> None:
    known = slots.get(key)
    if known is None or revision >= known[1]:
        slots[key] = (free, revision)


def token_hash(token: str) -> bytes:
    """What is stored of a manage token; the token itself stands only in the customer's link."""
    return hashlib.sha256(token.encode()).digest()


def _apart(batch: list[Asked]) -> list[Asked]:
    """Of requests for one ticket or with one key the first alone; the others are judged again after it."""
    seen: set[Any] = set()
    apart = []
    for a in batch:
        names: list[tuple[int, Any]] = [(a.request.org_id, ticket) for ticket in a.tickets]
        if a.key_hash is not None:
            names.append((a.request.org_id, a.key_hash))
        if seen.isdisjoint(names):
            apart.append(a)
        seen.update(names)
    return apart


def _decide(a: Asked, now: datetime) -> None:
    request, row = a.request, a.rows[0]
    if row["body_hash"] is not None:
        same = row["body_hash"] == request.body_hash
        a.answer = (_first_answer(row),) if same else Refused(Reason.IDEMPOTENCY_KEY_REUSED)
        return
    slot = None
    if row["slot_id"] is not None:
        slot = BookingSlot(row["slot_id"], request.org_id, row["venue_id"], row["slot_status"], row["starts_at"],
                           row["ends_at"], row["total_capacity"], row["booked_count"], row["held_count"])  # fmt: skip
    reason = refuse_slot(slot, now, len(a.rows))
    if reason is not None:
        full_for_party = reason is Reason.SLOT_FULL and request.party is not None and slot is not None
        a.answer = Refused(reason, free=max(slot.free, 0)) if full_for_party and slot else Refused(reason)
        return
    bad = [no for no in (_refuse_ticket(request.org_id, one, slot, now) for one in a.rows) if no is not None]
    if bad:
        reason, details = bad[0]
        a.answer = Refused(reason, **_known(details))
        if request.party is not None:
            a.answer.details["tickets"] = [{"code": why, **told} for why, told in bad]


def _refuse_ticket(
    org_id: int, row: Any, slot: BookingSlot | None, now: datetime
) -> tuple[Reason, dict[str, Any]] | None:
    ticket = None
    if row["ticket_id"] is not None:
        ticket = BookingTicket(row["ticket_id"], org_id, row["status"], row["valid_until"], row["product_venue_id"],
                               row["reservation_id"] is not None)  # fmt: skip
    reason = refuse_pair(ticket, slot, now)
    if reason is None:
        return None
    details: dict[str, Any] = {"ticket_code": row["code"]}
    if reason is Reason.TICKET_ALREADY_RESERVED:
        details["reserved_date"] = row["reserved_date"].isoformat() if row["reserved_date"] else None
    elif row["status"] == "INACTIVE":
        details |= {"can_activate": True, "ticket_id": row["ticket_id"]}
    return reason, details


def _known(details: dict[str, Any]) -> dict[str, Any]:
    """What the answer says of the ticket, besides the code that whoever asked has."""
    return {name: value for name, value in details.items() if name != "ticket_code"}


def _first_answer(row: Any) -> Reserved:
    return Reserved(row["first_reservation_id"], row["first_code"], row["first_slot_id"], row["first_venue_id"],
                    row["first_date"], row["first_start_time"], row["first_end_time"], row["manage_token"])  # fmt: skip


async def _first_party(connection: Any, org_id: int, row: Any) -> tuple[Reserved, ...]:
    first = _first_answer(row)
    members = await connection.fetch(BOOKING.answered_party, org_id, row["reservation_ids"])
    return tuple(
        Reserved(one["id"], one["code"], first.slot_id, first.venue_id, first.date, first.start_time, first.end_time,
                 first.manage_token)
        for one in members
    )  # fmt: skip


def _ask_rows(n: int, a: Asked) -> list[tuple[Any, ...]]:
    r, size, hashed = a.request, len(a.rows), token_hash(a.token)
    return [
        (n, r.org_id, row["ticket_id"], row["version"], r.slot_id, r.email, r.phone, a.token, hashed, a.key_hash,
         r.body_hash, r.language, i, size)
        for i, row in enumerate(a.rows)
    ]  # fmt: skip


def _reserved(a: Asked, row: Any, reservation_id: int) -> Reserved:
    return Reserved(reservation_id, row["code"], row["slot_id"], row["venue_id"], row["date"], row["start_time"],
                    row["end_time"], a.token)  # fmt: skip
