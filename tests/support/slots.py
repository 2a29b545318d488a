"""Slots as the table holds them."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from tests.support.rows import change_rows, count_rows, delete_rows, read_row, read_rows
from tests.support.world import World


async def read_slot(database: Any, *columns: str, **where: Any) -> Any:
    """Return the slot with these values: the named columns, or all."""
    return await read_row(database, "reservation_slots", *columns, **where)


async def read_slots(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the slots with these values: the named columns, or all."""
    return await read_rows(database, "reservation_slots", *columns, order_by=order_by, **where)


async def read_row_of_slot(database: Any, day: str, start: str) -> Any:
    """Return the slot of this day that begins at this time."""
    return await read_slot(database, date=date.fromisoformat(day), start_time=time.fromisoformat(start))


async def count_slots(database: Any, **where: Any) -> int:
    """Count the slots with these values."""
    return await count_rows(database, "reservation_slots", **where)


async def change_slot(database: Any, slot_id: int, **columns: Any) -> None:
    """Set columns of one slot."""
    await change_rows(database, "reservation_slots", {"id": slot_id}, **columns)


async def change_slots(database: Any, **columns: Any) -> None:
    """Set columns of all slots."""
    await change_rows(database, "reservation_slots", {}, **columns)


async def revise_slot(database: Any, slot_id: int, **columns: Any) -> None:
    """Set columns of one slot and raise its revision by one, as every change of the hub does."""
    await change_rows(database, "reservation_slots", {"id": slot_id}, counter="revision", **columns)


async def revise_slots(database: Any, **columns: Any) -> None:
    """Set columns of all slots and raise their revisions by one."""
    await change_rows(database, "reservation_slots", {}, counter="revision", **columns)


async def close_slot(database: Any, slot_id: int) -> None:
    """Close one slot without an announcement: its revision stays."""
    await change_slot(database, slot_id, status="CLOSED")


async def hold_places(database: Any, slot_id: int, places: int) -> None:
    """Hold `places` more places of a slot for the waiting list. A negative number gives them back."""
    await database.execute(
        "UPDATE reservation_slots SET held_count = held_count + $2, revision = revision + 1 WHERE id = $1",
        slot_id, places,
    )  # fmt: skip


async def free_places(database: Any, slot_ids: list[int]) -> None:
    """Lower the booked count of each of these slots by one."""
    await database.execute(
        "UPDATE reservation_slots SET booked_count = booked_count - 1, revision = revision + 1 WHERE id = ANY ($1)",
        slot_ids,
    )


async def sum_verified(database: Any) -> int:
    """Return the sum of the slots' verified counts."""
    return sum(row["verified_count"] for row in await read_slots(database, "verified_count"))


async def resize_slot(database: Any, slot_id: int, capacity: int) -> None:
    """Give a slot another capacity, but never less than is booked."""
    await database.execute(
        "UPDATE reservation_slots SET total_capacity = greatest(booked_count, $2), revision = revision + 1 WHERE id = $1",
        slot_id, capacity,
    )  # fmt: skip


async def delete_slot(database: Any, slot_id: int) -> None:
    """Delete one slot."""
    await delete_rows(database, "reservation_slots", id=slot_id)


async def add_hourly_slots(world: World, first: date, last: date) -> None:
    """Add ten slots a day of an hour each, from nine in the morning, with room for a hundred."""
    await world.hub.database.execute(
        "INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity)"
        " SELECT $1, $2, d::date, make_time(h, 0, 0), make_time(h + 1, 0, 0), d + make_interval(hours => h),"
        " d + make_interval(hours => h + 1), 100"
        " FROM generate_series($3::date, $4::date, '1 day') d, generate_series(9, 18) h",
        world.org_id, world.venue_id, first, last,
    )  # fmt: skip
