"""Booking a party: several tickets named by their codes get one slot, all of them or none."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.actions.booking.booking_facts import decide_bookings
from hub.actions.booking.booking_request import PendingBooking, Reserved, ReserveRequest, SlotStates
from hub.actions.booking.party_tickets import ids_without_case, not_each_once, party_codes
from hub.actions.booking.reserve import Bookings
from hub.actions.booking.take_places import take_places
from hub.events.announcements import Announcement
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import looks_mistyped
from hub.services import Services

BOOKING = load("booking/reservations")

InTransaction = Callable[[Any, datetime, bytes], Awaitable[None]]
"""A further step of the booking's transaction: f(connection, now, hash of the party's manage token)."""


@dataclass(frozen=True, slots=True)
class PartyRequest:
    """A party named by its ticket codes. A repeat with the same `idempotency_key` must have the same `body_hash`."""

    org_id: int
    ticket_codes: tuple[str, ...]
    slot_id: int
    email: str
    phone: str
    language: str = "en"
    idempotency_key: str | None = None
    body_hash: bytes = b""


async def book_party(bookings: Bookings, request: PartyRequest) -> tuple[Reserved, ...]:
    """Book one slot for all tickets, in the order of their codes; they share one manage token.

    A refusal because of the tickets has the reason of the first bad one, and lists every bad one in `tickets`.
    """
    codes = party_codes(request.ticket_codes)
    return await bookings.reserve_together(_named(request, codes, await bookings.ticket_ids(request.org_id, codes)))


async def reserve_party(
    services: Services, request: PartyRequest, *, in_transaction: InTransaction | None = None
) -> tuple[Reserved, ...]:
    """Book a party in a transaction of its own, without asking seat admission. Otherwise as `reserve_alone`."""
    codes = party_codes(request.ticket_codes)
    rows = await services.database.bookings.fetch(BOOKING.ticket_ids, [request.org_id] * len(codes), list(codes))
    ids = await ids_without_case(
        services.database.bookings, [(request.org_id, code) for code in codes], [row["id"] for row in rows]
    )
    reserve = _named(request, codes, ids)
    return await reserve_alone(services, reserve, in_transaction=in_transaction)


async def reserve_alone(
    services: Services, reserve: ReserveRequest, *, in_transaction: InTransaction | None = None
) -> tuple[Reserved, ...]:
    """Book, or confirm a booking, in a transaction of its own. `in_transaction` commits with it or not at all.

    It is called after the tickets are locked and before the slot is decided, so the booking can take places that it stops
    holding. It may refuse. A repeat with the same idempotency key gets the first answer and does not call it.
    """
    slots: SlotStates = {}
    for _ in range(MAX_ATTEMPTS):
        booking = PendingBooking(reserve, reserve.tickets, "", reserve.key_hash, secret_token())
        now = services.clock.now()
        try:
            async with services.database.bookings.transaction() as connection:
                announcements = await _book_in(connection, booking, now, slots, in_transaction)
                reserved = booking.answer
                if not isinstance(reserved, tuple):
                    raise _Raced
        except _Raced:
            continue
        for (org_id, slot_id), (free, revision) in slots.items():
            hold = reserve.key_hash if reserve.confirmation is None else reserve.confirmation.token_hash
            booked = [hold.hex()[:32]] if hold is not None else []
            services.seat_admission.settle(org_id, slot_id, free=free, revision=revision, booked=booked)
        services.announcer.publish(announcements)
        return reserved
    raise Refused(Reason.BUSY)


async def _book_in(
    connection: Any, booking: PendingBooking, now: datetime, slots: SlotStates, in_transaction: InTransaction | None
) -> list[Announcement]:
    """Make one attempt inside its transaction. If it leaves no answer, the caller must roll back and try again."""
    await connection.fetch(BOOKING.lock_tickets, booking.request.org_id, sorted(booking.tickets))
    await decide_bookings(connection, [booking], now, slots)
    if isinstance(booking.answer, tuple):
        return []
    if in_transaction is not None:
        booking.answer = None
        await in_transaction(connection, now, token_hash(booking.token))
        slots.clear()
        await decide_bookings(connection, [booking], now, slots)
    if isinstance(booking.answer, Refused):
        raise booking.answer
    return await take_places(connection, [booking], now, slots)


class _Raced(Exception):
    """A ticket, the slot or the idempotency key changed meanwhile: roll back and decide again."""


def _named(request: PartyRequest, codes: tuple[str, ...], ids: list[int | None]) -> ReserveRequest:
    """Return the request with ticket ids. Refuses TICKET_NOT_FOUND if a code is unknown, INVALID_REQUEST for a ticket twice."""
    unknown = [
        {"ticket_code": code, "code": Reason.TICKET_NOT_FOUND, **({"likely_mistyped": True} if looks_mistyped(code) else {})}
        for code, ticket_id in zip(codes, ids, strict=True)
        if ticket_id is None
    ]  # fmt: skip
    if unknown:
        raise Refused(Reason.TICKET_NOT_FOUND, tickets=unknown)
    if len(set(ids)) < len(ids):
        raise not_each_once()
    first, *others = (ticket_id for ticket_id in ids if ticket_id is not None)
    return ReserveRequest(
        org_id=request.org_id,
        ticket_id=first,
        slot_id=request.slot_id,
        email=request.email,
        phone=request.phone,
        idempotency_key=request.idempotency_key,
        body_hash=request.body_hash,
        language=request.language,
        party=tuple(others),
    )
