"""The deed of giving back the places of visitors who did not come, where the venue's policy says so."""

from db.statements import load
from hub import telemetry
from hub.announcements import SlotChanged, TicketsChanged
from hub.house import House

NO_SHOWS = load("no_shows")
AT_ONCE = 500
"""Reservations released in one transaction: its locks are gone before anybody at the door has waited long."""


async def release_no_shows(house: House) -> int:
    """Release every reservation whose time to come is over; how many there were.

    Reservation CANCELLED with the cause `no_show`, ticket ACTIVATED, the place free or held for the waiting list, and a mail,
    all in one transaction. Several hubs may do it at once: the tickets' locks decide.
    """
    released = 0
    for row in await house.database.fetch(NO_SHOWS.slots_with_no_shows, house.clock.now()):
        org_id, slot_id, latest = row["org_id"], row["id"], row["latest"]
        while True:
            async with house.database.transaction() as connection:
                tickets = [
                    t["id"] for t in await connection.fetch(NO_SHOWS.lock_no_shows, org_id, slot_id, latest, AT_ONCE)
                ]
                slot = None
                if tickets:
                    slot = await connection.fetchrow(
                        NO_SHOWS.release_no_shows, org_id, slot_id, tickets, house.clock.now(), latest
                    )
            if slot is None:
                break
            changed = SlotChanged.of(slot)
            house.gate.settle(org_id, slot_id, free=changed.slot.free, revision=changed.slot.revision)
            tickets_changed = TicketsChanged.of(org_id, changed.venue_id, slot["codes"], "cancelled")
            house.announcer.tell([changed, tickets_changed])
            telemetry.event(telemetry.NO_SHOWS_RELEASED, slot_id=slot_id, places=len(slot["codes"]))
            released += len(slot["codes"])
            if len(tickets) < AT_ONCE:
                break
    return released
