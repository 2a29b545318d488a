"""Cancelled tickets: one statement ends a set of tickets, frees their places and writes to their holders.

Staff, shops, imports and commands all cancel by this, so a ticket ends in one way only.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from db.statements import load
from hub.access.scope import refuse_elsewhere
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import refuse_fields
from hub.actions.webhooks.write_events import write_events
from hub.events.announcements import Announcement, SlotChanged, TicketsChanged
from hub.observability import telemetry
from hub.rules.show_texts import clean_line
from hub.rules.ticket_lifecycle import Action, may
from hub.rules.webhook_events import Event
from hub.services import Services
from hub.text.languages import DEFAULT

CANCELLED = load("booking/cancelled_tickets")
LONGEST_REASON = 500
HASHES_AT_ONCE = 200
"""Tickets of one announcement."""


@dataclass(frozen=True, slots=True)
class EndedTickets:
    """What was cancelled: the tickets as they were before, and all counts of the slots that they left."""

    tickets: tuple[Any, ...] = ()
    slots: tuple[Any, ...] = ()


async def lock_tickets(connection: Any, org_id: int, ticket_ids: Sequence[int]) -> list[Any]:
    """Lock these tickets in the order of their ids, and return what they are now. Bookings and guests are left out."""
    await connection.execute(CANCELLED.lock_tickets, org_id, list(ticket_ids))
    rows: list[Any] = await connection.fetch(CANCELLED.read_tickets_to_cancel, org_id, list(ticket_ids))
    return rows


async def end_tickets(
    connection: Any,
    services: Services,
    by: Actor,
    locked: Sequence[Any],
    reason: str,
    *,
    order_is_notified: bool = False,
) -> EndedTickets:
    """Cancel those of the `locked` tickets that are not cancelled yet, in the caller's transaction.

    `order_is_notified`: the order's address gets an e-mail of its own. The caller writes the row of the audit log.
    Refuses FORBIDDEN if one stands outside of the scope of `by`.
    """
    for row in locked:
        refuse_elsewhere(by, row["venue_id"])
    going = [row for row in locked if may(row["status"], Action.CANCEL, row["channel"])]
    if not going:
        return EndedTickets()
    venue = await services.venues.first(by.org_id)
    slots = await connection.fetch(
        CANCELLED.cancel_tickets, by.org_id, [row["id"] for row in going], services.clock.now(), reason, by.staff_id,
        DEFAULT if venue is None else venue.language, order_is_notified,
    )  # fmt: skip
    now = services.clock.now()
    await write_events(
        connection,
        by.org_id,
        [
            Event(
                "ticket.cancelled",
                f"ticket:{row['id']}",
                now,
                {"ticket_id": row["id"], "order_id": row["order_id"]},
                row["venue_id"],
            )
            for row in going
        ],
    )
    return EndedTickets(tuple(going), tuple(slots))


def publish_ended(services: Services, by: Actor, ended: EndedTickets) -> None:
    """After the commit: settle seat admission, and tell every scanner of the organisation, whatever its venue."""
    codes = [row["code"] for row in ended.tickets]
    announcements: list[Announcement] = [
        TicketsChanged.of(by.org_id, None, codes[start : start + HASHES_AT_ONCE], "cancelled")
        for start in range(0, len(codes), HASHES_AT_ONCE)
    ]
    for row in ended.slots:
        changed = SlotChanged.of(row)
        count = changed.slot
        services.seat_admission.settle(by.org_id, count.slot_id, free=count.free, revision=count.revision)
        announcements.append(changed)
    services.announcer.publish(announcements)
    for row in ended.tickets:
        telemetry.event(telemetry.TICKET_CANCELLED, ticket_id=row["id"], staff_id=by.staff_id)


def checked_reason(reason: str) -> str:
    """Return a reason as it is stored. Refuses INVALID_REQUEST for a blank one."""
    try:
        return clean_line(reason, LONGEST_REASON, required=True)
    except ValueError as wrong:
        refuse_fields({"reason": str(wrong)})
        raise
