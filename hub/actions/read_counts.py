"""The deed of reading a day's counts whole, as the live board starts from and is audited against."""

from dataclasses import dataclass
from datetime import date

from db.statements import load
from hub.house import House
from hub.rules.slot_capacity import SlotCount

DOOR = load("door")


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Every slot of a venue's day, and the entries without reservation."""

    slots: list[SlotCount]
    walk_ins: int
    walk_ins_revision: int


async def day_counts(house: House, org_id: int, venue_id: int, day: date) -> DayCounts:
    """The counts as committed by now; two statements, each whole with its revisions."""
    rows = await house.database.fetch(DOOR.day_counts, org_id, venue_id, day)
    walked = await house.database.fetchrow(DOOR.day_walk_ins, org_id, venue_id, day)
    slots = [SlotCount(*row) for row in rows]
    return DayCounts(slots, walked["entered"] if walked else 0, walked["revision"] if walked else 0)
