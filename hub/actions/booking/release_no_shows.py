"""No-shows: releases the places of visitors who did not come, if the venue's policy asks for it.

A booking of which nobody came ends whole. A party that came in part keeps its places, because the others may come until the end.
"""

from db.statements import load
from hub.events.announcements import SlotChanged, TicketsChanged
from hub.observability import telemetry
from hub.services import Services

NO_SHOWS = load("booking/no_shows")
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
        org_id, slot_id, latest = row["org_id"], row["id"], row["latest"]
        while True:
            async with services.database.transaction() as connection:
                tickets = [
                    t["id"] for t in await connection.fetch(NO_SHOWS.lock_no_shows, org_id, slot_id, latest, AT_ONCE)
                ]
                slot = None
                if tickets:
                    slot = await connection.fetchrow(
                        NO_SHOWS.release_no_shows, org_id, slot_id, tickets, services.clock.now(), latest
                    )
            if slot is None:
                break
            changed = SlotChanged.of(slot)
            services.seat_admission.settle(org_id, slot_id, free=changed.slot.free, revision=changed.slot.revision)
            tickets_changed = TicketsChanged.of(org_id, changed.venue_id, slot["codes"], "cancelled")
            services.announcer.publish([changed, tickets_changed])
            telemetry.event(telemetry.NO_SHOWS_RELEASED, slot_id=slot_id, places=slot["places"])
            released += len(slot["codes"])
            if len(tickets) < AT_ONCE:
                break
    return released
