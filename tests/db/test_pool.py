"""Connection pools: connections are kept, dropped when dead, never used twice at once; one exception for every outage."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

import asyncpg
import pytest

import db.patience
import db.pool
from db.connection import is_usable
from db.organisation import working_for
from db.patience import have_patience
from db.pool import DatabaseDown, Pool, TooLong
from hub.observability import logs
from loadtests.faults.proxy import FaultProxy


@pytest.fixture
async def pool(database_url):
    pool = Pool(database_url, size=2, steady_plans=True)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture
async def proxy(database_url):
    server = urlsplit(database_url)
    proxy = await FaultProxy(server.hostname, server.port).open()
    yield proxy
    await proxy.close()


@pytest.fixture
def impatient(monkeypatch):
    """Tasks wait 0.2 s in a row for a server that is silent, and a statement by itself a minute."""
    monkeypatch.setattr(db.patience, "PATIENCE_SECONDS", 0.2)
    monkeypatch.setattr(db.pool, "COMMAND_SECONDS", 60.0)


async def test_the_next_block_gets_the_connection_of_the_last(pool):
    first = await pool.fetchval("SELECT pg_backend_pid()")
    assert [await pool.fetchval("SELECT pg_backend_pid()") for _ in range(5)] == [first] * 5


async def test_more_callers_than_connections_are_all_served_and_no_two_at_once_share_one(pool):
    busy: set[int] = set()

    async def caller() -> None:
        async with pool.connection() as connection:
            backend = connection.get_server_pid()
            assert backend not in busy
            busy.add(backend)
            await connection.fetchval("SELECT pg_sleep(0.01)")
            busy.discard(backend)

    await asyncio.wait_for(asyncio.gather(*(caller() for _ in range(60))), 10)
    allowed, opened, idle = pool.gauges
    assert allowed == 2
    assert opened == idle <= 2


async def test_a_pool_that_is_opened_on_demand_connects_for_its_first_statement(database_url):
    pool = Pool(database_url, size=2)
    await pool.open(at_once=False)
    assert pool.gauges == (2, 0, 0)
    assert await pool.fetchval("SELECT 7") == 7
    assert pool.gauges == (2, 1, 1)
    await pool.close()


async def test_a_connection_whose_backend_was_ended_is_not_lent_again(pool, database_url):
    await pool.fetchval("SELECT 1")
    other = await asyncpg.connect(database_url)
    await other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'venue-hub'")
    await other.close()
    await asyncio.sleep(0.1)
    assert await pool.fetchval("SELECT 2") == 2


async def test_connections_of_organisations_are_looked_through_after_the_server_has_ended_them(pool, database_url):
    async def works_for(org_id: int) -> int:
        with working_for(org_id):
            return int(await pool.fetchval("SELECT 7"))

    pool.walled = True
    async with pool.connection():
        await works_for(1)
    assert pool.gauges == (2, 2, 2)
    other = await asyncpg.connect(database_url)
    await other.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'venue-hub'")
    await other.close()
    async with asyncio.timeout(15):
        while any(map(is_usable, pool._idle)):
            await asyncio.sleep(0.005)
    assert await works_for(2) == 7
    assert await works_for(1) == 7


async def test_a_wrong_statement_is_its_own_error_and_costs_no_connection(pool):
    for _ in range(5):
        with pytest.raises(asyncpg.UndefinedColumnError):
            await pool.fetch("SELECT colour FROM tickets")
    assert await pool.fetchval("SELECT 1") == 1


async def test_what_a_block_raises_rolls_its_transaction_back(pool):
    async def change_ones_mind() -> None:
        async with pool.transaction() as connection:
            await connection.execute("INSERT INTO organisations (name) VALUES ('undone')")
            raise KeyError("changed my mind")

    with pytest.raises(KeyError):
        await change_ones_mind()
    assert await pool.fetchval("SELECT count(*) FROM organisations") == 0


async def test_a_caller_that_goes_away_mid_statement_leaves_no_stray_answer_behind(pool):
    for n in range(20):
        going = asyncio.ensure_future(pool.fetchval("SELECT pg_sleep(10)"))
        await asyncio.sleep(0.002 * (n % 5))
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        assert await pool.fetchval("SELECT $1::integer", n) == n


async def test_a_statement_that_takes_too_long_is_an_absence(database_url):
    pool = Pool(database_url, size=1)
    await pool.open()

    async def dawdle() -> None:
        async with pool.connection() as connection:
            await connection.execute("SET statement_timeout = '50ms'")
            await connection.fetchval("SELECT pg_sleep(1)")

    try:
        with pytest.raises(TooLong):
            await dawdle()
    finally:
        await pool.close()


@pytest.fixture
async def hurried(database_url):
    """A pool whose statements have 0.1 s."""
    pool = Pool(database_url, size=1)
    pool._settings["statement_timeout"] = "100ms"
    await pool.open()
    yield pool
    await pool.close()


async def test_a_long_read_has_more_time_than_other_statements_and_leaves_them_theirs(hurried, monkeypatch):
    slow = "SELECT pg_sleep(0.3), 7 AS number"
    with pytest.raises(TooLong):
        await hurried.fetch(slow)
    hurried._watch = await open_watch(hurried)
    assert [row["number"] for row in await hurried.fetch_long(slow)] == [7]
    with pytest.raises(TooLong):
        await hurried.fetch(slow)
    monkeypatch.setattr(db.pool, "LONG_SECONDS", 0.1)
    with pytest.raises(TooLong):
        await hurried.fetch_long(slow)
    await hurried._watch.close()


async def test_a_long_read_notices_a_silent_server_as_soon_as_other_statements(proxy, database_url, monkeypatch):
    monkeypatch.setattr(db.pool, "COMMAND_SECONDS", 0.2)
    pool = Pool(proxy.in_front_of(database_url), size=1)
    pool._watch = await open_watch(pool)
    await pool.open()
    reading = asyncio.create_task(pool.fetch_long("SELECT pg_sleep(60)"))
    await asyncio.sleep(0.5)
    assert not reading.done(), "a server that answers others is waited for"
    going = asyncio.get_running_loop().time()
    proxy.hold()
    with pytest.raises(DatabaseDown):
        await reading
    assert asyncio.get_running_loop().time() - going < 5, "and not for the ten seconds of the statement"
    proxy.hold(False)
    await pool._watch.close()
    await pool.close()


async def test_a_long_read_that_nobody_waits_for_any_more_is_cancelled(pool, database_url):
    reading = asyncio.create_task(pool.fetch_long("SELECT pg_sleep(60), 'nobody waits'"))
    running = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%nobody waits%' AND pid <> pg_backend_pid()"
    await until(pool, running, 1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await until(pool, running, 0)


async def until(pool: Pool, counted: str, wanted: int) -> None:
    async with asyncio.timeout(15):
        while await pool.fetchval(counted) != wanted:
            await asyncio.sleep(0.02)


async def open_watch(beside: Pool) -> Pool:
    watch = Pool(beside._dsn, size=1)
    await watch.open()
    return watch


async def test_nobody_waits_for_ever_for_a_connection(pool):
    async def hold(until: asyncio.Event) -> None:
        async with pool.connection():
            await until.wait()

    until = asyncio.Event()
    holders = [asyncio.ensure_future(hold(until)) for _ in range(2)]
    await asyncio.sleep(0.1)
    with pytest.raises(DatabaseDown):
        await asyncio.wait_for(pool.fetchval("SELECT 1"), 3)
    until.set()
    await asyncio.gather(*holders)
    assert await pool.fetchval("SELECT 1") == 1


async def test_a_server_that_is_not_there_is_an_absence():
    with pytest.raises(DatabaseDown):
        await Pool("postgresql://hub@127.0.0.1:1/hub", size=1).open()


async def test_plans_are_made_again_every_five_seconds_and_the_first_after_a_pause_much_sooner(pool, monkeypatch):
    clock, seen, execute = [0.0], [], asyncpg.Connection.execute

    async def noted(connection, query, *args, **named):
        if query == "DISCARD PLANS":
            seen.append(clock[0])
        return await execute(connection, query, *args, **named)

    monkeypatch.setattr(asyncpg.Connection, "execute", noted)
    monkeypatch.setattr("db.pool.monotonic", lambda: clock[0])
    for now in (1000.0, 1000.2, 1000.3, 1002.0, 1005.2, 1005.4, 1006.0, 1040.0, 1040.2, 1040.3, 1041.0):
        clock[0] = now
        await pool.fetchval("SELECT 1")
    assert seen == [1000.0, 1000.3, 1005.4, 1040.0, 1040.3]


async def test_a_task_waits_once_for_a_silent_server_whatever_it_tries_next(proxy, database_url, impatient):
    pool = Pool(proxy.in_front_of(database_url), size=2)
    await pool.open()
    proxy.hold()
    have_patience()
    async with asyncio.timeout(15):
        with pytest.raises(DatabaseDown):
            await pool.fetchval("SELECT 1")
    opened = proxy.connections
    for _ in range(3):
        with pytest.raises(DatabaseDown):
            await pool.fetchval("SELECT 1")
    assert proxy.connections == opened
    await pool.close()


async def test_a_transaction_on_a_silent_server_waits_no_longer_to_be_rolled_back(proxy, database_url, impatient):
    pool = Pool(proxy.in_front_of(database_url), size=2)
    await pool.open()

    async def change() -> None:
        async with pool.transaction() as connection:
            proxy.hold()
            await connection.execute("SELECT 1", timeout=0.2)

    async with asyncio.timeout(15):
        with pytest.raises(DatabaseDown):
            await change()
    proxy.hold(False)
    assert await pool.fetchval("SELECT 1") == 1
    assert pool.gauges[0] >= pool.gauges[1]
    await pool.close()


async def test_when_a_server_is_silent_nobody_waits_in_line_for_a_connection_to_it(proxy, database_url, monkeypatch):
    monkeypatch.setattr(db.pool, "COMMAND_SECONDS", 0.2)
    monkeypatch.setattr(db.pool, "ACQUIRE_SECONDS", 60.0)
    pool = Pool(proxy.in_front_of(database_url), size=1, patience=60.0)
    await pool.open()
    proxy.hold()
    async with asyncio.timeout(15):
        answers = await asyncio.gather(*(pool.fetchval("SELECT 1") for _ in range(5)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {DatabaseDown}
    await pool.close()


async def test_an_outage_puts_no_traceback_into_the_log(proxy, database_url):
    pool = Pool(proxy.in_front_of(database_url), size=2)
    await pool.open()
    with logs.captured() as lines:
        await proxy.close()
        for _ in range(3):
            with pytest.raises(DatabaseDown):
                await pool.fetchval("SELECT 1")
        await asyncio.sleep(0.05)
    assert [line for line in lines if "traceback" in line or line["level"] == "ERROR"] == []
    await pool.close()


async def test_writers_of_one_row_take_turns_and_writers_of_others_do_not_wait_for_them(pool):
    order, go_on = [], asyncio.Event()

    async def write(name: str, *rows: int, wait: bool = False) -> None:
        async with pool.turn(rows):
            order.append(name)
            if wait:
                await go_on.wait()

    first = asyncio.ensure_future(write("first", 1, 2, wait=True))
    await asyncio.sleep(0)
    second = asyncio.ensure_future(write("second", 2))
    for _ in range(10):
        await asyncio.sleep(0)
    await write("other", 3)
    assert order == ["first", "other"]
    assert not second.done()
    go_on.set()
    await asyncio.gather(first, second)
    assert order == ["first", "other", "second"]
    await write("later", 1, 2)


async def test_a_writer_that_gets_no_turn_finds_the_database_down(database_url):
    pool = Pool(database_url, size=1, patience=0.05)
    async with pool.turn([1]):
        with pytest.raises(DatabaseDown):
            async with pool.turn([1]):
                raise AssertionError("two at once")


async def test_a_pool_counts_what_was_committed_refused_and_failed_and_begins_again(pool):
    pool.counts.take()
    await pool.fetchval("SELECT 1")
    async with pool.transaction() as connection:
        await connection.execute("SELECT 1")
    with pytest.raises(KeyError):
        async with pool.transaction():
            raise KeyError
    with pytest.raises(asyncpg.DivisionByZeroError):
        await pool.fetchval("SELECT 1 / 0")
    async with pool.connection() as connection:
        # One that is caught and tried again, as after a deadlock, was undone all the same.
        with pytest.raises(asyncpg.DivisionByZeroError):
            await connection.execute("SELECT 1 / 0")
        await connection.execute("SELECT 1")
    assert pool.counts.take() == (3, 1, 2)
    assert pool.counts.take() == (0, 0, 0)


async def test_pools_count_apart(pool, database_url):
    other = Pool(database_url, size=1)
    await other.open()
    pool.counts.take()
    await other.fetchval("SELECT 1")
    await other.close()
    assert pool.counts.take() == (0, 0, 0)


async def test_a_column_that_a_migration_adds_costs_one_transaction_a_retry_and_statements_alone_nothing(database_url):
    pool = Pool(database_url, size=1)
    await pool.open()
    rows = "SELECT * FROM venues"

    async def in_transaction():
        async with pool.transaction() as connection:
            return await connection.fetch(rows)

    await in_transaction()
    owner = await asyncpg.connect(database_url)
    await owner.execute("ALTER TABLE venues ADD COLUMN added_by_an_upgrade int")
    with pytest.raises(DatabaseDown):  # the client is told to come again, and nothing was done
        await in_transaction()
    assert await in_transaction() == []
    await owner.execute("ALTER TABLE venues ADD COLUMN one_more int")
    assert await pool.fetch(rows) == []
    await owner.close()
    await pool.close()
