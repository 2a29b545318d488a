"""The primary of several servers: pools find the one that was promoted, and lose nothing that was acknowledged."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from db.migrate import migrate, unapplied
from db.pool import DatabaseDown, Pool
from db.primary import most_telling, one_url_per_server
from hub.commands.standbys import look_at_servers
from tests.support.postgres_pair import PostgresPair, set_and_reload, signal_all


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[PostgresPair]:
    pair = PostgresPair(tmp_path, synchronous=True)
    try:
        await pair.start()
        yield pair
    finally:
        await pair.stop()


async def insert_until_it_works(pool: Pool, number: int) -> None:
    while True:
        try:
            await pool.execute("INSERT INTO kept VALUES ($1)", number)
        except DatabaseDown:
            await asyncio.sleep(0.05)
        else:
            return


async def stop_waiting_for_the_standby(pair: PostgresPair) -> None:
    connection = await asyncpg.connect(pair.primary.url)
    await set_and_reload(connection, "RESET synchronous_standby_names")
    await connection.close()


@pytest.mark.parametrize(
    ("url", "servers"),
    [
        ("postgresql://u:p@one:1/hub?ssl=require", ["postgresql://u:p@one:1/hub?ssl=require"]),
        (
            "postgresql://u:p%2C@one:1,[::1]:2,three/hub?ssl=require",
            [f"postgresql://u:p%2C@{host}/hub?ssl=require&target_session_attrs=read-write"
             for host in ("one:1", "[::1]:2", "three")],
        ),
        (
            "postgresql://one,two/hub?target_session_attrs=primary",
            [f"postgresql://{host}/hub?target_session_attrs=primary" for host in ("one", "two")],
        ),
    ],
)  # fmt: skip
def test_a_url_names_one_server_or_several(url: str, servers: list[str]) -> None:
    assert one_url_per_server(url) == servers


def test_the_error_shown_is_that_of_the_server_that_says_most() -> None:
    standby, away, full = (
        asyncpg.TargetServerAttributeNotMatched("standby"), ConnectionRefusedError(), asyncpg.TooManyConnectionsError("full"),
    )  # fmt: skip
    assert most_telling([standby, away, full]) is full
    assert most_telling([standby, away]) is away


async def test_pools_and_migrations_follow_the_server_that_was_promoted(pair: PostgresPair) -> None:
    pool, other = Pool(pair.url, size=3), Pool(pair.url, size=3)
    await pool.open()
    await other.open()
    await pool.execute("CREATE TABLE kept (number int)")
    await asyncio.gather(*(insert_until_it_works(pool, number) for number in range(20)))
    reads = Pool(f"{pair.url}?target_session_attrs=standby", size=1)
    await reads.open()
    assert await reads.fetchval("SELECT pg_is_in_recovery()")
    await reads.close()
    problems: list[str] = []
    assert set((await look_at_servers(pair.url, problems)).values()) == {"primary", "standby"}
    assert problems == []
    await stop_waiting_for_the_standby(pair)
    while not problems:
        await look_at_servers(pair.url, problems)
    assert "waits for no standby" in problems.pop()

    await pair.kill(pair.primary)
    with pytest.raises(DatabaseDown):
        await pool.execute("INSERT INTO kept VALUES (-1)")  # the standby takes no writes
    await pair.promote()
    await insert_until_it_works(pool, 20)
    assert await other.fetchval("SELECT array_agg(number ORDER BY number) FROM kept") == list(range(21))
    assert len(await unapplied(pair.url)) == len(await migrate(pair.url))
    assert set((await look_at_servers(pair.url, problems)).values()) == {"away", "primary"}
    assert [problem.rpartition(":")[2] for problem in problems] == [f"{pair.standby.port} does not answer"]
    await pool.close()
    await other.close()


async def test_a_primary_that_answers_nothing_or_takes_no_writes_is_left(pair: PostgresPair) -> None:
    pool = Pool(pair.url, size=3)
    await pool.open()
    await pool.execute("CREATE TABLE kept (number int)")
    await asyncio.gather(*(insert_until_it_works(pool, number) for number in range(20)))
    old = pair.primary
    signal_all(pair.processes_of(old), signal.SIGSTOP)
    await pair.promote()
    await insert_until_it_works(pool, 20)
    assert await pool.fetchval("SELECT inet_server_port()") == pair.primary.port
    # The control: asyncpg gives both servers one time limit, which the silent one uses up.
    with pytest.raises(TimeoutError):
        await asyncpg.connect(f"{pair.url}?target_session_attrs=read-write", timeout=1.0)

    # Back to the old one, whose clients the hub is made to leave without an end of its connections.
    signal_all(pair.processes_of(old), signal.SIGCONT)
    problems: list[str] = []
    assert set((await look_at_servers(pair.url, problems)).values()) == {"primary"}
    assert "take writes" in problems[0]
    demoted = await asyncpg.connect(pair.primary.url)
    await set_and_reload(demoted, "SET default_transaction_read_only = on")
    recovered = await asyncpg.connect(old.url)
    await set_and_reload(recovered, "RESET synchronous_standby_names")

    # A connection takes writes until its process has read the new setting.
    async with asyncio.timeout(30):
        await insert_until_it_works(pool, 21)
        while await pool.fetchval("SELECT inet_server_port()") != old.port:
            await asyncio.sleep(0.05)
            await insert_until_it_works(pool, 21)
    for connection in (demoted, recovered):
        await connection.close()
    await pool.close()
