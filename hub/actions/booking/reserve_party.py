"""The deed of booking a party: several tickets named by their codes, one slot for all of them or for none."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.statements import load
from hub.access.randomness import secret_token
from hub.actions.booking.reserve import Bookings
from hub.actions.booking.take_places import Asked, Reserved, ReserveRequest, Standings, read_asked, take, token_hash
from hub.events.announcements import Announcement
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import looks_mistyped, normalise
from hub.services import Services

BOOKING = load("booking/reservations")
MAX_ATTEMPTS = 4
MOST_TICKETS = 20
LONGEST_CODE = 64

InTransaction = Callable[[Any, datetime, bytes], Awaitable[None]]
"""What else belongs to the booking: called with the connection, the moment and the hash of the party's manage token inside
its transaction."""


@dataclass(frozen=True, slots=True)
class PartyRequest:
    """`body_hash` is what a second request with the same key must agree with."""

    org_id: int
    ticket_codes: tuple[str, ...]
    slot_id: int
    email: str
    phone: str
    language: str = "en"
    idempotency_key: str | None = None
    body_hash: bytes = b""


async def book_party(desk: Bookings, request: PartyRequest) -> tuple[Reserved, ...]:
    """Book one slot for all tickets, in the order of their codes; they share one manage token.

    A refusal for the tickets' sake is that of the first bad one and names every bad one in `tickets`.
    """
    codes = _codes(request)
    return await desk.reserve_together(_named(request, codes, await desk.ticket_ids(request.org_id, codes)))


async def reserve_party(
    services: Services, request: PartyRequest, *, in_transaction: InTransaction | None = None
) -> tuple[Reserved, ...]:
    """The same in a transaction of its own, in which `in_transaction` does what must happen with the booking or not at all.

    It is called after the tickets are locked and before the slot is judged: places it stops holding are there to be taken.
    It may refuse. A repeat with the same idempotency key gets the first answer without it. No gate is asked.
    """
    codes = _codes(request)
    rows = await services.database.bookings.fetch(BOOKING.ticket_ids, [request.org_id] * len(codes), list(codes))
    reserve = _named(request, codes, [row["id"] for row in rows])
    slots: Standings = {}
    for _ in range(MAX_ATTEMPTS):
        asked = Asked(reserve, reserve.tickets, "", reserve.key_hash, secret_token())
        now = services.clock.now()
        try:
            async with services.database.bookings.transaction() as connection:
                told = await _book_in(connection, asked, now, slots, in_transaction)
                reserved = asked.answer
                if not isinstance(reserved, tuple):
                    raise _Raced
        except _Raced:
            continue
        for (org_id, slot_id), (free, revision) in slots.items():
            booked = [reserve.key_hash.hex()[:32]] if reserve.key_hash is not None else []
            services.seat_admission.settle(org_id, slot_id, free=free, revision=revision, booked=booked)
        services.announcer.publish(told)
        return reserved
    raise Refused(Reason.BUSY)


async def _book_in(
    connection: Any, asked: Asked, now: datetime, slots: Standings, in_transaction: InTransaction | None
) -> list[Announcement]:
    """One try inside its transaction; without an answer afterwards it is to be rolled back and tried again."""
    await connection.fetch(BOOKING.lock_tickets, asked.request.org_id, sorted(asked.tickets))
    await read_asked(connection, [asked], now, slots)
    if isinstance(asked.answer, tuple):
        return []
    if in_transaction is not None:
        asked.answer = None
        await in_transaction(connection, now, token_hash(asked.token))
        slots.clear()
        await read_asked(connection, [asked], now, slots)
    if isinstance(asked.answer, Refused):
        raise asked.answer
    return await take(connection, [asked], now, slots)


class _Raced(Exception):
    """A ticket, the slot or the key changed under us: roll back and judge again."""


def _codes(request: PartyRequest) -> tuple[str, ...]:
    codes = tuple(normalise(code)[:LONGEST_CODE] for code in request.ticket_codes)
    if not 1 <= len(codes) <= MOST_TICKETS or len(set(codes)) < len(codes):
        problem = {"field": "ticket_codes", "message": "Name each ticket once, 1 to 20 of them"}
        raise Refused(Reason.INVALID_REQUEST, errors=[problem])
    return codes


def _named(request: PartyRequest, codes: tuple[str, ...], ids: list[int | None]) -> ReserveRequest:
    """The request by ids; refuses TICKET_NOT_FOUND where a code names no ticket."""
    unknown = [
        {"ticket_code": code, "code": Reason.TICKET_NOT_FOUND, **({"likely_mistyped": True} if looks_mistyped(code) else {})}
        for code, ticket_id in zip(codes, ids, strict=True)
        if ticket_id is None
    ]  # fmt: skip
    if unknown:
        raise Refused(Reason.TICKET_NOT_FOUND, tickets=unknown)
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
