"""Leaving the waiting list. Places offered to the entry go to the next one."""

from db.statements import load
from hub.actions.waitlist.entries import WaitlistView, read_waitlist
from hub.actions.waitlist.offer_places import serve_waitlist
from hub.observability import telemetry
from hub.services import Services

WAITLIST = load("waitlist/entries")


async def leave_waitlist(services: Services, token: str) -> WaitlistView:
    """Leave, and return the entry afterwards. A closed entry stays as it is, so repeating changes nothing."""
    view = await read_waitlist(services, token)
    left = await services.database.fetch(
        WAITLIST.end_entries, view.org_id, [view.entry_id], "LEFT", None, services.clock.now(), [None]
    )
    if left:
        telemetry.event(telemetry.WAITLIST_LEFT, entry_id=view.entry_id, slot_id=view.slot_id)
        await serve_waitlist(services, view.org_id, view.slot_id)
    return await read_waitlist(services, token)
