"""Changing and deleting slots, one or many. Of many either all change or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import change, record_change, refuse_fields, refuse_other_version
from hub.actions.venues.changed_slots import publish_gone, publish_slots
from hub.actions.venues.slot_records import SlotRecord, record_of
from hub.observability import telemetry
from hub.rules.audit_actions import AuditAction
from hub.rules.opening_hours import MOST_CAPACITY
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services
from hub.text.languages import N_

SLOT_PLANS = load("venues/slot_plans")
MOST_AT_ONCE = 500
"""Slots that one request changes. Their locks are held until all are written."""


@dataclass(frozen=True, slots=True)
class ChangedSlots:
    """Slots after a change, or as they would be after a dry run, in the order of their ids; `was` has the capacity before."""

    slots: tuple[SlotRecord, ...]
    was: Mapping[int, int]


async def change_slots(
    services: Services, by: Actor, slot_ids: Sequence[int], capacity: int, *, versions: Mapping[int, int] | None = None,
    dry_run: bool = False,
) -> ChangedSlots:  # fmt: skip
    """Give slots another capacity, all or none. New places are held for the waiting list if somebody waits, the rest are free at once.

    Refuses SLOT_NOT_FOUND, VERSION_MISMATCH with the `slots` that others changed, INVALID_REQUEST for a capacity out of range, and
    CAPACITY_TAKEN with the `slots` that have more places booked and held.
    """
    if not 0 <= capacity <= MOST_CAPACITY:
        refuse_fields({"capacity": f"Give 0 to {MOST_CAPACITY} spaces"})
    async with change(services, dry_run=dry_run) as connection:
        rows = await _lock(connection, by, slot_ids, versions)
        blocked = [row for row in rows if row["booked_count"] + row["held_count"] > capacity]
        if blocked:
            raise Refused(
                Reason.CAPACITY_TAKEN, taken=max(row["booked_count"] + row["held_count"] for row in blocked),
                slots=[{**_named(row), "booked": row["booked_count"], "held": row["held_count"]} for row in blocked],
            )  # fmt: skip
        written = await connection.fetch(
            SLOT_PLANS.resize_slots, by.org_id, [row["id"] for row in rows], capacity, services.clock.now()
        )
        was = {row["id"]: row["total_capacity"] for row in rows}
        for row in written:
            await record_change(
                connection, services, by, AuditAction.SLOT_CHANGED, row["id"], venue_id=row["venue_id"],
                before={"capacity": was[row["id"]]}, after={"capacity": capacity},
            )  # fmt: skip
        records = tuple([await record_of(connection, by, row["id"]) for row in rows])
    if written and not dry_run:
        publish_slots(services, by.org_id, written)
        for row in written:
            telemetry.event(telemetry.SLOT_RESIZED, slot_id=row["id"], capacity=capacity, was=was[row["id"]])
    return ChangedSlots(records, was)


async def delete_slots(
    services: Services, by: Actor, slot_ids: Sequence[int], *, versions: Mapping[int, int] | None = None,
    dry_run: bool = False,
) -> int:  # fmt: skip
    """Delete slots that nobody ever booked, all or none. Return how many.

    Refuses SLOT_NOT_FOUND, VERSION_MISMATCH, and SLOT_IN_USE with the `slots` that people have booked, or wait for.
    """
    async with change(services, dry_run=dry_run) as connection:
        rows = await _lock(connection, by, slot_ids, versions)
        ids = [row["id"] for row in rows]
        used = await connection.fetch(SLOT_PLANS.in_use, by.org_id, ids)
        if used:
            raise Refused(
                Reason.SLOT_IN_USE, booked=sum(row["booked_count"] for row in used),
                slots=[{**_named(row), "booked": row["booked_count"], "reservations": row["reservations"],
                        "parties": row["parties"]} for row in used],
            )  # fmt: skip
        for row in rows:
            await record_change(
                connection, services, by, AuditAction.SLOT_DELETED, row["id"], venue_id=row["venue_id"],
                before={"starts_at": row["starts_at"], "ends_at": row["ends_at"], "capacity": row["total_capacity"]},
            )  # fmt: skip
        await connection.execute(SLOT_PLANS.delete_slots, by.org_id, ids)
    if not dry_run:
        for row in rows:
            publish_gone(services, row)
            services.seat_admission.settle(by.org_id, row["id"], free=0, revision=row["revision"] + 1)
        publish_slots(services, by.org_id)
        telemetry.event(telemetry.SLOTS_DELETED, count=len(rows), staff_id=by.staff_id)
    return len(rows)


async def _lock(connection: Any, by: Actor, slot_ids: Sequence[int], versions: Mapping[int, int] | None) -> list[Any]:
    """Return these slots, locked in order of id. Refuses SLOT_NOT_FOUND if one of them does not exist, and VERSION_MISMATCH."""
    ids = sorted(set(slot_ids))
    if not 1 <= len(ids) <= MOST_AT_ONCE:
        refuse_fields({"slots": N_("Choose at least one slot") if not ids else f"Give at most {MOST_AT_ONCE} slots"})
    rows: list[Any] = await connection.fetch(SLOT_PLANS.lock_slots, by.org_id, ids)
    if len(rows) != len(ids):
        raise Refused(Reason.SLOT_NOT_FOUND)
    for row in rows:
        refuse_other_venue(by, row["venue_id"])
    if versions and len(rows) > 1:
        stale = [row for row in rows if row["id"] in versions and versions[row["id"]] != row["version"]]
        if stale:
            raise Refused(Reason.VERSION_MISMATCH, slots=[{**_named(row), "version": row["version"]} for row in stale])
    elif versions:
        refuse_other_version(rows[0], versions.get(rows[0]["id"]))
    return rows


def _named(row: Any) -> dict[str, Any]:
    return {"slot_id": row["id"], "date": row["date"], "start_time": row["start_time"]}
