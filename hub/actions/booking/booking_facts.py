"""Booking facts: reads the facts of many requests in one statement without locks, and applies the rules to them."""

from datetime import datetime
from typing import Any

from db.statements import load
from hub.actions.booking.booking_request import PendingBooking, Reserved, SlotStates, remember_slot
from hub.actions.booking.confirmation_facts import decide_confirmations
from hub.rules.booking_decision import BookingSlot, BookingTicket, refuse_pair, refuse_slot
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused

BOOKING = load("booking/reservations")


async def decide_bookings(connection: Any, batch: list[PendingBooking], now: datetime, slots: SlotStates) -> None:
    """Read the facts of a batch in one statement, and answer repeats and refusals. Confirmations have a statement of their own.

    All other requests keep their facts in `rows` and get no answer here. The free places read are put into `slots`. `connection`
    may be in a transaction.
    """
    confirmations = [booking for booking in batch if booking.request.confirmation is not None]
    if confirmations:
        await decide_confirmations(connection, confirmations, now, slots)
        batch = [booking for booking in batch if booking.request.confirmation is None]
    if batch:
        await _decide_reservations(connection, batch, now, slots)


async def _decide_reservations(connection: Any, batch: list[PendingBooking], now: datetime, slots: SlotStates) -> None:
    tickets = [(booking, ticket) for booking in batch for ticket in booking.tickets]
    rows = await connection.fetch(
        BOOKING.read_asked,
        [booking.request.org_id for booking, _ in tickets],
        [ticket for _, ticket in tickets],
        [booking.request.slot_id for booking, _ in tickets],
        [booking.key_hash for booking, _ in tickets],
        now,
    )
    at = 0
    for booking in batch:
        booking.rows = rows[at : at + len(booking.tickets)]
        at += len(booking.tickets)
        row = booking.rows[0]
        _decide_booking(booking, now)
        if row["body_hash"] is not None and row["body_hash"] == booking.request.body_hash and row["reservation_ids"]:
            booking.answer = await _kept_party(connection, booking.request.org_id, row)
        if row["slot_id"] is not None:
            closed = row["slot_status"] != "ACTIVE" or row["ends_at"] <= now
            free = 0 if closed else row["total_capacity"] - row["booked_count"] - row["held_count"]
            remember_slot(slots, (booking.request.org_id, row["slot_id"]), free, row["revision"])


def _decide_booking(booking: PendingBooking, now: datetime) -> None:
    request, row = booking.request, booking.rows[0]
    if row["body_hash"] is not None:
        same = row["body_hash"] == request.body_hash
        booking.answer = (_kept_answer(row),) if same else Refused(Reason.IDEMPOTENCY_KEY_REUSED)
        return
    slot = None
    # A performance has tickets of its own, which `confirmation_facts` decides.
    if row["slot_id"] is not None and row["show_id"] is None:
        slot = BookingSlot(row["slot_id"], request.org_id, row["venue_id"], row["slot_status"], row["starts_at"],
                           row["ends_at"], row["total_capacity"], row["booked_count"], row["held_count"])  # fmt: skip
    reason = refuse_slot(slot, now, len(booking.rows))
    if reason is not None:
        full_for_party = reason is Reason.SLOT_FULL and request.party is not None and slot is not None
        booking.answer = Refused(reason, free=max(slot.free, 0)) if full_for_party and slot else Refused(reason)
        return
    refusals_found = (_refuse_ticket(request.org_id, one, slot, now) for one in booking.rows)
    refusals = [refusal for refusal in refusals_found if refusal is not None]
    if refusals:
        reason, details = refusals[0]
        booking.answer = Refused(reason, **_without_code(details))
        if request.party is not None:
            booking.answer.details["tickets"] = [{"code": code, **facts} for code, facts in refusals]


def _refuse_ticket(
    org_id: int, row: Any, slot: BookingSlot | None, now: datetime
) -> tuple[Reason, dict[str, Any]] | None:
    ticket = None
    if row["ticket_id"] is not None and row["channel"] != "booking":
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


def _without_code(details: dict[str, Any]) -> dict[str, Any]:
    """Return the details without the ticket's code, which the requester knows."""
    return {name: value for name, value in details.items() if name != "ticket_code"}


def _kept_answer(row: Any) -> Reserved:
    return Reserved(row["first_reservation_id"], row["first_code"], row["first_slot_id"], row["first_venue_id"],
                    row["first_date"], row["first_start_time"], row["first_end_time"], row["manage_token"])  # fmt: skip


async def _kept_party(connection: Any, org_id: int, row: Any) -> tuple[Reserved, ...]:
    first = _kept_answer(row)
    members = await connection.fetch(BOOKING.answered_party, org_id, row["reservation_ids"])
    return tuple(
        Reserved(one["id"], one["code"], first.slot_id, first.venue_id, first.date, first.start_time, first.end_time,
                 first.manage_token)
        for one in members
    )  # fmt: skip
