"""The proxy of `make faults`: each fault is made, and without it nothing is changed."""

from __future__ import annotations

import asyncio
import random
from urllib.parse import urlsplit

import asyncpg
import pytest
import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from loadtests.faults.proxy import FaultProxy, StatementWatcher, TextWatcher


async def proxy_before(url: str) -> FaultProxy:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return await FaultProxy(parts.hostname, parts.port).open()


@pytest.fixture
async def postgres(database_url):
    proxy = await proxy_before(database_url)
    yield proxy
    await proxy.close()


@pytest.fixture
async def connect(postgres, database_url):
    """`await connect()` returns one more connection through the proxy."""
    connections = []

    async def one_more():
        connection = await asyncpg.connect(postgres.in_front_of(database_url), timeout=20)
        connections.append(connection)
        return connection

    yield one_more
    for connection in connections:
        connection.terminate()


@pytest.fixture
async def direct(database_url):
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_without_a_fault_everything_passes(connect, postgres):
    connection = await connect()
    text = "x" * 300_000
    assert await connection.fetchval("SELECT $1::text", text) == text
    assert (postgres.open_connections, postgres.lost) == (1, 0)


async def test_a_cut_ends_open_connections_and_no_later_ones(connect, postgres):
    connection = await connect()
    assert postgres.cut() == 1
    with pytest.raises((OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
        await connection.fetchval("SELECT 1")
    assert await (await connect()).fetchval("SELECT 1") == 1


async def test_a_held_connection_is_silent_and_then_goes_on(connect, postgres):
    connection = await connect()
    postgres.hold()
    asked = asyncio.ensure_future(connection.fetchval("SELECT 1"))
    assert not (await asyncio.wait([asked], timeout=0.1))[0]
    postgres.hold(False)
    assert await asyncio.wait_for(asked, 15) == 1


async def test_a_refused_connection_is_an_error(connect, postgres):
    postgres.refuses = True
    with pytest.raises((OSError, asyncpg.PostgresConnectionError)):
        await connect()
    postgres.refuses = False
    assert await (await connect()).fetchval("SELECT 1") == 1


async def test_a_server_that_is_gone_is_an_error(free_port):
    proxy = await FaultProxy("127.0.0.1", free_port).open()
    with pytest.raises((OSError, asyncpg.PostgresConnectionError)):
        await asyncpg.connect(proxy.in_front_of("postgresql://nobody@127.0.0.1:1/nothing"), timeout=20)
    await proxy.close()


async def test_the_reply_is_lost_after_the_server_has_committed(connect, postgres, direct):
    await direct.execute("CREATE TABLE marks (n integer)")
    postgres.loses = lambda: StatementWatcher(b"INSERT INTO marks", 1.0, random.Random(1))
    connection = await connect()
    assert await connection.fetchval("SELECT count(*) FROM marks") == 0, "another statement is answered"
    for lost in (1, 2):
        with pytest.raises((OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
            await connection.fetch("INSERT INTO marks VALUES ($1) RETURNING n", lost)
        assert postgres.lost == lost
        assert await direct.fetchval("SELECT count(*) FROM marks") == lost
        connection = await connect()
    postgres.most_lost = 2
    assert await connection.fetchval("INSERT INTO marks VALUES (3) RETURNING n") == 3


async def test_a_statement_is_known_by_its_name_when_it_is_used_again(connect, postgres, direct):
    await direct.execute("CREATE TABLE marks (n integer)")
    chance = random.Random()
    postgres.loses = lambda: StatementWatcher(b"INSERT INTO marks", 1.0, chance)
    postgres.most_lost = -1  # watched, and nothing lost yet
    connection = await connect()
    insert = await connection.prepare("INSERT INTO marks VALUES ($1) RETURNING n")
    postgres.lost, postgres.most_lost = -2, -2
    assert await insert.fetchval(1) == 1
    postgres.lost, postgres.most_lost = 0, 0
    with pytest.raises((OSError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)):
        await insert.fetchval(2)
    assert await direct.fetchval("SELECT count(*) FROM marks") == 2


async def test_redis_has_done_what_its_lost_reply_would_have_said(redis_url):
    proxy = await proxy_before(redis_url)
    proxy.loses = lambda: TextWatcher(b"INCR", 1.0, random.Random(1))
    client = redis.asyncio.from_url(proxy.in_front_of(redis_url), retry=Retry(NoBackoff(), 0), socket_timeout=15)
    with pytest.raises(redis.ConnectionError):
        await client.incr("n")
    assert int(await client.get("n")) == 1
    await client.aclose()
    await proxy.close()
