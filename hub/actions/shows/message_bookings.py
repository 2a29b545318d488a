"""The organiser's own message to everybody booked for a performance."""

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.shows.close_performance import check_message
from hub.actions.shows.performance_records import read_performance
from hub.actions.shows.performances import recorded
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

MESSAGES = load("shows/booking_messages")


async def message_bookings(services: Services, by: Actor, performance_id: int, message: str) -> int:
    """Queue an e-mail with these words to every confirmed booking, and return how many.

    Refuses PERFORMANCE_NOT_FOUND, PERFORMANCE_OVER, and INVALID_REQUEST for words that are missing or too long.
    """
    text = check_message(message)
    if not text:
        refuse_fields({"message": "Must not be blank"})
    performance = await read_performance(services, by, performance_id)
    now = services.clock.now()
    if performance.ends_at <= now:
        raise Refused(Reason.PERFORMANCE_OVER, ends_at=performance.ends_at)
    rows = await services.database.fetch(MESSAGES.recipients, by.org_id, performance_id)
    tokens = [secret_token() for _ in rows]
    async with change(services) as connection:
        queued: int = await connection.fetchval(
            MESSAGES.queue_messages, by.org_id, [row["reservation_id"] for row in rows], tokens,
            [token_hash(token) for token in tokens], performance_id, text, now,
        )  # fmt: skip
        await record_change(
            connection, services, by, AuditAction.PERFORMANCE_MESSAGED, performance_id, venue_id=performance.venue_id,
            after={**recorded(performance), "bookings": queued, "message": text},
        )  # fmt: skip
    telemetry.event(telemetry.BOOKINGS_MESSAGED, slot_id=performance_id, bookings=queued, staff_id=by.staff_id)
    return queued
