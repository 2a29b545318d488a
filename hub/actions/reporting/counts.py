"""The whole counts of a day: the live board starts from them and is resynced with them."""

from dataclasses import dataclass
from datetime import date

from db.statements import load
from hub.rules.slot_capacity import SlotCount
from hub.services import Services

ENTRIES = load("scanning/entries")


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Every slot of a venue's day, the entries without reservation, and who has left and come back."""

    slots: list[SlotCount]
    walk_ins: int
    walk_ins_revision: int
    exited: int = 0
    reentered: int = 0
    movements_revision: int = 0


async def day_counts(services: Services, org_id: int, venue_id: int, day: date) -> DayCounts:
    """The counts as committed by now; two statements, each whole with its revisions."""
    rows = await services.database.fetch(ENTRIES.day_counts, org_id, venue_id, day)
    totals = await services.database.fetchrow(ENTRIES.day_totals, org_id, venue_id, day)
    return DayCounts([SlotCount(*row) for row in rows], *totals)
