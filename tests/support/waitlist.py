"""Waiting list: short functions for tests, and hubs whose waiting list and outbox jobs run only on demand."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from hub.actions.waitlist.join import Joined, JoinRequest, join_waitlist
from hub.actions.waitlist.join_booking import join_with_booking
from hub.actions.waitlist.offer_places import Served, serve_waitlists
from hub.jobs.outbox import OutboxWorker
from hub.jobs.waitlist import WaitlistJob
from tests.support.hub import Hub
from tests.support.rows import change_rows, count_rows, read_row, read_rows
from tests.support.shows import Booking
from tests.support.slots import read_slots
from tests.support.world import Ticket, World


def on_demand(monkeypatch: Any) -> None:
    """Disable the waiting list and outbox jobs of hubs opened from now on. The test runs them and reads the rows."""

    async def rest(_: WaitlistJob) -> None:
        await asyncio.Event().wait()

    async def nothing_sent(_: OutboxWorker) -> int:
        return 0

    monkeypatch.setattr(WaitlistJob, "run", rest)
    monkeypatch.setattr(OutboxWorker, "send_due", nothing_sent)


async def join(
    hub: Hub, world: World, slot_id: int, *tickets: Ticket, email: str = "waiting@example.com", language: str = "en",
    key: str | None = None,
) -> Joined:  # fmt: skip
    codes = tuple(ticket.code for ticket in tickets)
    request = JoinRequest(
        world.org_id,
        codes,
        slot_id,
        email,
        "+12025551234",
        language,
        idempotency_key=key,
        body_hash=repr(codes).encode(),
    )
    return await join_waitlist(hub.services, request)


async def joined(hub: Hub, world: World, slot_id: int, places: int = 1, **more: Any) -> Joined:
    """Join the waiting list with `places` new tickets."""
    return await join(hub, world, slot_id, *await world.tickets(places), **more)


async def wait_for_seats(hub: Hub, booking: Booking, language: str = "en") -> Joined:
    """Join the waiting list of a performance with a request for seats."""
    return await join_with_booking(hub.services, booking.confirm_token, language)


async def serve_all(hub: Hub) -> Served:
    return await serve_waitlists(hub.services)


async def serve_beside_job(hub: Hub, *slot_ids: int) -> None:
    """Serve the waiting lists of slots, or all, where the hub's own job runs as well.

    A list that the job is serving at this moment is passed over, so it is served until no kept places fit a waiting party.
    """
    for _ in range(200):
        await serve_waitlists(hub.services)
        ids = list(slot_ids) or [row["id"] for row in await read_slots(hub.database, "id")]
        rows = await read_waiting_slots(hub.database, ids)
        if all(one["smallest"] is None or one["held_count"] - one["offered"] < one["smallest"] for one in rows):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("a waiting party was not served")


async def entry(hub: Hub, waiting: Joined) -> Any:
    return await hub.database.fetchrow("SELECT * FROM waitlist_entries WHERE id = $1", waiting.entry_id)


async def status(hub: Hub, *waiting: Joined) -> list[str]:
    rows = await hub.database.fetch("SELECT id, status FROM waitlist_entries")
    known = {row["id"]: row["status"] for row in rows}
    return [known[one.entry_id] for one in waiting]


async def slot(hub: Hub, slot_id: int) -> tuple[int, int, int]:
    """Return the booked, held and free places."""
    row = await hub.database.fetchrow("SELECT * FROM reservation_slots WHERE id = $1", slot_id)
    free = row["total_capacity"] - row["booked_count"] - row["held_count"]
    return row["booked_count"], row["held_count"], free


async def mails(hub: Hub, kind: str) -> list[dict[str, Any]]:
    """Return the outbox rows of this kind, waiting or sent, oldest first, each with its payload."""
    rows = await hub.database.fetch("SELECT * FROM mail_outbox WHERE kind = $1 ORDER BY id", kind)
    return [{**dict(row), "payload": json.loads(row["payload"])} for row in rows]


async def cancel(hub: Hub, ticket: Ticket, manager: str) -> None:
    """Cancel a reservation as a manager."""
    answer, body = await hub.delete(f"/api/reservations/{ticket.reservation_id}", token=manager)
    assert answer == 200, body


async def read_waitlist_entry(database: Any, *columns: str, **where: Any) -> Any:
    """Return the entry with these values: the named columns, or all."""
    return await read_row(database, "waitlist_entries", *columns, **where)


async def read_waitlist_entries(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the entries with these values: the named columns, or all."""
    return await read_rows(database, "waitlist_entries", *columns, order_by=order_by, **where)


async def count_waitlist_entries(database: Any, **where: Any) -> int:
    """Count the entries with these values."""
    return await count_rows(database, "waitlist_entries", **where)


async def change_waitlist_entries(database: Any, **columns: Any) -> None:
    """Set columns of all entries."""
    await change_rows(database, "waitlist_entries", {}, **columns)


async def read_waiting_slots(database: Any, slot_ids: list[int]) -> list[Any]:
    """Return slots with their free, held and offered places, their smallest waiting party, and the end of gathering."""
    rows: list[Any] = await database.fetch(
        "SELECT s.id, s.held_count, s.total_capacity - s.booked_count - s.held_count AS free,"
        " (SELECT coalesce(sum(places), 0) FROM waitlist_entries e WHERE e.slot_id = s.id AND status = 'OFFERED') AS offered,"
        " (SELECT min(places) FROM waitlist_entries e WHERE e.slot_id = s.id AND status = 'WAITING') AS smallest,"
        " (SELECT max(gathers_until) FROM waitlist_entries e WHERE e.slot_id = s.id AND status = 'WAITING') AS gathers"
        " FROM reservation_slots s WHERE s.id = ANY ($1)",
        slot_ids,
    )
    return rows
