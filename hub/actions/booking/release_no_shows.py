"""No-shows: releases the places of visitors who did not come, if the venue's policy or a manager asks for it.

A booking of which nobody came ends whole. A party that came in part keeps its places, because the others may come until the end.
"""

from datetime import datetime

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change
from hub.events.announcements import SlotChanged, TicketsChanged
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

NO_SHOWS = load("booking/no_shows")
RUNNING, ENDED = ["RESERVED"], ["RESERVED", "EXPIRED"]
"""The statuses of a reservation that nobody used, while its slot runs and after its end."""
AT_ONCE = 500
"""Reservations released in one transaction. So its locks are short, and scans do not wait long for them."""


async def release_no_shows(services: Services) -> int:
    """Release every reservation whose entry window is over. Return how many there were.

    One transaction cancels the reservation with the cause `no_show`, makes the ticket ACTIVATED (a booking's CANCELLED), frees
    the places or holds them for the waiting list, and adds an e-mail. Several processes may run it at once, because the tickets
    are locked.
    """
    released = 0
    for row in await services.database.fetch(NO_SHOWS.slots_with_no_shows, services.clock.now()):
        released += (await _release(services, row["org_id"], row["id"], row["latest"], RUNNING))[0]
    return released


async def release_no_shows_of(services: Services, by: Actor, slot_id: int, *, dry_run: bool = False) -> int:
    """Release the places of whoever did not come to one slot, whatever the policy says. Return how many people there were.

    While the slot runs, whoever booked after it began keeps the place. Once it has ended, the tickets that expired with it are
    good for another time again. A dry run only counts. Refuses SLOT_NOT_FOUND, FORBIDDEN outside of the scope, and
    SLOT_NOT_BEGUN.
    """
    now = services.clock.now()
    row = await services.database.fetchrow(NO_SHOWS.count_no_shows, by.org_id, slot_id, now, ENDED)
    if row is None:
        raise Refused(Reason.SLOT_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    if row["starts_at"] > now:
        raise Refused(Reason.SLOT_NOT_BEGUN)
    ended = row["ends_at"] <= now
    latest, statuses = (now, ENDED) if ended else (row["starts_at"], RUNNING)
    if dry_run:
        row = await services.database.fetchrow(NO_SHOWS.count_no_shows, by.org_id, slot_id, latest, statuses)
        return int(row["people"])
    _, people = await _release(services, by.org_id, slot_id, latest, statuses)
    if people:
        async with change(services) as connection:
            await record_change(
                connection, services, by, AuditAction.NO_SHOWS_RELEASED, slot_id, venue_id=row["venue_id"],
                after={"people": people},
            )  # fmt: skip
    return people


async def _release(
    services: Services, org_id: int, slot_id: int, latest: datetime, statuses: list[str]
) -> tuple[int, int]:
    """Release the reservations of a slot, `AT_ONCE` in one transaction. Return how many tickets and people they had."""
    released = people = 0
    while True:
        async with services.database.transaction() as connection:
            locked = await connection.fetch(NO_SHOWS.lock_no_shows, org_id, slot_id, latest, AT_ONCE, statuses)
            tickets = [row["id"] for row in locked]
            slot = None
            if tickets:
                slot = await connection.fetchrow(
                    NO_SHOWS.release_no_shows, org_id, slot_id, tickets, services.clock.now(), latest, statuses
                )
        if slot is None:
            break
        changed = SlotChanged.of(slot)
        services.seat_admission.settle(org_id, slot_id, free=changed.slot.free, revision=changed.slot.revision)
        tickets_changed = TicketsChanged.of(org_id, changed.venue_id, slot["codes"], "cancelled")
        services.announcer.publish([changed, tickets_changed])
        telemetry.event(telemetry.NO_SHOWS_RELEASED, slot_id=slot_id, places=slot["places"])
        released += len(slot["codes"])
        people += slot["places"]
        if len(tickets) < AT_ONCE:
            break
    return released, people
