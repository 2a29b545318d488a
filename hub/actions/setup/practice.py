"""Practice tickets: a ticket for today that belongs to no visitor, so that staff can try a scanner. It counts as one visitor."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from db.statements import load
from hub.access.randomness import secret_token, token_hash
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.tickets.issue import TicketBatch, issue_tickets
from hub.actions.venues.changed_slots import publish_slots
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.rules.venue_day import day_bounds, today
from hub.services import Services

PRACTICE = load("setup/practice")
NAME = "Practice"
"""The name that a scanner shows with such a ticket."""
_STARTS = 60
"""Minutes before now at which a slot for practice may begin, if others begin at the same minutes."""


async def read_practice(services: Services, venue: Venue) -> str | None:
    """Return the code of today's practice ticket; None if there is none, or it was used."""
    day = today(services.clock.now(), venue.zone)
    row = await services.database.fetchrow(PRACTICE.read_practice, venue.org_id, venue.id, day)
    return None if row is None else row["code"]


async def make_practice(services: Services, by: Actor, venue: Venue) -> str:
    """Make a ticket that is GREEN at this venue until the end of its day, and return its code.

    It gets a slot of its own, from now to midnight, which nobody can book: so it takes no visitor's place.
    """
    product_id = await services.database.fetchval(PRACTICE.plain_product, by.org_id, venue.id)
    if product_id is None:
        product_id = await services.database.fetchval(PRACTICE.add_product, by.org_id, venue.id, NAME)
    batch = TicketBatch(count=1, customer_name=NAME, product_id=product_id)
    issued = await issue_tickets(services, batch, org_id=by.org_id, by=by)
    ticket = issued["tickets"][0]
    now = services.clock.now()
    day = today(now, venue.zone)
    async with services.database.transaction() as connection:
        slot_id = await _add_slot(connection, venue, now)
        row = await connection.fetchrow(
            PRACTICE.reserve, by.org_id, venue.id, slot_id, ticket["ticket_id"], day, token_hash(secret_token()), now, NAME
        )  # fmt: skip
        await record_change(
            connection, services, by, AuditAction.PRACTICE_TICKET_MADE, ticket["ticket_id"], venue_id=venue.id
        )
    publish_slots(services, by.org_id, [row])
    return str(ticket["ticket_code"])


async def _add_slot(connection: Any, venue: Venue, now: datetime) -> int:
    """Add a closed slot from now to midnight. If a slot begins at this minute already, it begins some minutes earlier."""
    midnight, end = day_bounds(today(now, venue.zone), venue.zone)
    start = now.replace(second=0, microsecond=0)
    for minutes in range(_STARTS):
        begins = max(start - timedelta(minutes=minutes), midnight)
        there = begins.astimezone(venue.zone)
        slot_id: int | None = await connection.fetchval(
            PRACTICE.add_closed_slot, venue.org_id, venue.id, there.date(), there.time(), end.astimezone(venue.zone).time(),
            begins, end,
        )  # fmt: skip
        if slot_id is not None:
            return slot_id
    raise Refused(Reason.SLOT_CLOSED)
