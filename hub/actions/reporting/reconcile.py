"""Reconciliation: compares stored counts with the rows they count, and seat admission in Redis with Postgres."""

from collections.abc import AsyncIterator
from typing import Any

from db.statements import load
from hub.actions.audit.actor import Actor
from hub.actions.audit.changes import record_change
from hub.actions.waitlist.offer_places import serve_waitlist
from hub.events.announcements import MovementsChanged, SlotChanged
from hub.rules.audit_actions import AuditAction
from hub.services import Services

EXITS = load("scanning/exits")
SLOTS = load("venues/slots")
WAITLIST = load("waitlist/entries")
MOST_SLOTS = 20_000
SLOTS_AT_ONCE = 20
COUNTS = ("booked_count", "verified_count")
MOVEMENTS = ("exited", "reentered")


async def reconcile(services: Services, *, fix: bool = False) -> dict[str, Any]:
    """List every difference; correct each one with `fix`.

    Counts and movements are corrected from the rows, held places from the waiting list, seat admission from the counts.
    """
    counts = []
    async for row in _drifted_slots(services):
        counts.append({
            "org_id": row["org_id"], "slot_id": row["slot_id"], "date": row["date"].isoformat(),
            "start_time": row["start_time"].isoformat("seconds"), "booked_count": row["booked_count"],
            "booked_rows": row["booked_rows"], "verified_count": row["verified_count"],
            "verified_rows": row["verified_rows"],
        })  # fmt: skip
        if fix:
            await _correct(services, row)
    holds = await _compare_holds(services, fix=fix)
    movements = await _compare_movements(services, fix=fix)
    admission = await resync_seat_admission(services, fix=fix)
    drift = len(counts) + len(holds) + len(movements) + len(admission)
    return {"fixed": fix, "drift": drift, "counts": counts, "holds": holds, "movements": movements, "gate": admission}


async def _drifted_slots(services: Services) -> AsyncIterator[Any]:
    """Yield the slots whose counts differ from the rows they count. Each statement reads a few slots, however many there are."""
    after = (0, 0)
    while rows := await services.database.fetch(SLOTS.counted_slots, *after, SLOTS_AT_ONCE):
        for row in rows:
            if (row["booked_count"], row["verified_count"]) != (row["booked_rows"], row["verified_rows"]):
                yield row
        after = (rows[-1]["org_id"], rows[-1]["slot_id"])


async def _compare_movements(services: Services, *, fix: bool) -> list[dict[str, Any]]:
    """Return the days whose counts of exits and returns differ from the rows."""
    drift = []
    for row in await services.database.fetch(EXITS.drifted_movements):
        drift.append({**row, "date": row["date"].isoformat()})
        if fix:
            day = (row["org_id"], row["venue_id"], row["date"])
            async with services.database.transaction() as connection:
                # An exit during this transaction waits for the locked row, and is then added to the corrected count.
                await connection.execute(EXITS.lock_movements, *day)
                corrected = await connection.fetchrow(EXITS.correct_movements, *day)
                await record_change(
                    connection, services, Actor(row["org_id"]), AuditAction.MOVEMENTS_CORRECTED, row["venue_id"],
                    venue_id=row["venue_id"], before={name: row[name] for name in MOVEMENTS},
                    after={"date": row["date"], **{name: corrected[name] for name in MOVEMENTS}},
                )  # fmt: skip
            services.announcer.publish([MovementsChanged.of(corrected)])
    return drift


async def _compare_holds(services: Services, *, fix: bool) -> list[dict[str, Any]]:
    """Return the slots that hold fewer places than they have offered, or hold places although nobody waits."""
    drift = []
    for row in await services.database.fetch(WAITLIST.drifted_holds):
        drift.append({
            "org_id": row["org_id"], "slot_id": row["slot_id"], "date": row["date"].isoformat(),
            "start_time": row["start_time"].isoformat("seconds"), "held_count": row["held_count"],
            "offered_places": row["offered"],
        })  # fmt: skip
        if fix:
            await services.database.execute(WAITLIST.open_line, row["org_id"], row["slot_id"])
            await serve_waitlist(services, row["org_id"], row["slot_id"])
    return drift


async def resync_seat_admission(services: Services, *, fix: bool) -> list[dict[str, Any]]:
    """Return the slots whose state in Redis differs from Postgres. A slot without state in Redis does not count."""
    rows = await services.database.fetch(SLOTS.bookable_slots, services.clock.now(), MOST_SLOTS)
    states = await services.seat_admission.read_states([(row["org_id"], row["slot_id"]) for row in rows])
    differing = {
        (row["org_id"], row["slot_id"]): state
        for row, state in zip(rows, states, strict=True)
        if state is not None and not _agrees(state, row)
    }
    if not differing:
        return []
    # Bookings go on meanwhile. Postgres is read after Redis, so it is never older than the state in Redis. A higher
    # revision in Redis was therefore never committed here, and only then a lower one may overwrite it.
    drift = []
    for row in await services.database.fetch(SLOTS.bookable_slots, services.clock.now(), MOST_SLOTS):
        state = differing.get((row["org_id"], row["slot_id"]))
        if state is None or _agrees(state, row):
            continue
        drift.append({
            "org_id": row["org_id"], "slot_id": row["slot_id"], "free": row["free"],
            "gate_free": state["free"], "revision": row["revision"], "gate_revision": state["revision"],
        })  # fmt: skip
        if fix:
            services.seat_admission.settle(
                row["org_id"], row["slot_id"], free=row["free"], revision=row["revision"], booked=(),
                released=(), force=state["revision"] > row["revision"],
            )  # fmt: skip
    return drift


def _agrees(state: dict[str, int], row: Any) -> bool:
    """Return whether Redis agrees. It may be behind, because scans raise the revision without a settlement.

    It must not be ahead, because then it would ignore later settlements.
    """
    return state["free"] == int(row["free"]) and state["revision"] <= int(row["revision"])


async def _correct(services: Services, drift: Any) -> None:
    org_id, slot_id = drift["org_id"], drift["slot_id"]
    async with services.database.transaction() as connection:
        await connection.fetch(SLOTS.lock_slot_tickets, org_id, slot_id)
        row = await connection.fetchrow(SLOTS.correct_slot, org_id, slot_id)
        await record_change(
            connection, services, Actor(org_id), AuditAction.COUNTS_CORRECTED, slot_id, venue_id=row["venue_id"],
            before={name: drift[name] for name in COUNTS}, after={name: row[name] for name in COUNTS},
        )  # fmt: skip
    services.announcer.publish([SlotChanged.of(row)])
