"""The deed of leaving the waiting list; what was offered goes to the next in line."""

from db.statements import load
from hub import telemetry
from hub.actions.offer_places import serve_line
from hub.actions.waitlist import WaitlistView, read_waitlist
from hub.house import House

WAITLIST = load("waitlist")


async def leave_waitlist(house: House, token: str) -> WaitlistView:
    """Leave, and return the entry as it stands then. An entry that is over stays as it is; repeating changes nothing."""
    view = await read_waitlist(house, token)
    left = await house.database.fetch(
        WAITLIST.end_entries, view.org_id, [view.entry_id], "LEFT", None, house.clock.now(), [None]
    )
    if left:
        telemetry.event(telemetry.WAITLIST_LEFT, entry_id=view.entry_id, slot_id=view.slot_id)
        await serve_line(house, view.org_id, view.slot_id)
    return await read_waitlist(house, token)
