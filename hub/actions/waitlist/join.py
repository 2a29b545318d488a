"""Joining the waiting list of a full slot, with one ticket or a party."""

import hashlib
from dataclasses import dataclass
from typing import Any

import asyncpg

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.actions.booking.contact_codes import require_proof
from hub.actions.booking.party_tickets import party_codes
from hub.actions.waitlist.entries import refuse_party, refuse_wait, slot_facts
from hub.observability import telemetry
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

WAITLIST = load("waitlist/entries")


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A request to join. A repeat with the same `idempotency_key` must have the same `body_hash`."""

    org_id: int
    ticket_codes: tuple[str, ...]
    slot_id: int
    email: str
    phone: str
    language: str
    contact_proof: str | list[str] | None = None
    idempotency_key: str | None = None
    body_hash: bytes = b""


@dataclass(frozen=True, slots=True)
class Joined:
    entry_id: int
    token: str
    position: int
    places: int


async def join_waitlist(services: Services, request: JoinRequest) -> Joined:
    """Join the waiting list at its end. The e-mail with the link is an outbox row of the same transaction.

    Refuses SLOT_NOT_FULL if the party fits (it can book), and ALREADY_WAITING if one of the tickets waits for this slot.
    Refuses WAITLIST_CLOSED if the venue has no waiting list or the party is larger than the slot. Refuses what booking refuses,
    such as a missing contact proof. A repeat with the same idempotency key returns the first entry with a new link.
    """
    key = request.idempotency_key
    key_hash = hashlib.sha256(f"waitlist:{request.org_id}:{key}".encode()).digest() if key is not None else None
    for _ in range(MAX_ATTEMPTS):
        if key_hash is not None:
            before = await services.database.fetchrow(WAITLIST.entry_of_key, request.org_id, key_hash)
            if before is not None:
                return await _joined_before(services, request, before)
        try:
            return await _join(services, request, key_hash)
        except asyncpg.UniqueViolationError as taken:
            if taken.constraint_name == "waitlist_tickets_wait_once":
                raise Refused(Reason.ALREADY_WAITING) from None
            # The unique key: another process has just answered the same request, and its entry exists now.
    raise Refused(Reason.BUSY)


async def _join(services: Services, request: JoinRequest, key_hash: bytes | None) -> Joined:
    codes = party_codes(request.ticket_codes)
    slot = await services.database.fetchrow(WAITLIST.read_slot, request.org_id, request.slot_id)
    if slot is None or slot["show_id"] is not None:
        raise Refused(Reason.SLOT_NOT_FOUND)
    tickets = await services.database.fetch(WAITLIST.read_party, request.org_id, codes)
    venue = await services.venues.read(request.org_id, slot["venue_id"])
    now = services.clock.now()
    refuse_party(tickets, slot, now)
    require_proof(services, venue, request.email, request.phone, request.contact_proof)
    token = secret_token()
    async with services.database.transaction() as connection:
        slot = await connection.fetchrow(WAITLIST.lock_slot, request.org_id, request.slot_id)
        refuse_party(tickets, slot, now)
        refuse_wait(slot, venue, len(codes))
        entry_id = await connection.fetchval(
            WAITLIST.join_line, request.org_id, request.slot_id, slot["venue_id"], [t["ticket_id"] for t in tickets],
            request.email, request.phone, request.language, key_hash, request.body_hash, token, token_hash(token), now,
            slot_facts(slot, venue), len(codes),
        )  # fmt: skip
        position = await connection.fetchval(WAITLIST.turn, request.org_id, request.slot_id, entry_id)
    telemetry.event(telemetry.WAITLIST_JOINED, entry_id=entry_id, slot_id=request.slot_id, places=len(codes))
    return Joined(entry_id, token, position, len(codes))


async def _joined_before(services: Services, request: JoinRequest, before: Any) -> Joined:
    if before["body_hash"] != request.body_hash:
        raise Refused(Reason.IDEMPOTENCY_KEY_REUSED)
    token, entry_id = secret_token(), before["id"]
    now = services.clock.now()
    await services.database.execute(WAITLIST.add_link, request.org_id, token_hash(token), entry_id, now)
    position = await services.database.fetchval(WAITLIST.turn, request.org_id, before["slot_id"], entry_id)
    return Joined(entry_id, token, position, len(party_codes(request.ticket_codes)))
