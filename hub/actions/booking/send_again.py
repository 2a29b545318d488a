"""Sends a confirmation again to the address on file, for customers who lost the mail. Nothing tells a stranger what is booked."""

from __future__ import annotations

from typing import Any

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.observability import telemetry
from hub.rules.ticket_code import normalise
from hub.services import Services
from hub.settings import Rate

FOUND = load("booking/found_reservations")
ONE_PARTY = Rate(1, 300)
"""A party's confirmation goes out again at most once in five minutes, whoever asks."""
MOST_PARTIES = 10
"""Parties of one address that are sent again at once, the next visits first."""
LONGEST_CODE = 64
_KINDS = {"booking": "booking.confirmed", "guest": "guest.invited"}


async def send_again_for_ticket(services: Services, org_id: int, code: str) -> int:
    """Send the confirmation of this ticket's reservation again, and return how many mails were queued: 0 or 1."""
    rows = await services.database.fetch(
        FOUND.parties_of_ticket, org_id, normalise(code)[:LONGEST_CODE], services.clock.now()
    )
    return await _send(services, rows)


async def send_again_to_address(services: Services, email: str) -> int:
    """Send the confirmations of all visits to come of this address again, in every organisation. Return how many mails were queued."""
    rows = await services.database.fetch(
        FOUND.parties_of_address, email.strip().lower(), services.clock.now(), MOST_PARTIES
    )
    return await _send(services, rows)


async def _send(services: Services, rows: list[Any]) -> int:
    queued = 0
    for row in rows:
        bucket = f"send-again:{row['org_id']}:{row['first_id']}"
        if await services.rate_limit.admit(bucket, ONE_PARTY) > 0:
            continue
        token = secret_token()
        sent = await services.database.fetchval(
            FOUND.resend_confirmation, row["org_id"], row["ids"], services.clock.now(), token, token_hash(token),
            _KINDS.get(row["channel"], "reservation.resent"),
        )  # fmt: skip
        if sent is not None:
            queued += 1
            telemetry.event(
                telemetry.RESERVATION_RESENT, reservation_id=row["first_id"], slot_id=row["slot_id"], staff_id=None
            )
    return queued
