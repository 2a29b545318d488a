"""Day counts: all counts of a venue's day, for the snapshot and the resync of the live board."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from db.statements import load
from hub.rules.slot_capacity import SlotCount
from hub.services import Services

ENTRIES = load("scanning/entries")
_SLOT_COLUMNS = 8


class SlotShow(NamedTuple):
    """What plays in a slot that belongs to a show."""

    show_id: int
    show: str
    room: str
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class DayCounts:
    """The counts of every slot of a venue's day, of entries without a reservation, and of exits and returns.

    `shows` holds what plays in the slots that belong to a show, by the slot's id.
    """

    slots: list[SlotCount]
    walk_ins: int
    walk_ins_revision: int
    exited: int = 0
    reentered: int = 0
    movements_revision: int = 0
    shows: Mapping[int, SlotShow] = field(default_factory=dict)


async def day_counts(services: Services, org_id: int, venue_id: int, day: date) -> DayCounts:
    """Return the committed counts. They come from two statements, each consistent with its revisions."""
    rows = await services.database.fetch(ENTRIES.day_counts, org_id, venue_id, day)
    totals = await services.database.fetchrow(ENTRIES.day_totals, org_id, venue_id, day)
    shows = {row["id"]: SlotShow(*tuple(row)[_SLOT_COLUMNS:]) for row in rows if row["show_id"] is not None}
    counts = [SlotCount(*tuple(row)[:_SLOT_COLUMNS]) for row in rows]
    return DayCounts(counts, totals["entered"], totals["entered_revision"], totals["exited"], totals["reentered"],
                     totals["moved_revision"], shows)  # fmt: skip


def slot_as_dict(count: SlotCount, shows: Mapping[int, SlotShow]) -> dict[str, Any]:
    """Return the slot as the `counts` topic sends it, with what plays in it if it belongs to a show."""
    show = shows.get(count.slot_id)
    return count.as_dict() if show is None else {**count.as_dict(), **show._asdict()}
