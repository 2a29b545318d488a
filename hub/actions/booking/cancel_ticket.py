"""Cancelling a ticket: its place is given back, its holder gets an e-mail, and every open scanner learns of it."""

from typing import Any

from db.statements import load
from hub.access.scope import refuse_elsewhere
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields
from hub.actions.booking.reservation_changes import LOST_RACES
from hub.actions.tickets.ticket_list import TicketRecord, read_ticket_record, record_of_ticket
from hub.events.announcements import Announcement, SlotChanged, TicketsChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.limits import MAX_ATTEMPTS
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.show_texts import clean_line
from hub.rules.ticket_lifecycle import Action, may
from hub.services import Services
from hub.text.languages import DEFAULT

CANCELLED = load("booking/cancelled_tickets")
LONGEST_REASON = 500


async def cancel_ticket(
    services: Services, by: Actor, ticket_id: int, reason: str, *, dry_run: bool = False
) -> TicketRecord:
    """Cancel a ticket, whatever its status, and return it, or with `dry_run` as it would be. Repeating it changes nothing.

    An entry that was recorded stays. Refuses TICKET_NOT_FOUND, also for a booking or a guest, FORBIDDEN for one that stands outside
    of the scope of `by`, and INVALID_REQUEST without a reason.
    """
    reason = _checked(reason)
    for _ in range(MAX_ATTEMPTS):
        row = await services.database.fetchrow(CANCELLED.read_ticket_to_cancel, by.org_id, ticket_id)
        if row is None:
            raise Refused(Reason.TICKET_NOT_FOUND)
        refuse_elsewhere(by, row["venue_id"])
        if not may(row["status"], Action.CANCEL, row["channel"]):
            return await read_ticket_record(services, by, ticket_id)
        try:
            done = await _cancel(services, by, row, reason, dry_run=dry_run)
        except LOST_RACES:
            continue
        if done is None:
            continue
        slot, ticket = done
        if not dry_run:
            _publish(services, by, slot, ticket)
        return ticket
    raise Refused(Reason.BUSY, message="This ticket is changing just now. Please try again.")


async def _cancel(
    services: Services, by: Actor, row: Any, reason: str, *, dry_run: bool
) -> tuple[Any, TicketRecord] | None:
    """Write the change and its row of the log. Return the slot's counts and the ticket; None if the ticket has changed."""
    venue = await services.venues.first(by.org_id)
    async with change(services, dry_run=dry_run) as connection:
        done = await connection.fetchrow(
            CANCELLED.cancel_ticket, by.org_id, row["id"], row["version"], services.clock.now(), reason, by.staff_id,
            DEFAULT if venue is None else venue.language,
        )  # fmt: skip
        if done is None:
            return None
        await record_change(
            connection, services, by, AuditAction.TICKET_CANCELLED, row["id"], venue_id=done["venue_id"],
            before={"status": row["status"]}, after={"status": "CANCELLED", "reason": reason},
        )  # fmt: skip
        ticket = await record_of_ticket(connection, by, row["id"])
    return done, ticket


def _publish(services: Services, by: Actor, slot: Any, ticket: TicketRecord) -> None:
    """After the commit: settle seat admission, and tell every scanner of the organisation, whatever its venue."""
    announcements: list[Announcement] = [TicketsChanged.of(by.org_id, None, [ticket.ticket_code], "cancelled")]
    if slot["id"] is not None:
        changed = SlotChanged.of(slot)
        count = changed.slot
        services.seat_admission.settle(by.org_id, count.slot_id, free=count.free, revision=count.revision)
        announcements.append(changed)
    services.announcer.publish(announcements)
    telemetry.event(telemetry.TICKET_CANCELLED, ticket_id=ticket.ticket_id, staff_id=by.staff_id)


def _checked(reason: str) -> str:
    try:
        return clean_line(reason, LONGEST_REASON, required=True)
    except ValueError as wrong:
        refuse_fields({"reason": str(wrong)})
        raise
