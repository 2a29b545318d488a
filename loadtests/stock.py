"""The stock of a run: hundreds of thousands of tickets and reservations written with SQL, and the checks of the tables."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

# Ticket n has id FIRST_ID + n and the code below, which has the format of the hub's codes and is easy to write in SQL.
FIRST_ID = 1 << 50
CODE_SQL = "'TKT-2026-' || substr(lpad({n}::text, 12, '0'), 1, 6) || '-' || substr(lpad({n}::text, 12, '0'), 7, 6)"


def code_of(number: int) -> str:
    digits = f"{number:012d}"
    return f"TKT-2026-{digits[:6]}-{digits[6:]}"


def id_of(number: int) -> int:
    return FIRST_ID + number


@dataclass(frozen=True, slots=True)
class SlotRow:
    id: int
    capacity: int
    booked: int
    verified: int


class Stock:
    """Stores new tickets and returns their numbers as `range` objects. No number is returned twice."""

    def __init__(self, connection: asyncpg.Connection, org_id: int, venue_id: int) -> None:
        self.connection = connection
        self.org_id = org_id
        self.venue_id = venue_id
        self._next = 1
        self._order_id = 0
        self.product_id = 0

    @classmethod
    async def open(cls, database_url: str) -> Stock:
        """Connect to the database. The stock belongs to the first organisation and its first venue."""
        connection = await asyncpg.connect(database_url)
        venue = await connection.fetchrow("SELECT org_id, id FROM venues ORDER BY org_id, id LIMIT 1")
        if venue is None:
            raise RuntimeError("the hub has no venue yet")
        stock = cls(connection, int(venue["org_id"]), int(venue["id"]))
        stock.product_id = await connection.fetchval(
            "INSERT INTO products (org_id, venue_id, name) VALUES ($1, $2, 'Load test') RETURNING id",
            stock.org_id, stock.venue_id,
        )  # fmt: skip
        stock._order_id = await connection.fetchval(
            "INSERT INTO orders (org_id, status, paid_at) VALUES ($1, 'PAID', now()) RETURNING id", stock.org_id
        )
        last = await connection.fetchval("SELECT max(id) FROM tickets WHERE id >= $1 AND id < $1 * 2", FIRST_ID)
        stock._next = 1 if last is None else last - FIRST_ID + 1
        return stock

    async def connect(self, database_url: str) -> None:
        """Connect again, after the servers were stopped."""
        self.connection = await asyncpg.connect(database_url)

    async def close(self) -> None:
        await self.connection.close()

    @property
    def next_number(self) -> int:
        """The number of the next ticket: those of this run are from here up."""
        return self._next

    def take_numbers(self, count: int) -> range:
        """Return so many numbers for tickets that the caller writes."""
        numbers = range(self._next, self._next + count)
        self._next += count
        return numbers

    # -- making -------------------------------------------------------------------------------------------------

    async def activated(self, count: int) -> range:
        """Add tickets that may be booked."""
        return await self._tickets(count, "ACTIVATED")

    async def pending_payment(self, count: int) -> range:
        """Add tickets that are not paid."""
        return await self._tickets(count, "PENDING_PAYMENT")

    async def reserved(self, count: int, slots: Sequence[int]) -> range:
        """Add tickets reserved evenly over `slots` with matching counts. Not for booking runs: it bypasses seat admission."""
        numbers = await self._tickets(count, "RESERVED")
        await self.connection.execute(
            """
            INSERT INTO ticket_reservations (org_id, ticket_id, slot_id, venue_id, status, customer_email, customer_phone,
                                             manage_token_hash, reserved_at)
            SELECT $1, $2 + n, ($3::bigint[])[1 + n % cardinality($3::bigint[])], $4, 'RESERVED', 'load@example.com',
                   '+12025550123', sha256(n::text::bytea), now()
            FROM generate_series($5::bigint, $6::bigint) AS n
            """,
            self.org_id, FIRST_ID, list(slots), self.venue_id, numbers.start, numbers.stop - 1, timeout=300,
        )  # fmt: skip
        await self.connection.execute(
            """
            UPDATE reservation_slots s
            SET booked_count = c.held, total_capacity = greatest(s.total_capacity, c.held), revision = s.revision + 1
            FROM (SELECT slot_id, sum(places)::int AS held FROM ticket_reservations
                  WHERE org_id = $1 AND slot_id = ANY($2::bigint[]) AND holds_place GROUP BY slot_id) AS c
            WHERE s.org_id = $1 AND s.id = c.slot_id
            """,
            self.org_id, list(slots), timeout=300,
        )  # fmt: skip
        return numbers

    async def _tickets(self, count: int, status: str) -> range:
        numbers = self.take_numbers(count)
        await self.connection.execute(
            f"""
            INSERT INTO tickets (org_id, id, code, order_id, product_id, status, activated_at, reserved_at)
            SELECT $1, $2 + n, {CODE_SQL.format(n="n")}, $3, $4, $5, now(), CASE WHEN $5 = 'RESERVED' THEN now() END
            FROM generate_series($6::bigint, $7::bigint) AS n
            """,  # noqa: S608  the only thing put in is the constant above
            self.org_id, FIRST_ID, self._order_id, self.product_id, status, numbers.start, numbers.stop - 1, timeout=300,
        )  # fmt: skip
        return numbers

    async def settle(self) -> None:
        """Run VACUUM ANALYZE and a checkpoint now, so that no round pays for the loading of data."""
        for sql in (
            "VACUUM (ANALYZE) tickets, ticket_reservations, reservation_slots, scans, mail_outbox",
            "CHECKPOINT",
        ):
            with contextlib.suppress(asyncpg.InsufficientPrivilegeError):
                await self.connection.execute(sql, timeout=300)

    # -- asking -------------------------------------------------------------------------------------------------

    async def slots_of(self, day: date, *, ends_after: datetime | None = None) -> list[SlotRow]:
        rows = await self.connection.fetch(
            "SELECT id, total_capacity, booked_count, verified_count FROM reservation_slots"
            " WHERE org_id = $1 AND venue_id = $2 AND date = $3 AND ($4::timestamptz IS NULL OR ends_at > $4) ORDER BY start_time",
            self.org_id, self.venue_id, day, ends_after,
        )  # fmt: skip
        return [SlotRow(*row) for row in rows]

    async def count_activated(self) -> int:
        """Return how many tickets of all can be used."""
        return int(
            await self.connection.fetchval(
                "SELECT count(*) FROM tickets WHERE org_id = $1 AND status = 'ACTIVATED'", self.org_id, timeout=300
            )
        )

    async def verified(self, numbers: range) -> int:
        """Return how many of these tickets have a used ticket, a used reservation and exactly one entering scan."""
        return await self._count(
            """
            SELECT count(*) FROM tickets t
            JOIN ticket_reservations r ON r.org_id = t.org_id AND r.ticket_id = t.id AND r.status = 'VERIFIED'
            JOIN (SELECT ticket_id, count(*) AS n FROM scans
                  WHERE org_id = $1 AND entered AND ticket_id BETWEEN $2 AND $3 GROUP BY ticket_id) s
              ON s.ticket_id = t.id AND s.n = 1
            WHERE t.org_id = $1 AND t.id BETWEEN $2 AND $3 AND t.status = 'VERIFIED'
            """,
            self.org_id, id_of(numbers.start), id_of(numbers.stop - 1),
        )  # fmt: skip

    async def _count(self, query: str, *arguments: object) -> int:
        """Return a count over tables that a measurement has just changed. Their statistics are of before it, when no ticket was used:
        nested loops then compare each used ticket with each scan, which took 300 s of 40,000."""
        async with self.connection.transaction(readonly=True):
            await self.connection.execute("SET LOCAL enable_nestloop = off")
            return int(await self.connection.fetchval(query, *arguments, timeout=300))

    async def scans_with_ids(self, scan_ids: Sequence[str]) -> int:
        return int(
            await self.connection.fetchval(
                "SELECT count(*) FROM scans WHERE org_id = $1 AND scan_id = ANY($2::uuid[]) AND entered",
                self.org_id, list(scan_ids), timeout=300,
            )
        )  # fmt: skip

    async def booked(self, numbers: range, slot_id: int | None = None) -> int:
        """Return how many of these tickets are RESERVED with a place (in this slot) and one e-mail in the outbox."""
        return await self._count(
            """
            SELECT count(*) FROM ticket_reservations r
            JOIN tickets t ON t.org_id = r.org_id AND t.id = r.ticket_id AND t.status = 'RESERVED'
            WHERE r.org_id = $1 AND r.ticket_id BETWEEN $2 AND $3 AND r.holds_place AND ($4::bigint IS NULL OR r.slot_id = $4)
              AND EXISTS (SELECT FROM mail_outbox m WHERE m.org_id = r.org_id AND m.reservation_id = r.id)
            """,
            self.org_id, id_of(numbers.start), id_of(numbers.stop - 1), slot_id,
        )  # fmt: skip

    async def mails_waiting(self) -> int:
        """Return the number of unsent e-mails, without those of pgbench, which are never due."""
        return int(
            await self.connection.fetchval(
                "SELECT count(*) FROM mail_outbox WHERE status = 'PENDING' AND next_attempt_at < 'infinity'"
            )
        )

    async def mark_mails_sent(self) -> int:
        """Mark the e-mails that wait as sent, and return their number. Those under way stay as they are."""
        done = await self.connection.execute(
            "UPDATE mail_outbox SET status = 'SENT', sent_at = now() WHERE status = 'PENDING' AND next_attempt_at < 'infinity'"
            " AND (leased_until IS NULL OR leased_until < now())",
            timeout=300,
        )
        return int(done.split()[-1])

    async def vacuums_running(self) -> int:
        """Return how many autovacuum workers run now."""
        return int(
            await self.connection.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'autovacuum worker'"
            )
        )

    async def wait_for_mails(self, seconds: float) -> bool:
        """Wait for the hub to send all e-mails; return whether it did within `seconds`."""
        deadline = time.monotonic() + seconds
        while await self.mails_waiting():
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(0.5)
        return True

    async def count_drift(self, slots: Sequence[int] | None = None) -> list[str]:
        """Return the slots whose counts differ from the places and people of their rows or exceed the capacity; [] is right.

        `slots` None checks all. pgbench keeps no counts, so a row of the benchmarks passes its own slots.
        """
        rows = await self.connection.fetch(
            """
            SELECT s.id, s.total_capacity, s.booked_count, s.verified_count,
                   coalesce(sum(r.places) FILTER (WHERE r.holds_place), 0) AS held, coalesce(sum(r.admitted), 0) AS entered
            FROM reservation_slots s LEFT JOIN ticket_reservations r ON r.org_id = s.org_id AND r.slot_id = s.id
            WHERE $1::bigint[] IS NULL OR s.id = ANY($1)
            GROUP BY s.org_id, s.id
            HAVING s.booked_count <> coalesce(sum(r.places) FILTER (WHERE r.holds_place), 0)
                OR s.verified_count <> coalesce(sum(r.admitted), 0)
                OR s.booked_count > s.total_capacity
            """,
            slots,
            timeout=300,
        )
        return [
            f"slot {r['id']}: booked {r['booked_count']} of {r['total_capacity']}, rows {r['held']}; "
            f"verified {r['verified_count']}, rows {r['entered']}"
            for r in rows
        ]

    async def writing_transactions(self) -> int:
        """Return the number of all transactions so far that wrote or locked a row. This query does neither."""
        return int(await self.connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"))

    async def commits_and_rollbacks(self) -> int:
        return int(
            await self.connection.fetchval(
                "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()"
            )
        )
