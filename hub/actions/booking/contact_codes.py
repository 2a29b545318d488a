"""One-time codes: sends a code to an e-mail address or phone, and exchanges it for a proof that the customer got it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from db.statements import load
from hub.access.contact_proofs import ContactProofs
from hub.observability import outcome_metrics, telemetry
from hub.rules import contact_code
from hub.rules.contact_code import BETWEEN, LIFETIME, SPAN, TRIES, CodeFacts, may_look, may_send, needed_channels
from hub.rules.contact_masking import mask_email, mask_phone
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.services import Services
from hub.text.contact_details import Contact

CODES = load("booking/contact_codes")
_CARRIED_BY = {"email": "mail", "sms": "sms"}


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code that was sent. `sent_to` is masked; another code may be sent after `resend_after` seconds."""

    challenge_id: UUID
    channel: str
    sent_to: str
    expires_at: datetime
    resend_after: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    contact_proof: str
    expires_at: datetime


def require_proof(
    services: Services, venue: Venue, email: str, phone: str, proofs: Sequence[str] | str | None, *,
    channels: tuple[str, ...] = ("email", "sms"),
) -> None:  # fmt: skip
    """Refuse CONTACT_NOT_VERIFIED(needed=[...]) if this venue requires a confirmed address of these channels and no proof covers it.

    `email` and `phone` are the contact of the booking, as `check_contact` returns them.
    """
    asked = [channel for channel in needed_channels(venue.contact_check) if channel in channels]
    if not asked:
        return
    given = [proofs] if isinstance(proofs, str) else list(proofs or ())
    addresses = {"email": email, "sms": phone}
    proven = ContactProofs(services.settings, services.clock).proven(given, venue.org_id, addresses)
    needed = [channel for channel in asked if channel not in proven]
    if needed:
        raise Refused(Reason.CONTACT_NOT_VERIFIED, needed=needed)


async def send_code(services: Services, org_id: int, contact: Contact, channel: str, language: str) -> Challenge:
    """Send a new code to the address. It replaces an older code for the same address.

    Refuses CODE_TOO_SOON and CODE_TOO_MANY with `retry_after`, and INVALID_REQUEST if no venue of the organisation asks
    for codes by this channel.
    """
    if not await services.database.fetchval(CODES.codes_asked_for, org_id, channel):
        message = "No venue here asks for a code by this way"
        raise Refused(Reason.INVALID_REQUEST, errors=[{"field": "channel", "message": message}])
    books = ContactProofs(services.settings, services.clock)
    address = contact.email if channel == "email" else contact.phone_e164
    address_hash = books.address_hash(channel, address)
    challenge, code = uuid4(), contact_code.new_code(secrets.randbelow)
    venue = await services.venues.first(org_id)
    payload = {
        "code": code,
        "minutes": int(LIFETIME.total_seconds() // 60),
        "venue_name": venue.name if venue else "",
        "venue_id": venue.id if venue else None,
    }
    async with services.database.transaction() as connection:
        await connection.execute(CODES.hold_address, address_hash)
        # Read the clock after the lock, so that the time spent waiting for another sender does not count.
        now = services.clock.now()
        sent = [row["created_at"] for row in await connection.fetch(CODES.sent_since, org_id, address_hash, now - SPAN)]
        no = may_send(sent, now)
        if no is not None:
            raise Refused(no[0], retry_after=max(1, round(no[1] + 0.499)))
        await connection.execute(
            CODES.add_code, org_id, challenge, channel, address_hash, now, now + LIFETIME,
            books.code_hash(challenge, code), address, json.dumps(payload), language, _CARRIED_BY[channel],
        )  # fmt: skip
    outcome_metrics.contact_checked("code", "sent")
    telemetry.event(telemetry.CODE_SENT, org_id=org_id, channel=channel)
    masked = mask_email(address) if channel == "email" else mask_phone(address)
    return Challenge(challenge, channel, masked or "", now + LIFETIME, int(BETWEEN.total_seconds()))


async def confirm_code(services: Services, challenge: UUID, typed: str) -> Confirmed:
    """Exchange the code for a proof, once. Every attempt is counted before the code is compared.

    Refuses CODE_WRONG(tries_left), CODE_LOCKED after three wrong guesses, CODE_EXPIRED (also for an unknown challenge, or one
    that a newer code replaced) and CODE_USED.
    """
    books = ContactProofs(services.settings, services.clock)
    no, tries_left, row = None, 0, None
    async with services.database.transaction() as connection:
        row = await connection.fetchrow(CODES.lock_code, challenge)
        if row is None:
            raise Refused(Reason.CODE_EXPIRED)
        now = services.clock.now()
        facts = CodeFacts(
            row["tries"], row["expires_at"], row["voided_at"] is not None, row["confirmed_at"] is not None
        )
        no = may_look(facts, now)
        if no is None:
            await connection.execute(CODES.count_try, row["org_id"], challenge)
            if books.is_code(challenge, typed, bytes(row["code_hash"])):
                await connection.execute(CODES.confirm_code, row["org_id"], challenge, now)
            else:
                tries_left = TRIES - facts.tries - 1
                no = Reason.CODE_WRONG if tries_left else Reason.CODE_LOCKED
    # Refused after the transaction, so that the count of a wrong guess is committed.
    if no is not None:
        outcome_metrics.contact_checked("code", no)
        telemetry.event(telemetry.CODE_REFUSED, reason=no, channel=row["channel"])
        raise Refused(no, **({"tries_left": tries_left} if no is Reason.CODE_WRONG else {}))
    outcome_metrics.contact_checked("code", "confirmed")
    telemetry.event(telemetry.CODE_CONFIRMED, channel=row["channel"])
    proof, run_out = books.issue(row["org_id"], row["channel"], bytes(row["address_hash"]))
    return Confirmed(proof, run_out)
