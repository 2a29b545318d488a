"""The stock of bookings of a run: a show, its performances, and thousands of requests for seats that wait for their confirmation."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date

import asyncpg

from loadtests.stock import Stock

# Booking n has the id FIRST_BOOKING_ID + n, and the token below in the link of its e-mail.
FIRST_BOOKING_ID = 1 << 51
MOST_PEOPLE = 4
"""A party has 1 to 4 people, by its number."""


def token_of(number: int) -> str:
    return f"load-{number}"


@dataclass
class BookingStock:
    """Stores new requests for seats and returns their numbers as `range` objects. No number is returned twice."""

    stock: Stock
    show_id: int
    room_id: int
    next: int = 1

    @classmethod
    async def open(cls, stock: Stock, places: int) -> BookingStock:
        """Add a room with so many places, and a published show."""
        one = stock.connection.fetchval
        room_id = await one(
            "INSERT INTO rooms (org_id, venue_id, name, capacity) VALUES ($1, $2, 'Load test', $3)"
            " ON CONFLICT ON CONSTRAINT rooms_name_once DO UPDATE SET capacity = $3 RETURNING id",
            stock.org_id, stock.venue_id, places,
        )  # fmt: skip
        show_id = await one(
            "INSERT INTO shows (org_id, venue_id, title, status) VALUES ($1, $2, 'Load test', 'PUBLISHED') RETURNING id",
            stock.org_id, stock.venue_id,
        )  # fmt: skip
        last = await one("SELECT max(id) FROM bookings WHERE id >= $1 AND id < $1 * 2", FIRST_BOOKING_ID)
        return cls(stock, show_id, room_id, 1 if last is None else last - FIRST_BOOKING_ID + 1)

    async def performance(self, day: date, hour: int) -> int:
        """Add a performance at this hour, with the places of the room. Return its slot's id."""
        stock = self.stock
        return int(
            await stock.connection.fetchval(
                """
                INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity,
                                               show_id, room_id)
                SELECT $1, $2, $3::date, make_time($4, 0, 0), make_time($4, 50, 0),
                       ($3::date + make_time($4, 0, 0)) AT TIME ZONE v.timezone,
                       ($3::date + make_time($4, 50, 0)) AT TIME ZONE v.timezone, r.capacity, $5, $6
                FROM venues v, rooms r WHERE v.org_id = $1 AND v.id = $2 AND r.org_id = $1 AND r.id = $6
                RETURNING id
                """,
                stock.org_id, stock.venue_id, day, hour, self.show_id, self.room_id,
            )
        )  # fmt: skip

    async def pending(self, count: int, slot_id: int) -> range:
        """Add requests for this performance, each of another address."""
        stock, numbers = self.stock, range(self.next, self.next + count)
        self.next += count
        span = (numbers.start, numbers.stop - 1)
        await stock.connection.execute(
            """
            INSERT INTO tickets (org_id, id, code, channel, status, customer_name, customer_email)
            SELECT $1, $2 + n, 'BKG-' || lpad(n::text, 27, 'Z'), 'booking', 'INACTIVE', 'Load', 'guest' || n || '@example.com'
            FROM generate_series($3::bigint, $4::bigint) AS n
            """,
            stock.org_id, FIRST_BOOKING_ID, *span, timeout=300,
        )  # fmt: skip
        await stock.connection.execute(
            """
            INSERT INTO bookings (org_id, id, slot_id, venue_id, name, email, party_size, confirm_hash, requested_at, expires_at)
            SELECT $1, $2 + n, $5, $6, 'Load', 'guest' || n || '@example.com', 1 + n % $7, sha256(('load-' || n)::bytea), now(),
                   now() + interval '30 days'
            FROM generate_series($3::bigint, $4::bigint) AS n
            """,
            stock.org_id, FIRST_BOOKING_ID, *span, slot_id, stock.venue_id, MOST_PEOPLE, timeout=300,
        )  # fmt: skip
        return numbers

    async def settle(self) -> None:
        """Run VACUUM ANALYZE and a checkpoint now, so that no round pays for the loading of data."""
        await self.stock.settle()
        with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
            await self.stock.connection.execute("VACUUM (ANALYZE) bookings, manage_links", timeout=300)

    async def confirmed(self, numbers: range, slot_id: int) -> int:
        """Return how many of these bookings are confirmed with all their places in this slot, the link and one e-mail."""
        return int(
            await self.stock.connection.fetchval(
                """
                SELECT count(*) FROM bookings b
                JOIN tickets t ON t.org_id = b.org_id AND t.id = b.id AND t.status = 'RESERVED'
                JOIN ticket_reservations r ON r.org_id = b.org_id AND r.ticket_id = b.id AND r.slot_id = $4 AND r.places = b.party_size
                JOIN manage_links l ON l.org_id = b.org_id AND l.token_hash = b.confirm_hash AND l.stands_for = r.manage_token_hash
                WHERE b.org_id = $1 AND b.id BETWEEN $2 AND $3 AND b.status = 'CONFIRMED'
                  AND (SELECT count(*) FROM mail_outbox m WHERE m.org_id = r.org_id AND m.reservation_id = r.id) = 1
                """,
                self.stock.org_id, FIRST_BOOKING_ID + numbers.start, FIRST_BOOKING_ID + numbers.stop - 1, slot_id, timeout=300,
            )
        )  # fmt: skip

    async def places_drift(self, slot_id: int) -> list[str]:
        """Return what is wrong with the count of a performance; [] is right."""
        row = await self.stock.connection.fetchrow(
            """
            SELECT s.booked_count, s.total_capacity,
                   coalesce((SELECT sum(r.places) FROM ticket_reservations r WHERE r.slot_id = s.id AND r.holds_place), 0) AS places
            FROM reservation_slots s WHERE s.id = $1
            """,
            slot_id, timeout=300,
        )  # fmt: skip
        if row["booked_count"] == row["places"] and row["places"] <= row["total_capacity"]:
            return []
        return [f"slot {slot_id}: booked {row['booked_count']} of {row['total_capacity']}, places {row['places']}"]
