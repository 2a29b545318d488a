"""The booking pipeline: the steps of every booking over HTTP.

    bounded body -> rate limit -> waiting room -> seat admission -> transaction -> commit -> publish -> response

The caller reads the body and writes the response, and `book_places` runs the steps in between. It does not depend on an
endpoint, so the pages without JavaScript use it too.
"""

import hashlib
from collections.abc import Sequence
from time import perf_counter
from typing import Any, NamedTuple

import orjson
from aiohttp import web

from db.pool import DatabaseDown
from hub.actions.booking.booking_request import Reserved, ReserveRequest
from hub.actions.booking.contact_codes import require_proof
from hub.actions.booking.reserve_party import PartyRequest, book_party
from hub.actions.venues.organisations import resolve_org
from hub.actions.waitlist.accept_offer import accept_offer
from hub.actions.waitlist.entries import read_waitlist
from hub.observability import telemetry
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable
from hub.text.contact_details import Contact, check_contact
from web.json_body import invalid
from web.keys import AVAILABILITY, BOOKINGS, PORTAL_STEPS, SERVICES
from web.rate_limits import count_bad_codes, enforce_rate_limit
from web.waiting_visitors import turn_for_slot


class Booking(NamedTuple):
    """A booking request. `ticket_id` books one ticket; without it, `ticket_codes` names the tickets.

    With `waitlist_token` the party takes the places held for that entry. A repeat with the same idempotency key must have
    the same `body_hash`. Without one, the hash is made from the tickets, the slot and the contact.
    """

    slot_id: int
    email: str
    phone: str
    organisation: int | None = None
    ticket_id: int | None = None
    ticket_codes: tuple[str, ...] = ()
    contact_proof: Sequence[str] | str | None = None
    waitlist_token: str | None = None
    idempotency_key: str | None = None
    body_hash: bytes | None = None
    contact_fields: tuple[str, str] = ("customer_email", "customer_phone")


async def book_places(request: web.Request, booking: Booking) -> tuple[Reserved, ...]:
    """Book a place for every ticket, all in one slot or none, in the order of the tickets.

    Refuses with the reasons of the rate limit, the waiting room, the contact, its proof and the booking. A slot that is known to be full is
    refused before the contact is checked, and without a query.
    """
    services = request.app[SERVICES]
    org_id = await resolve_org(services, booking.organisation)
    # The contact is checked before the rate limit, so that a mistyped one does not count. It is the most expensive check of a
    # body, so it is skipped for a slot that is known to be full.
    known_full = _is_known_full(request, org_id, booking)
    contact = None if known_full else check_contact(booking.email, booking.phone, booking.contact_fields)
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    if contact is None:
        raise await _known_full_refusal(request, org_id, booking)
    if booking.waitlist_token is not None:  # its places are held
        return await _book(request, org_id, booking, contact)
    async with turn_for_slot(request, org_id, booking.slot_id, booking.idempotency_key):
        return await _book(request, org_id, booking, contact)


async def _book(request: web.Request, org_id: int, booking: Booking, contact: Contact) -> tuple[Reserved, ...]:
    """Take the places, and count and log how it ended."""
    started = perf_counter()
    try:
        reserved = await _take_places(request, org_id, booking, contact)
    except Refused as no:
        await _record_refusal(request, org_id, booking, no.reason, perf_counter() - started)
        raise
    except Exception as error:
        away = isinstance(error, Unavailable | DatabaseDown)
        reason = Reason.SERVICE_UNAVAILABLE if away else Reason.INTERNAL
        await _record_refusal(request, org_id, booking, reason, perf_counter() - started)
        raise
    _record_success(org_id, booking, reserved, perf_counter() - started)
    return reserved


def _is_known_full(request: web.Request, org_id: int, booking: Booking) -> bool:
    """Return whether seat admission has just said that the slot has no place for this one ticket.

    A request with an idempotency key always gets False, because it may repeat one that has its place already.
    """
    if booking.ticket_id is None or booking.idempotency_key is not None:
        return False
    return request.app[BOOKINGS].is_full(org_id, booking.slot_id)


async def _known_full_refusal(request: web.Request, org_id: int, booking: Booking) -> Refused:
    """Count and log the refusal SLOT_FULL, and return it with its alternatives."""
    full = await request.app[BOOKINGS].refuse_full(org_id, booking.slot_id)
    await _record_refusal(request, org_id, booking, full.reason, 0.0)
    return full


async def _take_places(request: web.Request, org_id: int, booking: Booking, contact: Contact) -> tuple[Reserved, ...]:
    """Run seat admission and the transaction for this kind of booking, and publish after the commit."""
    language: str = request["language"]
    if booking.waitlist_token is not None:
        await _refuse_other_entry(request, booking, booking.waitlist_token)
        return await accept_offer(request.app[SERVICES], booking.waitlist_token, language)
    await _require_proof(request, org_id, booking, contact)
    bookings = request.app[BOOKINGS]
    body_hash = booking.body_hash if booking.body_hash is not None else _hash_body(booking, contact)
    if booking.ticket_id is None:
        party = PartyRequest(
            org_id=org_id,
            ticket_codes=booking.ticket_codes,
            slot_id=booking.slot_id,
            email=contact.email,
            phone=contact.phone_e164,
            language=language,
            idempotency_key=booking.idempotency_key,
            body_hash=body_hash,
        )
        async with count_bad_codes(request, len(booking.ticket_codes)):
            return await book_party(bookings, party)
    single = ReserveRequest(
        org_id=org_id,
        ticket_id=booking.ticket_id,
        slot_id=booking.slot_id,
        email=contact.email,
        phone=contact.phone_e164,
        idempotency_key=booking.idempotency_key,
        body_hash=body_hash,
        language=language,
    )
    return await bookings.reserve_together(single)


async def _require_proof(request: web.Request, org_id: int, booking: Booking, contact: Contact) -> None:
    """Refuse CONTACT_NOT_VERIFIED if the slot's venue requires a confirmed contact and the request has no proof."""
    services = request.app[SERVICES]
    venue_id = await request.app[AVAILABILITY].venue_of(org_id, booking.slot_id)
    if venue_id is not None:
        venue = await services.venues.read(org_id, venue_id)
        require_proof(services, venue, contact.email, contact.phone_e164, booking.contact_proof)


async def _refuse_other_entry(request: web.Request, booking: Booking, token: str) -> None:
    """Refuse a token whose entry waits with other tickets or for another slot."""
    entry = await read_waitlist(request.app[SERVICES], token)
    if entry.slot_id != booking.slot_id or set(booking.ticket_codes) != set(entry.ticket_codes):
        raise invalid(("waitlist_token", "This offer is for other tickets or another time"))


def _hash_body(booking: Booking, contact: Contact) -> bytes:
    """Return a hash of the values, so that other spaces or another order of fields in the JSON give the same hash."""
    tickets: tuple[Any, ...] = ("party", booking.ticket_codes) if booking.ticket_id is None else (booking.ticket_id,)
    meant = orjson.dumps([*tickets, booking.slot_id, contact.email, contact.phone_e164])
    return hashlib.sha256(meant).digest()


def _fields_of_event(booking: Booking) -> dict[str, Any]:
    return {} if booking.ticket_id is None else {"ticket_id": booking.ticket_id}


def _record_success(org_id: int, booking: Booking, reserved: tuple[Reserved, ...], seconds: float) -> None:
    """Count and log the reservations of one booking."""
    telemetry.reservation_tried("success", seconds, org_id, reserved[0].venue_id)
    for one in reserved:
        telemetry.event(
            telemetry.RESERVATION_CREATED,
            reservation_id=one.reservation_id,
            slot_id=one.slot_id,
            slot_date=one.date,
            seconds=seconds,
            also=[telemetry.CREATION_STARTED, telemetry.CREATION_SUCCESS],
            **_fields_of_event(booking),
        )


async def _record_refusal(request: web.Request, org_id: int, booking: Booking, reason: Reason, seconds: float) -> None:
    """Count and log a booking that was refused or ended with an error, for the venue of its slot."""
    venue_id = await request.app[AVAILABILITY].venue_counted(org_id, booking.slot_id)
    telemetry.reservation_tried(reason, seconds, org_id, venue_id)
    request.app[PORTAL_STEPS].refuse(org_id, venue_id, "booking", reason)
    telemetry.event(
        telemetry.RESERVATION_FAILED,
        slot_id=booking.slot_id,
        reason=reason,
        seconds=seconds,
        also=[telemetry.CREATION_STARTED, telemetry.CREATION_FAILED],
        **(_fields_of_event(booking) or {"tickets": len(booking.ticket_codes)}),
    )
