"""The statements: each is prepared against the migrated schema, has a unique name, is used, and is planned by index."""

from __future__ import annotations

import re
from pathlib import Path

import asyncpg
import pytest

from db.pool import STEADY_PLANS
from db.statements import all_statements, load
from tests.support.plans import seem_empty

pytestmark = pytest.mark.new_database

ROOT = Path(__file__).parent.parent.parent
STATEMENTS = all_statements()
READS_WHOLE_ROWS = {
    "booking/slot_closures", "imports/imports", "reporting/alerts", "scanning/conflicts", "scanning/disputes",
    "scanning/duplicate_alarms", "shows/performances", "shows/shows", "staff/people", "staff/scanners", "venues/slot_plans",
    "venues/venues",
}  # fmt: skip
"""Files with a `*`, for staff and jobs, or outside of transactions. A new column costs them one more try."""


@pytest.fixture
async def connection(database_url):
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_every_statement_prepares_against_the_schema(connection):
    for subject, name, sql in STATEMENTS:
        try:
            await connection.prepare(sql)
        except asyncpg.PostgresError as error:
            pytest.fail(f"{subject}.{name}: {error}")


@pytest.mark.parametrize(
    "sql", ["SELECT colour FROM tickets", "SELECT 1 FROM seats", "SELECT id FROM tickets WHERE id = now()"]
)
async def test_a_statement_that_does_not_fit_the_schema_does_not_prepare(connection, sql):
    with pytest.raises(asyncpg.PostgresError):
        await connection.prepare(sql)


def test_every_statement_is_used():
    sources = [path for top in ("db", "hub", "web", "tests") for path in (ROOT / top).rglob("*.py")]
    behind_dots = {word for path in sources for word in re.findall(r"\.(\w+)", path.read_text(encoding="utf-8"))}
    assert [f"{subject}.{name}" for subject, name, _ in STATEMENTS if name not in behind_dots] == []


def test_no_statement_takes_its_time_from_the_server():
    """All business time comes from the hub's clock, so that tests and rehearsals can set it."""
    of_the_server = re.compile(r"\b(now\(\)|current_(date|time|timestamp)|clock_timestamp)\b", re.IGNORECASE)
    found = []
    for subject, name, sql in STATEMENTS:
        body = "\n".join(line for line in sql.splitlines() if not line.lstrip().startswith("--"))
        if of_the_server.search(body):
            found.append(f"{subject}.{name}")
    assert found == []


STATEMENTS_OF_SCANS = [("scanning/entries", "read_entry_scans"), ("scanning/exits", "read_exit_scans")]
HOT = [("scanning/exits", "read_exit_scans"), ("scanning/exits", "open_absences"), ("scanning/exits", "write_movements"),
       ("scanning/entries", "read_entry_scans"), ("scanning/entries", "write_entry_scans"), ("booking/reservations", "read_asked"), ("booking/reservations", "take_places"),
       ("booking/reservations", "read_confirmations"), ("shows/bookings", "read_bookings"), ("shows/bookings", "read_performances"),
       ("shows/bookings", "add_requests"), ("shows/bookings", "hold_addresses"), ("shows/bookings", "waiting_entry"),
       ("booking/reservations", "ticket_ids"), ("booking/reservations", "answered_party"), ("booking/reservations", "lock_tickets"),
       ("booking/changes", "party_of_token"), ("booking/changes", "party_of_reservation"), ("booking/changes", "read_target"),
       ("booking/changes", "move_places"), ("booking/changes", "cancel_places"),
       ("scanning/disputes", "disputed_scan"), ("scanning/disputes", "settle"),
       ("tickets/tickets", "read_standing"), ("tickets/tickets", "read_order_of"), ("tickets/tickets", "tickets_of_order")]  # fmt: skip


async def test_no_frequent_statement_reads_a_whole_table(connection):
    """The plans are those that the pools request, also on a database without statistics."""
    for setting, value in STEADY_PLANS.items():
        await connection.execute(f"SET {setting} = {value}")
    for number, (subject, name) in enumerate(HOT):
        sql = getattr(load(subject), name)
        await connection.execute(f"PREPARE hot{number} AS {sql}")
        places = ", ".join(["NULL"] * len((await connection.prepare(sql)).get_parameters()))
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN EXECUTE hot{number} ({places})"))
        assert "Seq Scan on" not in plan, f"{subject}.{name}\n{plan}"
        # A scan on the first index column alone reads all rows of the organisation.
        assert not re.search(r"Index Cond: \(org_id = [^()]*\)\s*$", plan, re.MULTILINE), f"{subject}.{name}\n{plan}"


BY_CODE = re.compile(r"t\.code = a\.code AND \(t\.org_id = a\.org_id\) IS TRUE")


@pytest.mark.parametrize(("subject", "name"), STATEMENTS_OF_SCANS, ids=lambda one: one)
@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "control"])
async def test_a_scan_finds_its_ticket_though_the_planner_takes_the_tickets_for_none(
    connection, subject, name, guarded
):
    """Statistics that are gathered in the middle of a bulk load say so, and all tickets of the organisation would be read."""
    sql = getattr(load(subject), name)
    sql = sql if guarded else BY_CODE.sub("t.code = a.code AND t.org_id = a.org_id", sql)
    for table in ("tickets", "ticket_reservations"):
        await seem_empty(connection, table)
    for setting, value in STEADY_PLANS.items():
        await connection.execute(f"SET {setting} = {value}")
    await connection.execute(f"PREPARE hot AS {sql}")
    plan = "\n".join(row[0] for row in await connection.fetch("EXPLAIN EXECUTE hot (NULL)"))
    looks_up = "Index Cond: (code = a.code)" in plan and "Index Cond: (ticket_id = t.id)" in plan
    assert looks_up is guarded, plan


async def test_a_batch_of_scans_that_has_waited_for_a_slot_does_not_start_all_its_parts_again(connection):
    """Postgres looks again at a row for which a statement has waited, with a second copy of its whole plan: a fifth of a scan."""
    await connection.execute(f"PREPARE writing AS {load('scanning/entries').write_entry_scans}")
    plan = "\n".join(row[0] for row in await connection.fetch("EXPLAIN EXECUTE writing (NULL, NULL, NULL)"))
    assert "count_entries" in plan
    assert "LockRows" not in plan, plan
    assert "Update on reservation_slots" not in plan, plan


@pytest.mark.parametrize("plans", ["force_custom_plan", "force_generic_plan"])
async def test_the_claim_of_either_worker_reads_its_own_rows_by_index(connection, plans):
    async with connection.transaction():
        await connection.execute(f"SET LOCAL enable_seqscan = off; SET LOCAL plan_cache_mode = {plans}")
        await connection.execute(f"PREPARE claiming AS {load('messaging/outbox').claim}")
        for urgent in (0, 1):
            rows = await connection.fetch(f"EXPLAIN EXECUTE claiming (now(), now(), 50, NULL, {urgent})")
            plan = "\n".join(row[0] for row in rows)
            assert "using mail_outbox_due on" in plan
            assert re.search(r"Index Cond: \(\(num_nonnulls\(not_after\) = .+\) AND \(next_attempt_at <=", plan), plan


def test_a_statement_that_is_not_there_is_an_error_naming_its_file():
    with pytest.raises(AttributeError, match=r"db/queries/scanning/entries\.sql has no statement 'read_minds'"):
        _ = load("scanning/entries").read_minds


async def test_a_new_column_is_noticed_by_no_statement_of_visitors_and_gates(connection):
    """Postgres refuses a prepared statement whose columns have changed. An upgrade adds columns below a hub that serves."""
    prepared = {}
    for number, (subject, _, sql) in enumerate(STATEMENTS):
        if not re.search(r"^SET LOCAL", sql, re.MULTILINE):
            await connection.execute(f"PREPARE s{number} AS {sql}")
            prepared[f"s{number}"] = subject
    sizes = await connection.fetch(
        "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements WHERE from_sql"
    )
    await connection.execute(
        "DO $$ DECLARE t regclass; BEGIN FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " LOOP EXECUTE format('ALTER TABLE %s ADD COLUMN added_by_an_upgrade int', t); END LOOP; END $$"
    )
    noticed = set()
    for name, size in sizes:
        transaction = connection.transaction()
        await transaction.start()
        try:
            await connection.execute(f"EXECUTE {name}" + (f" ({', '.join(['NULL'] * size)})" if size else ""))
        except asyncpg.InvalidCachedStatementError:
            noticed.add(prepared[name])
        except asyncpg.PostgresError:
            pass  # nothing fits NULL alone; what matters was checked before
        await transaction.rollback()
    assert noticed == READS_WHOLE_ROWS
