"""The crowd: many clients at once, and the ways in which a test takes a mechanism away to see it missed."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

from stage import TODAY, Hub, Ticket, World

from db.statements import load

T = TypeVar("T")


async def crowd(jobs: Iterable[Callable[[], Awaitable[T]]], clients: int) -> list[T]:
    """Do all jobs, `clients` at a time; the results in the order of the jobs."""
    waiting = deque(enumerate(jobs))
    results: list[Any] = [None] * len(waiting)

    async def client() -> None:
        while waiting:
            n, job = waiting.popleft()
            results[n] = await job()

    await asyncio.gather(*(client() for _ in range(clients)))
    return results


async def book(hub: Hub, ticket: Ticket, slot_id: int, **headers: str) -> tuple[int, Any]:
    """One customer's booking over HTTP: (status, body)."""
    body = {
        "ticket_id": ticket.id, "slot_id": slot_id, "customer_email": "john@example.com",
        "customer_phone": "+12025551234",
    }  # fmt: skip
    return await hub.post("/api/reservations/create", body, **headers)


def outcome(answer: tuple[int, Any]) -> str:
    """What a booking came to, in one word: `booked`, or the code of the refusal behind its status."""
    status, body = answer
    return "booked" if status == 200 else f"{status} {body['error']['code']}"


async def many_slots(world: World, count: int, capacity: int) -> list[int]:
    """Slots of a quarter of an hour, forty a day from tomorrow on, and on each day one big slot to send people to."""
    rows = await world.hub.database.fetch(
        "INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity)"
        " SELECT $1, $2, at::date, at::time, (at + '15 min')::time, at AT TIME ZONE 'Europe/Rome',"
        "        (at + '15 min') AT TIME ZONE 'Europe/Rome', $5"
        "   FROM generate_series(0, $4 - 1) n, LATERAL (SELECT $3::timestamp + (n / 40) * interval '1 day'"
        "                                                      + (n % 40) * interval '15 min' AS at) a"
        " ORDER BY n RETURNING id",
        world.org_id, world.venue_id, TODAY + timedelta(days=1), count, capacity,
    )  # fmt: skip
    for day in range(-(-count // 40)):
        await world.slot(TODAY + timedelta(days=1 + day), "18:00", "20:00", capacity=100_000)
    return [row["id"] for row in rows]


def sabotage(monkeypatch: Any, subject: str, name: str, *changes: tuple[str, str]) -> None:
    """Change the text of a statement for this test; what is taken out must have been there, once."""
    statements = load(subject)
    text = getattr(statements, name)
    for old, new in changes:
        assert text.count(old) == 1, f"{subject}.{name} does not hold {old!r} once"
        text = text.replace(old, new)
    monkeypatch.setitem(statements._texts, name, text)


async def without_last_line(world: World, constraint: str, table: str = "reservation_slots") -> None:
    """Take a CHECK or an index out of this test's database, so that only the mechanism in question stands."""
    if constraint in ("ticket_reservations_one_active", "ticket_absences_one_open"):
        await world.hub.database.execute(f"DROP INDEX {constraint}")
    else:
        await world.hub.database.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
