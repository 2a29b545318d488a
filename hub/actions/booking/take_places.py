"""The guarded write of bookings: takes places for many requests in one statement, and returns the slots' new counts.

The statement checks each ticket's version, the slot's places and the idempotency key again. A request that lost a race gets
no answer; its facts are read and decided again.
"""

import logging
from datetime import datetime
from typing import Any

import asyncpg

from db.statements import load
from hub.access.randomness import token_hash
from hub.actions.booking.booking_request import PendingBooking, Reserved, SlotStates, remember_slot
from hub.events.announcements import Announcement, SlotChanged, TicketsChanged

BOOKING = load("booking/reservations")

log = logging.getLogger(__name__)


async def take_places(
    connection: Any, batch: list[PendingBooking], now: datetime, slots: SlotStates, *, lock_seconds: float | None = None
) -> list[Announcement]:
    """Take places for all bookings that still can have them, and answer these. The facts of the others must be read again.

    Return the announcements to publish after the commit. The places left are put into `slots`. Raises LockNotAvailableError if
    another transaction holds one of the rows for longer than `lock_seconds`, or else than the connection waits.
    """
    batch = _that_fit(_without_rivals(batch), slots)
    if not batch:
        return []
    rows_of = [row for n, booking in enumerate(batch) for row in _columns_of(n, booking)]
    *columns, language, i, size, places, confirm_hash = zip(*rows_of, strict=True)
    try:
        rows = await connection.fetch(
            BOOKING.take_places, *columns, now, language, i, size, places, confirm_hash,
            None if lock_seconds is None else f"{lock_seconds * 1000:.0f}ms",
        )  # fmt: skip
    except (asyncpg.DeadlockDetectedError, asyncpg.CheckViolationError, asyncpg.UniqueViolationError) as error:
        # Two statements raced and a constraint stopped this one, so nothing was written. Read the facts and decide again.
        log.warning("booking.refused_by_table", extra={"error": type(error).__name__})
        return []
    announcements: list[Announcement] = []
    taken: dict[int, dict[int, int]] = {}
    for row in rows:
        if row["kind"] == "taken":
            taken.setdefault(row["n"], {})[row["i"]] = row["reservation_id"]
            continue
        changed = SlotChanged.of(row)
        slot = changed.slot
        announcements.append(changed)
        remember_slot(slots, (changed.org_id, slot.slot_id), slot.free, slot.revision)
    codes: dict[tuple[int, int], list[str]] = {}
    for n, ids in taken.items():
        booking = batch[n]
        booking.answer = tuple(_reserved(booking, row, ids[i]) for i, row in enumerate(booking.rows))
        for one in booking.answer:
            codes.setdefault((booking.request.org_id, one.venue_id), []).append(one.ticket_code)
    announcements += [TicketsChanged.of(*where, changed_codes, "reserved") for where, changed_codes in codes.items()]
    return announcements


def _without_rivals(batch: list[PendingBooking]) -> list[PendingBooking]:
    """Return the first request for each ticket and each key. The others are decided again after it."""
    seen: set[Any] = set()
    first_ones = []
    for booking in batch:
        names: list[tuple[int, Any]] = [(booking.request.org_id, ticket) for ticket in booking.tickets]
        if booking.key_hash is not None:
            names.append((booking.request.org_id, booking.key_hash))
        if seen.isdisjoint(names):
            first_ones.append(booking)
        seen.update(names)
    return first_ones


def _that_fit(batch: list[PendingBooking], slots: SlotStates) -> list[PendingBooking]:
    """Leave out each booking whose party does not fit after the ones before it, so that a smaller one after it may.

    The statement counts all it is given, and stops at the first that does not fit. A ticket takes one place like every other, so
    only confirmations are left out. They are decided again with the places that are free then.
    """
    left = {key: free for key, (free, _) in slots.items()}
    fitting = []
    for booking in batch:
        request = booking.request
        if request.confirmation is not None:
            key = (request.org_id, request.slot_id)
            if request.places > left.get(key, 0):
                continue
            left[key] -= request.places
        fitting.append(booking)
    return fitting


def _columns_of(n: int, booking: PendingBooking) -> list[tuple[Any, ...]]:
    request, size, hashed = booking.request, len(booking.rows), token_hash(booking.token)
    confirmation = request.confirmation
    if confirmation is not None:
        (row,) = booking.rows
        return [
            (n, request.org_id, row["ticket_id"], row["version"], request.slot_id, row["email"], row["phone"] or "", booking.token,
             hashed, booking.key_hash, request.body_hash, row["language"], 0, 1, confirmation.places, confirmation.token_hash)
        ]  # fmt: skip
    return [
        (n, request.org_id, row["ticket_id"], row["version"], request.slot_id, request.email, request.phone, booking.token,
         hashed, booking.key_hash, request.body_hash, request.language, i, size, 1, None)
        for i, row in enumerate(booking.rows)
    ]  # fmt: skip


def _reserved(booking: PendingBooking, row: Any, reservation_id: int) -> Reserved:
    return Reserved(reservation_id, row["code"], row["slot_id"], row["venue_id"], row["date"], row["start_time"],
                    row["end_time"], booking.token)  # fmt: skip
