"""The tables that scans and bookings write: what each statement reads again is short, and every rule of a row still holds."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

HOT = ("tickets", "ticket_reservations", "reservation_slots", "scans")
LONGEST = {"tickets": 2_600, "ticket_reservations": 5_800, "reservation_slots": 3_200, "scans": 3_600}
"""Bytes of parsed CHECKs. Postgres reads them in each statement that writes a row: a thousand cost a batch of scans about 10 microseconds."""


@pytest.fixture
async def connection(database_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection to a hub with one ticket and one slot."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        "INSERT INTO organisations (id, name) VALUES (1, 'Museum');"
        "INSERT INTO venues (org_id, id, name, timezone) VALUES (1, 1, 'Hall', 'Europe/Rome');"
        "INSERT INTO products (org_id, id, venue_id, name) VALUES (1, 1, 1, 'Day');"
        "INSERT INTO orders (org_id, id, status) VALUES (1, 1, 'PAID');"
        "INSERT INTO shows (org_id, id, venue_id, title) VALUES (1, 1, 1, 'Hamlet');"
        "INSERT INTO tickets (org_id, id, code, order_id, product_id) VALUES (1, 1, 'TKT-1', 1, 1);"
        "INSERT INTO reservation_slots (org_id, id, venue_id, date, start_time, end_time, starts_at, ends_at)"
        " VALUES (1, 1000, 1, '2026-11-10', '10:00', '11:00', '2026-11-10 09:00Z', '2026-11-10 10:00Z')"
    )
    yield connection
    await connection.close()


@pytest.mark.parametrize(
    ("table", "change", "rule"),
    [
        ("tickets", "activation_mode = 'later'", "tickets_activation_mode_check"),
        ("tickets", "channel = 'post'", "tickets_channel_check"),
        ("tickets", "code = ''", "tickets_code_check"),
        ("tickets", "code = repeat('A', 65)", "tickets_code_check"),
        ("tickets", "order_id = NULL", "tickets_sold_or_booked"),
        ("reservation_slots", "ends_at = starts_at", "reservation_slots_check"),
        ("reservation_slots", "status = 'OPEN'", "reservation_slots_status_check"),
        ("reservation_slots", "show_id = 1", "reservation_slots_check1"),
        ("reservation_slots", "cancelled_at = now()", "reservation_slots_cancelled_is_closed"),
        ("reservation_slots", "for_guests = true", "reservation_slots_for_guests_is_closed"),
        ("reservation_slots", "additional_seats = -1", "reservation_slots_additional_seats_check"),
        ("reservation_slots", "occupied_seats = -1", "reservation_slots_occupied_seats_check"),
        ("reservation_slots", "largest_party = 0", "reservation_slots_largest_party_check"),
        ("reservation_slots", "check_in_opens_minutes = 1441", "reservation_slots_check_in_opens_minutes_check"),
        ("reservation_slots", "check_in_closes_minutes = -1", "reservation_slots_check_in_closes_minutes_check"),
        ("reservation_slots", "total_capacity = -1", "reservation_slots_never_overbooked"),
    ],
)
async def test_a_row_against_the_rules_is_refused_by_the_name_of_the_rule(
    connection: asyncpg.Connection, table: str, change: str, rule: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError) as refused:
        await connection.execute(f"UPDATE {table} SET {change}")
    assert refused.value.constraint_name == rule


async def test_a_new_row_is_checked_as_well(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="tickets_channel_check"):
        await connection.execute("INSERT INTO tickets (org_id, code, channel) VALUES (1, 'TKT-2', 'post')")
    with pytest.raises(asyncpg.CheckViolationError, match="reservation_slots_largest_party_check"):
        await connection.execute(
            "INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at, largest_party)"
            " VALUES (1, 1, '2026-11-11', '10:00', '11:00', '2026-11-11 09:00Z', '2026-11-11 10:00Z', 1001)"
        )


async def test_what_a_batch_of_scans_reads_again_stays_short(connection: asyncpg.Connection) -> None:
    rows = await connection.fetch(
        "SELECT conrelid::regclass::text AS name, sum(length(conbin::text)) AS bytes FROM pg_constraint"
        " WHERE contype = 'c' AND conrelid = ANY ($1::text[]::regclass[]) GROUP BY 1",
        HOT,
    )
    assert {row["name"]: row["bytes"] for row in rows if row["bytes"] > LONGEST[row["name"]]} == {}


async def test_triggers_of_changed_rows_name_their_columns(connection: asyncpg.Connection) -> None:
    """One without columns has its WHEN read by each batch. One before a row locks it once more, whatever its columns."""
    rows = await connection.fetch(
        "SELECT tgname, tgtype & 2 = 2 AS before, tgattr::text = '' AS of_all FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgtype & 17 = 17 AND tgrelid = ANY ($1::text[]::regclass[])",
        HOT,
    )
    assert rows
    assert [row["tgname"] for row in rows if row["before"] or row["of_all"]] == []


async def test_a_rush_of_scans_does_not_bring_maintenance_into_its_middle(connection: asyncpg.Connection) -> None:
    """VACUUM and ANALYZE come when most tickets have changed. Each page has room for an old version of all of its rows."""
    rows = await connection.fetch(
        "SELECT c.relname, o.option_name, o.option_value::float FROM pg_class c CROSS JOIN LATERAL pg_options_to_table(c.reloptions) o"
        " WHERE c.relname IN ('tickets', 'ticket_reservations') AND c.relnamespace = 'public'::regnamespace"
    )
    options = {(table, name): value for table, name, value in rows}
    for table in ("tickets", "ticket_reservations"):
        assert options[table, "fillfactor"] <= 50
        assert options[table, "autovacuum_vacuum_scale_factor"] == 0.8
        assert options[table, "autovacuum_analyze_scale_factor"] == 0.8


async def test_the_sample_of_the_scan_log_stays_small(connection: asyncpg.Connection) -> None:
    """ANALYZE takes 300 rows for each unit of the largest target, and holds a snapshot for as long as that takes."""
    large = await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'scans'::regclass AND attnum > 0 AND NOT attisdropped"
        " AND coalesce(attstattarget, 100) NOT BETWEEN 1 AND 30"
    )
    assert [row["attname"] for row in large] == []
