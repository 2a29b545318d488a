"""The deed of comparing what should be equal: counts against the rows they count, the gate against Postgres."""

from typing import Any

from db.statements import load
from hub.actions.waitlist.offer_places import serve_line
from hub.events.announcements import MovementsChanged, SlotChanged
from hub.services import Services

EXITS = load("scanning/exits")
SLOTS = load("venues/slots")
WAITLIST = load("waitlist/entries")
MOST_SLOTS = 20_000


async def reconcile(services: Services, *, fix: bool = False) -> dict[str, Any]:
    """List every drift, and with `fix` put it right: counts and movements from the rows, what is held from the waiting list, the
    gate from the counts."""
    counts = []
    for row in await services.database.fetch(SLOTS.drifted_slots):
        counts.append({
            "org_id": row["org_id"], "slot_id": row["slot_id"], "date": row["date"].isoformat(),
            "start_time": row["start_time"].isoformat("seconds"), "booked_count": row["booked_count"],
            "booked_rows": row["booked_rows"], "verified_count": row["verified_count"],
            "verified_rows": row["verified_rows"],
        })  # fmt: skip
        if fix:
            await _correct(services, row["org_id"], row["slot_id"])
    holds = await _audit_holds(services, fix=fix)
    movements = await _audit_movements(services, fix=fix)
    gate = await audit_gate(services, fix=fix)
    drift = len(counts) + len(holds) + len(movements) + len(gate)
    return {"fixed": fix, "drift": drift, "counts": counts, "holds": holds, "movements": movements, "gate": gate}


async def _audit_movements(services: Services, *, fix: bool) -> list[dict[str, Any]]:
    """Days whose exits and returns are counted otherwise than they are recorded."""
    drift = []
    for row in await services.database.fetch(EXITS.drifted_movements):
        drift.append({**row, "date": row["date"].isoformat()})
        if fix:
            day = (row["org_id"], row["venue_id"], row["date"])
            async with services.database.transaction() as connection:
                # Whoever leaves meanwhile waits for this row, and is counted on top of what is found here.
                await connection.execute(EXITS.lock_movements, *day)
                corrected = await connection.fetchrow(EXITS.correct_movements, *day)
            services.announcer.publish([MovementsChanged.of(corrected)])
    return drift


async def _audit_holds(services: Services, *, fix: bool) -> list[dict[str, Any]]:
    """Slots that hold fewer places than they have offered, or hold some though nobody stands in line."""
    drift = []
    for row in await services.database.fetch(WAITLIST.drifted_holds):
        drift.append({
            "org_id": row["org_id"], "slot_id": row["slot_id"], "date": row["date"].isoformat(),
            "start_time": row["start_time"].isoformat("seconds"), "held_count": row["held_count"],
            "offered_places": row["offered"],
        })  # fmt: skip
        if fix:
            await services.database.execute(WAITLIST.open_line, row["org_id"], row["slot_id"])
            await serve_line(services, row["org_id"], row["slot_id"])
    return drift


async def audit_gate(services: Services, *, fix: bool) -> list[dict[str, Any]]:
    """Where the gate says other than Postgres; slots the gate does not know are not drift, they are asked about."""
    rows = await services.database.fetch(SLOTS.bookable_slots, services.clock.now(), MOST_SLOTS)
    standings = await services.seat_admission.standings([(row["org_id"], row["slot_id"]) for row in rows])
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
    for row in await services.database.fetch(SLOTS.bookable_slots, services.clock.now(), MOST_SLOTS):
        standing = believed.get((row["org_id"], row["slot_id"]))
        if standing is None or _agree(standing, row):
            continue
        drift.append({
            "org_id": row["org_id"], "slot_id": row["slot_id"], "free": row["free"],
            "gate_free": standing["free"], "revision": row["revision"], "gate_revision": standing["revision"],
        })  # fmt: skip
        if fix:
            services.seat_admission.settle(
                row["org_id"], row["slot_id"], free=row["free"], revision=row["revision"], booked=(),
                released=(), force=standing["revision"] > row["revision"],
            )  # fmt: skip
    return drift


def _agree(standing: dict[str, int], row: Any) -> bool:
    """Scans raise a slot's revision without telling the gate; a revision from ahead would make it deaf to what is settled."""
    return standing["free"] == int(row["free"]) and standing["revision"] <= int(row["revision"])


async def _correct(services: Services, org_id: int, slot_id: int) -> None:
    async with services.database.transaction() as connection:
        await connection.fetch(SLOTS.lock_slot_tickets, org_id, slot_id)
        row = await connection.fetchrow(SLOTS.correct_slot, org_id, slot_id)
    services.announcer.publish([SlotChanged.of(row)])
