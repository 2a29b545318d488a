"""Day counts: all counts of a venue's day, for the snapshot and the resync of the live board."""

from dataclasses import dataclass
from datetime import date

from db.statements import load
from hub.rules.slot_capacity import SlotCount
from hub.services import Services

ENTRIES = load("scanning/entries")


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The counts of every slot of a venue's day, of entries without a reservation, and of exits and returns."""

    slots: list[SlotCount]
    walk_ins: int
    walk_ins_revision: int
    exited: int = 0
    reentered: int = 0
    movements_revision: int = 0


async def day_counts(services: Services, org_id: int, venue_id: int, day: date) -> DayCounts:
    """Return the committed counts. They come from two statements, each consistent with its revisions."""
    rows = await services.database.fetch(ENTRIES.day_counts, org_id, venue_id, day)
    totals = await services.database.fetchrow(ENTRIES.day_totals, org_id, venue_id, day)
    return DayCounts([SlotCount(*row) for row in rows], *totals)
