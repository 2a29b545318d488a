"""A season as the tables would hold it: the same number of visitors every day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

from tests.support.owner import as_owner
from tests.support.world import TODAY, World

_SEASON = """
    WITH days AS MATERIALIZED (
        INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity, booked_count, verified_count)
        SELECT $1, $2, d::date, '12:00', '14:00', d + interval '11 hours', d + interval '13 hours', 2 * $6, $6, $6
          FROM generate_series($4::timestamp, $4::timestamp + make_interval(days => $5 - 1), '1 day') d
        RETURNING id, date, starts_at
    ), visitors AS MATERIALIZED (
        SELECT d.*, n, (d.date - $4::date) * 1000 + n AS ticket_id, gen_random_uuid() AS scan_id FROM days d, generate_series(1, $6) n
    ), t AS (
        INSERT INTO tickets (org_id, id, code, order_id, product_id, status, verified_at)
        SELECT $1, ticket_id, 'SEASON-' || ticket_id, $3, $7, 'VERIFIED', starts_at FROM visitors
    ), c AS (
        INSERT INTO ticket_checks (org_id, ticket_id, date, venue_id, checked_at)
        SELECT $1, ticket_id, date, $2, starts_at - interval '2 hours' FROM visitors
    ), r AS (
        INSERT INTO ticket_reservations (org_id, ticket_id, slot_id, venue_id, status, admitted, customer_email, customer_phone, manage_token_hash, reserved_at)
        SELECT $1, ticket_id, id, $2, 'VERIFIED', 1, 'john@example.com', '+12025551234', sha256(ticket_id::text::bytea), starts_at - interval '1 hour' FROM visitors
        RETURNING id
    ), m AS (
        INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, status, next_attempt_at)
        SELECT $1, 'reservation.confirmed', id, 'john@example.com', 'SENT', now() FROM r
    )
    INSERT INTO scans (org_id, scan_id, venue_id, operator_id, mode, source, code, ticket_id, slot_id, result, reason, entered, scanned_at, logged_at)
    SELECT $1, scan_id, $2, 1, mode, 'socket', 'SEASON-' || ticket_id, ticket_id, id, 'GREEN', 'ADMITTED', mode = 'verify', starts_at, starts_at
      FROM visitors, unnest(ARRAY['validate', 'verify']) mode
"""


async def write_season(world: World, first: date, days: int, visitors: int) -> None:
    """Write `visitors` a day, who all check, book and come on that day.

    No statistics are written: right after a bulk load the planner knows least.
    """
    await world.hub.database.execute(_SEASON, *_values(world, first, days, visitors))


@asynccontextmanager
async def loading(world: World, first: date, days: int, visitors: int) -> AsyncIterator[None]:
    """Write a season in a transaction that is committed after the block, and is counted by Postgres then."""
    async with as_owner(world.hub.database) as owner:
        async with owner.transaction():
            await owner.execute(_SEASON, *_values(world, first, days, visitors))
            yield
        await owner.execute("SELECT pg_stat_force_next_flush()")


def _values(world: World, first: date, days: int, visitors: int) -> tuple[object, ...]:
    return world.org_id, world.venue_id, world.order_id, first, days, visitors, world.product_id


async def write_coming_days(world: World) -> None:
    """Write days from the twelfth to the 88th on as years of visits would have left them.

    There are no reservations behind these figures.
    """
    await world.hub.database.execute(
        "INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, total_capacity,"
        " booked_count) SELECT $1, $2, d, t::time, (t + interval '2 hours')::time, (d + t) AT TIME ZONE 'Europe/Rome',"
        " (d + t + interval '2 hours') AT TIME ZONE 'Europe/Rome', 40,"
        " CASE WHEN extract(isodow FROM d) IN (6, 7) THEN 22 + (extract(day FROM d)::int * 5 + extract(hour FROM t)::int)"
        " % 19 ELSE (extract(day FROM d)::int * 7 + extract(hour FROM t)::int) % 26 END"
        " FROM generate_series($3::date + 12, $3::date + 88, interval '1 day') AS days (moment),"
        " LATERAL (SELECT moment::date AS d) AS one, unnest(ARRAY['10:00', '12:00', '14:00', '16:00']::interval[]) AS t"
        " WHERE extract(isodow FROM d) <> 1",
        world.org_id, world.venue_id, TODAY,
    )  # fmt: skip
