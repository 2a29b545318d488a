"""The deed of comparing what should be equal: counts against the rows they count, the gate against Postgres."""

from typing import Any

from db.statements import load
from hub.actions.offer_places import serve_line
from hub.announcements import MovementsChanged, SlotChanged
from hub.house import House

LEAVING = load("leaving")
SLOTS = load("slots")
WAITLIST = load("waitlist")
MOST_SLOTS = 20_000


async def reconcile(house: House, *, fix: bool = False) -> dict[str, Any]:
    """List every drift, and with `fix` put it right: counts and movements from the rows, what is held from the waiting list, the
    gate from the counts."""
    counts = []
    for row in await house.database.fetch(SLOTS.drifted_slots):
        counts.append({
            "org_id": row["org_id"], "slot_id": row["slot_id"], "date": row["date"].isoformat(),
            "start_time": row["start_time"].isoformat("seconds"), "booked_count": row["booked_count"],
            "booked_rows": row["booked_rows"], "verified_count": row["verified_count"],
            "verified_rows": row["verified_rows"],
        })  # fmt: skip
        if fix:
            await _correct(house, row["org_id"], row["slot_id"])
    holds = await _audit_holds(house, fix=fix)
    movements = await _audit_movements(house, fix=fix)
    gate = await audit_gate(house, fix=fix)
    drift = len(counts) + len(holds) + len(movements) + len(gate)
    return {"fixed": fix, "drift": drift, "counts": counts, "holds": holds, "movements": movements, "gate": gate}


async def _audit_movements(house: House, *, fix: bool) -> list[dict[str, Any]]:
    """Days whose exits and returns are counted otherwise than they are recorded."""
    drift = []
    for row in await house.database.fetch(LEAVING.drifted_movements):
        drift.append({**row, "date": row["date"].isoformat()})
        if fix:
            day = (row["org_id"], row["venue_id"], row["date"])
            async with house.database.transaction() as connection:
                # Whoever leaves meanwhile waits for this row, and is counted on top of what is found here.
                await connection.execute(LEAVING.lock_movements, *day)
                corrected = await connection.fetchrow(LEAVING.correct_movements, *day)
            house.announcer.tell([MovementsChanged.of(corrected)])
    return drift


async def _audit_holds(house: House, *, fix: bool) -> list[dict[str, Any]]:
    """Slots that hold fewer places than they have offered, or hold some though nobody stands in line."""
    drift = []
    for row in await house.database.fetch(WAITLIST.drifted_holds):
        drift.append({
            "org_id": row["org_id"], "slot_id": row["slot_id"], "date": row["date"].isoformat(),
            "start_time": row["start_time"].isoformat("seconds"), "held_count": row["held_count"],
            "offered_places": row["offered"],
        })  # fmt: skip
        if fix:
            await house.database.execute(WAITLIST.open_line, row["org_id"], row["slot_id"])
            await serve_line(house, row["org_id"], row["slot_id"])
    return drift


async def audit_gate(house: House, *, fix: bool) -> list[dict[str, Any]]:
    """Where the gate says other than Postgres; slots the gate does not know are not drift, they are asked about."""
    rows = await house.database.fetch(SLOTS.bookable_slots, house.clock.now(), MOST_SLOTS)
    standings = await house.gate.standings([(row["org_id"], row["slot_id"]) for row in rows])
    believed = {
        (row["org_id"], row["slot_id"]): standing
        for row, standing in zip(rows, standings, strict=True)
        if standing is not None and not _agree(standing, row)
    }
    if not believed:
        return []
    # Bookings go on while this looks. Read again after the gate was, Postgres is never behind what the gate was told:
    # a higher revision there was never committed here, and only then is an older state put over it.
    drift = []
    for row in await house.database.fetch(SLOTS.bookable_slots, house.clock.now(), MOST_SLOTS):
        standing = believed.get((row["org_id"], row["slot_id"]))
        if standing is None or _agree(standing, row):
            continue
        drift.append({
            "org_id": row["org_id"], "slot_id": row["slot_id"], "free": row["free"],
            "gate_free": standing["free"], "revision": row["revision"], "gate_revision": standing["revision"],
        })  # fmt: skip
        if fix:
            house.gate.settle(
                row["org_id"], row["slot_id"], free=row["free"], revision=row["revision"], booked=(),
                released=(), force=standing["revision"] > row["revision"],
            )  # fmt: skip
    return drift


def _agree(standing: dict[str, int], row: Any) -> bool:
    """Scans raise a slot's revision without telling the gate; a revision from ahead would make it deaf to what is settled."""
    return standing["free"] == int(row["free"]) and standing["revision"] <= int(row["revision"])


async def _correct(house: House, org_id: int, slot_id: int) -> None:
    async with house.database.transaction() as connection:
        await connection.fetch(SLOTS.lock_slot_tickets, org_id, slot_id)
        row = await connection.fetchrow(SLOTS.correct_slot, org_id, slot_id)
    house.announcer.tell([SlotChanged.of(row)])
