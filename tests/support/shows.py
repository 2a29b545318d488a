"""Rooms, shows, performances and bookings as the tables hold them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.access.randomness import secret_token, token_hash
from hub.rules.ticket_code import new_booking_code
from tests.support.job_table import without_job
from tests.support.rows import add_row, change_rows, count_rows, read_row, read_rows
from tests.support.world import NOON, TODAY, ZONE, World

EMAIL = "visitor@example.com"
_TICKET_STATUS = {"PENDING": "INACTIVE", "CONFIRMED": "RESERVED", "CANCELLED": "CANCELLED", "EXPIRED": "EXPIRED"}


def leave_unfinished(monkeypatch: Any) -> None:
    """Keep hubs opened from now on from finishing what a killed one began: the test asks for it."""
    without_job(monkeypatch, "performances")


@dataclass(frozen=True)
class Stage:
    """A show in a room with one performance. `performance_id` is a slot's id."""

    room_id: int
    show_id: int
    performance_id: int


@dataclass(frozen=True)
class Booking:
    """A booking with its secrets. `manage_token` is empty and `reservation_id` 0 as long as it is not confirmed."""

    id: int
    code: str
    confirm_token: str
    manage_token: str = ""
    reservation_id: int = 0


async def add_room(world: World, name: str = "", capacity: int = 100, **columns: Any) -> int:
    """Add a room to the venue of this world. Return its id."""
    name = name or f"Room {secrets.token_hex(3)}"
    columns = {"venue_id": world.venue_id, "name": name, "capacity": capacity, **columns}
    return int((await add_row(world.hub.database, "rooms", org_id=world.org_id, **columns))["id"])


async def add_show(world: World, title: str = "The Tempest", **columns: Any) -> int:
    """Add a show to the venue of this world, published unless `columns` say otherwise. Return its id."""
    columns = {"venue_id": world.venue_id, "title": title, "status": "PUBLISHED", **columns}
    return int((await add_row(world.hub.database, "shows", org_id=world.org_id, **columns))["id"])


async def add_performance(
    world: World, show_id: int, room_id: int, day: date = TODAY, start: str = "20:00", end: str = "22:00", **columns: Any
) -> int:  # fmt: skip
    """Add a performance with the room's capacity plus additional minus occupied seats. Return its id, a slot's."""
    zone = ZoneInfo(ZONE)
    starts = datetime.combine(day, time.fromisoformat(start), zone)
    ends = datetime.combine(day, time.fromisoformat(end), zone)
    if ends <= starts:
        ends += timedelta(days=1)
    room = await read_row(world.hub.database, "rooms", "venue_id", "capacity", id=room_id)
    seats = room["capacity"] + columns.get("additional_seats", 0) - columns.get("occupied_seats", 0)
    values = {
        "org_id": world.org_id, "venue_id": room["venue_id"], "date": day, "start_time": starts.time(),
        "end_time": ends.time(), "starts_at": starts, "ends_at": ends, "total_capacity": seats,
        "show_id": show_id, "room_id": room_id, **columns,
    }  # fmt: skip
    return int((await add_row(world.hub.database, "reservation_slots", **values))["id"])


async def add_performances(world: World, count: int, capacity: int) -> list[int]:
    """Add performances of one show, of 15 minutes each, forty a day from tomorrow on. Return their ids in order."""
    room_id, show_id = await add_room(world, capacity=capacity), await add_show(world)
    rows = await world.hub.database.fetch(
        "INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity, show_id,"
        " room_id) SELECT $1, $2, at::date, at::time, (at + '15 min')::time, at AT TIME ZONE 'Europe/Rome',"
        "        (at + '15 min') AT TIME ZONE 'Europe/Rome', $5, $6, $7"
        "   FROM generate_series(0, $4 - 1) n, LATERAL (SELECT $3::timestamp + (n / 40) * interval '1 day'"
        "                                                      + (n % 40) * interval '15 min' AS at) a"
        " ORDER BY n RETURNING id",
        world.org_id, world.venue_id, TODAY + timedelta(days=1), count, capacity, show_id, room_id,
    )  # fmt: skip
    return [row["id"] for row in rows]


async def add_stage(world: World, capacity: int = 100, *, title: str = "The Tempest", show: dict[str, Any] | None = None,
                    **performance: Any) -> Stage:  # fmt: skip
    """Add a room, a published show and one performance. `show` has columns of the show, the others are the performance's."""
    room_id = await add_room(world, capacity=capacity)
    show_id = await add_show(world, title, **(show or {}))
    return Stage(room_id, show_id, await add_performance(world, show_id, room_id, **performance))


async def add_booking(
    world: World, performance_id: int, party_size: int = 2, status: str = "CONFIRMED", *, email: str = EMAIL,
    name: str = "Ada Lovelace", at: datetime = NOON, **columns: Any,
) -> Booking:  # fmt: skip
    """Add a booking as the hub leaves it: its ticket, and for a confirmed one its reservation and its places in the slot.

    Its e-mails were sent. Seat admission and calendars are not updated.
    """
    return (await add_bookings(world, performance_id, 1, party_size, status, email=email, name=name, at=at, **columns))[
        0
    ]


async def add_bookings(
    world: World, performance_id: int, count: int, party_size: int = 2, status: str = "CONFIRMED", *, email: str = EMAIL,
    name: str = "Ada Lovelace", at: datetime = NOON, **columns: Any,
) -> list[Booking]:  # fmt: skip
    """Add bookings as `add_booking` does. An `email` with `{}` gets the booking's number."""
    database = world.hub.database
    codes = [new_booking_code(secrets.randbelow) for _ in range(count)]
    confirm, manage = ([secret_token() for _ in range(count)] for _ in range(2))
    emails = [email.format(n) for n in range(count)]
    tickets = await database.fetch(
        "INSERT INTO tickets (org_id, code, channel, status, customer_name, customer_email, reserved_at)"
        " SELECT $1, a.code, 'booking', $2, $3, a.email, CASE WHEN $2 = 'RESERVED' THEN $6::timestamptz END"
        " FROM unnest($4::text[], $5::text[]) WITH ORDINALITY AS a (code, email, n) ORDER BY a.n RETURNING id, code",
        world.org_id, _TICKET_STATUS[status], name, codes, emails, at,
    )  # fmt: skip
    id_of = {row["code"]: row["id"] for row in tickets}
    ids = [id_of[code] for code in codes]
    ended = {"CANCELLED": "holder", "EXPIRED": "expired"}.get(status)
    values = {
        "venue_id": world.venue_id, "status": status, "name": name, "party_size": party_size, "requested_at": at,
        "expires_at": at + timedelta(hours=24), "confirmed_at": at if status == "CONFIRMED" else None,
        "ended_at": at if ended else None, "end_cause": ended, **columns,
    }  # fmt: skip
    assert all(column.isidentifier() for column in values)
    await database.execute(
        f"INSERT INTO bookings (org_id, slot_id, id, email, confirm_hash, {', '.join(values)})"
        f" SELECT $1, $2, a.id, a.email, a.hash, {', '.join(f'${n}' for n in range(6, 6 + len(values)))}"
        " FROM unnest($3::bigint[], $4::text[], $5::bytea[]) AS a (id, email, hash)",
        world.org_id, performance_id, ids, emails, [token_hash(token) for token in confirm], *values.values(),
    )  # fmt: skip
    await database.execute(
        "INSERT INTO mail_outbox (org_id, kind, recipient, status, next_attempt_at)"
        " SELECT $1, 'booking.requested', a.email, 'SENT', $3 FROM unnest($2::text[]) AS a (email)",
        world.org_id, emails, at,
    )  # fmt: skip
    if status != "CONFIRMED":
        return [Booking(*one) for one in zip(ids, codes, confirm, strict=True)]
    rows = await database.fetch(
        "WITH r AS (INSERT INTO ticket_reservations (org_id, ticket_id, slot_id, venue_id, customer_email, customer_phone,"
        " manage_token_hash, reserved_at, places) SELECT $1, a.id, $2, $3, a.email, '', a.manage, $4, $5"
        " FROM unnest($6::bigint[], $7::text[], $8::bytea[]) AS a (id, email, manage) RETURNING id, ticket_id, customer_email),"
        " l AS (INSERT INTO manage_links (org_id, token_hash, stands_for, created_at) SELECT $1, a.confirm, a.manage, $4"
        " FROM unnest($9::bytea[], $8::bytea[]) AS a (confirm, manage)),"
        " m AS (INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, status, next_attempt_at)"
        " SELECT $1, 'booking.confirmed', r.id, r.customer_email, 'SENT', $4 FROM r),"
        " s AS (UPDATE reservation_slots SET booked_count = booked_count + $5 * $10, revision = revision + 1 WHERE id = $2)"
        " SELECT id, ticket_id FROM r",
        world.org_id, performance_id, world.venue_id, at, party_size, ids, emails,
        [token_hash(token) for token in manage], [token_hash(token) for token in confirm], count,
    )  # fmt: skip
    reservation_of = {row["ticket_id"]: row["id"] for row in rows}
    return [Booking(one, *rest, reservation_of[one]) for one, *rest in zip(ids, codes, confirm, manage, strict=True)]


async def admit_people(database: Any, booking: Booking, people: int, at: datetime = NOON) -> None:
    """Let people of a confirmed booking in, as one scan on the day of their slot leaves it. Its ticket is locked first."""
    await database.execute(
        "WITH held AS MATERIALIZED (SELECT t.id FROM tickets t"
        " WHERE t.id = (SELECT ticket_id FROM ticket_reservations WHERE id = $1) FOR NO KEY UPDATE),"
        " r AS (UPDATE ticket_reservations SET admitted = admitted + $2, status = 'VERIFIED',"
        " verified_at = coalesce(verified_at, $3) WHERE id = $1 AND ticket_id = (SELECT id FROM held)"
        " RETURNING org_id, id, ticket_id, slot_id, venue_id),"
        " t AS (UPDATE tickets SET status = 'VERIFIED', verified_at = coalesce(verified_at, $3), version = version + 1"
        " FROM r WHERE tickets.id = r.ticket_id),"
        " e AS (INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, code, ticket_id, reservation_id, slot_id,"
        " result, reason, entered, people, day, scanned_at, logged_at) SELECT r.org_id, gen_random_uuid(), r.venue_id, 1, 'verify', 'socket',"
        " t.code, r.ticket_id, r.id, r.slot_id, 'GREEN', 'VERIFIED', true, $2, s.date, $3, $3 FROM r JOIN tickets t ON t.id = r.ticket_id"
        " JOIN reservation_slots s ON s.id = r.slot_id)"
        " UPDATE reservation_slots s SET verified_count = verified_count + $2, revision = revision + 1 FROM r WHERE s.id = r.slot_id",
        booking.reservation_id, people, at,
    )  # fmt: skip


async def move_places(database: Any, booking: Booking, performance_id: int) -> None:
    """Move a confirmed booking to another performance, with its places."""
    await database.execute(
        "WITH r AS (SELECT slot_id AS was, places FROM ticket_reservations WHERE id = $1),"
        " m AS (UPDATE ticket_reservations SET slot_id = $2 WHERE id = $1),"
        " b AS (UPDATE bookings SET slot_id = $2 WHERE id = $3)"
        " UPDATE reservation_slots SET booked_count = booked_count + CASE WHEN id = $2 THEN r.places ELSE -r.places END,"
        " revision = revision + 1 FROM r WHERE id IN ($2, r.was)",
        booking.reservation_id, performance_id, booking.id,
    )  # fmt: skip


async def read_booking_row(database: Any, *columns: str, **where: Any) -> Any:
    """Return the booking with these values: the named columns, or all."""
    return await read_row(database, "bookings", *columns, **where)


async def read_booking_rows(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the bookings with these values: the named columns, or all."""
    return await read_rows(database, "bookings", *columns, order_by=order_by, **where)


async def count_bookings(database: Any, **where: Any) -> int:
    """Count the bookings with these values."""
    return await count_rows(database, "bookings", **where)


async def change_booking(database: Any, booking_id: int, **columns: Any) -> None:
    """Set columns of one booking."""
    await change_rows(database, "bookings", {"id": booking_id}, **columns)


async def change_show(database: Any, show_id: int, **columns: Any) -> None:
    """Set columns of one show."""
    await change_rows(database, "shows", {"id": show_id}, **columns)


async def change_room(database: Any, room_id: int, **columns: Any) -> None:
    """Set columns of one room. The capacity of its performances stays."""
    await change_rows(database, "rooms", {"id": room_id}, **columns)


async def read_shows(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the shows with these values: the named columns, or all."""
    return await read_rows(database, "shows", *columns, order_by=order_by, **where)


async def read_rooms(database: Any, *columns: str, order_by: str = "", **where: Any) -> list[Any]:
    """Return the rooms with these values: the named columns, or all."""
    return await read_rows(database, "rooms", *columns, order_by=order_by, **where)


async def read_confirm_token(database: Any, booking_id: int) -> str:
    """Return the token in the e-mail of a request. The outbox must send nothing."""
    token = await database.fetchval(
        "SELECT payload ->> 'confirm_token' FROM mail_outbox WHERE kind = 'booking.requested' AND (payload ->> 'booking_id')::bigint = $1",
        booking_id,
    )
    return str(token)
