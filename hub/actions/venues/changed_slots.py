"""What follows an administrative change of slots: seat admission is settled, and everybody who shows them receives the counts."""

from collections.abc import Iterable
from typing import Any

from hub.events.announcements import SlotChanged, SlotsEdited
from hub.services import Services


def publish_slots(services: Services, org_id: int, rows: Iterable[Any] = ()) -> None:
    """After the commit: settle seat admission, publish the counts of these slots, and have lists of slots read again."""
    now = services.clock.now()
    announcements: list[SlotChanged | SlotsEdited] = []
    for row in rows:
        changed = SlotChanged.of(row)
        bookable = row["status"] == "ACTIVE" and row["ends_at"] > now
        services.seat_admission.settle(
            org_id, changed.slot.slot_id, free=changed.slot.free if bookable else 0, revision=changed.slot.revision
        )
        announcements.append(changed)
    services.announcer.publish([*announcements, SlotsEdited(org_id)])


def publish_gone(services: Services, row: Any) -> None:
    """Publish that a slot no longer belongs to its day: a board that shows it has no places of it any more."""
    nothing = dict.fromkeys(("total_capacity", "booked_count", "verified_count", "held_count"), 0)
    services.announcer.publish([SlotChanged.of({**row, **nothing, "revision": row["revision"] + 1})])
