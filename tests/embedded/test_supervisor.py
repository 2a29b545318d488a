"""The embedded servers: started, found, killed in every way, and restarted with their data."""

import asyncio
import os
import signal
import stat
import sys
import time
from pathlib import Path

import asyncpg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from hub.embedded import launch
from hub.embedded.launch import Identity
from hub.embedded.ports_and_passwords import is_free
from hub.embedded.supervisor import EmbeddedServers, find_or_start
from tests.embedded.conftest import Supervise, ask, is_gone, reported


async def test_data_and_addresses_survive_a_restart(data_dir: Path) -> None:
    servers = EmbeddedServers(data_dir)
    first = await servers.start()
    await ask(first.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
    with redis.Redis.from_url(first.redis_url) as client:
        client.set("kept", "42")
    await servers.stop()
    second = await servers.start()
    assert second == first
    assert await ask(second.database_url, "SELECT answer FROM kept") == 42
    with redis.Redis.from_url(second.redis_url) as client:
        assert client.get("kept") == b"42"
    await servers.stop()


@pytest.mark.usefixtures("used_before")
async def test_a_commit_is_durable_and_the_servers_are_set_up_as_production_would(data_dir: Path) -> None:
    async with find_or_start(data_dir) as urls:
        for name, value in {
            "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on",
            "server_encoding": "UTF8", "TimeZone": "UTC", "max_connections": "120", "log_lock_waits": "on",
        }.items():  # fmt: skip
            assert await ask(urls.database_url, f"SHOW {name}") == value, name
        with redis.Redis.from_url(urls.redis_url) as client:
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert client.config_get("appendonly") == {"appendonly": "yes"}


async def test_nobody_gets_in_without_the_password_and_nobody_else_may_read_it(data_dir: Path) -> None:
    async with find_or_start(data_dir) as urls:
        for url in (urls.database_url, reported(data_dir)["database_socket_url"]):
            assert await ask(url, "SELECT 1") == 1
            secret = url.split(":", 2)[2].split("@")[0]
            with pytest.raises(asyncpg.InvalidPasswordError):
                await ask(url.replace(secret, "guess"), "SELECT 1")
        port = urls.redis_url.rsplit(":", 1)[1].split("/")[0]
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=int(port), retry=Retry(NoBackoff(), 0)).ping()
        for name in ("embedded.json", "embedded.keys.json", "valkey/valkey.conf"):
            assert stat.S_IMODE((data_dir / name).stat().st_mode) == 0o600, name


@pytest.mark.usefixtures("used_before")
async def test_a_command_finds_the_servers_of_a_running_hub(data_dir: Path, supervise: Supervise) -> None:
    hub = supervise()
    pids = reported(data_dir)
    async with find_or_start(data_dir) as found:
        assert (found.database_url, found.redis_url) == (hub.database, hub.redis)
    assert reported(data_dir) == pids, "the command's end must not stop the hub's servers"
    assert await ask(hub.database, "SELECT 1") == 1


async def test_commands_at_the_same_time_share_one_pair_of_servers(data_dir: Path) -> None:
    async def command(n: int) -> tuple[str, int]:
        async with find_or_start(data_dir) as urls:
            await asyncio.sleep(0.02 * n)
            return urls.database_url, await ask(urls.database_url, f"SELECT {n}")

    answers = await asyncio.gather(*(command(n) for n in range(6)))
    assert [answer for _, answer in answers] == list(range(6))
    assert len({url for url, _ in answers}) == 1
    assert not (data_dir / "embedded.json").exists(), "the last one out stops them"


@pytest.mark.usefixtures("used_before")
async def test_sigterm_and_sigint_stop_everything_cleanly(data_dir: Path, supervise: Supervise) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        hub = supervise()
        pids = reported(data_dir)
        assert hub.end(number) == 0
        assert is_gone(pids["postgres_pid"], 0.1)
        assert is_gone(pids["redis_pid"], 0.1)
        assert not (data_dir / "embedded.json").exists()
    log = (data_dir / "postgres.log").read_text()
    assert "database system is shut down" in log
    assert "not properly shut down" not in log


@pytest.mark.usefixtures("used_before")
async def test_a_killed_hub_leaves_nothing_that_blocks_the_next_start(data_dir: Path, supervise: Supervise) -> None:
    first = supervise()
    await ask(first.database, "CREATE TABLE kept AS SELECT 1 AS n")
    before = reported(data_dir)
    first.end(signal.SIGKILL)
    begun = time.monotonic()
    second = supervise()  # restarted at once, while the old servers may still run
    assert time.monotonic() - begun < 5
    assert (second.database, second.redis) == (first.database, first.redis)
    assert await ask(second.database, "SELECT n FROM kept") == 1
    after = reported(data_dir)
    assert is_gone(before["postgres_pid"], 0.1)
    assert is_gone(before["redis_pid"], 0.1)
    assert after["postgres_pid"] != before["postgres_pid"]


@pytest.mark.usefixtures("used_before")
async def test_servers_that_outlived_their_hub_are_cleared_away(data_dir: Path) -> None:
    """Servers can outlive their hub on macOS, where the kernel does not stop them with it."""
    lost = EmbeddedServers(data_dir)
    urls = await lost.start()
    before = reported(data_dir)
    assert lost._lock is not None
    lost._lock.close()  # what the kernel does for a killed process
    found = EmbeddedServers(data_dir)
    assert await found.start() == urls
    assert is_gone(before["postgres_pid"], 0.1)
    assert is_gone(before["redis_pid"], 0.1)
    assert await ask(urls.database_url, "SELECT 1") == 1
    await found.stop()


@pytest.mark.usefixtures("used_before")
async def test_a_pid_file_that_names_a_strangers_process_does_not_harm_it(data_dir: Path) -> None:
    async with find_or_start(data_dir):
        pass
    (data_dir / "postgres" / "postmaster.pid").write_text(f"{os.getppid()}\n{data_dir / 'postgres'}\n")
    (data_dir / "valkey" / "valkey.pid").write_text(f"{os.getppid()}\n")
    async with find_or_start(data_dir) as urls:
        assert await ask(urls.database_url, "SELECT 1") == 1
    os.kill(os.getppid(), 0)


@pytest.mark.usefixtures("used_before")
async def test_a_dead_server_is_started_again_on_its_old_port(data_dir: Path, supervise: Supervise) -> None:
    hub = supervise()
    await ask(hub.database, "CREATE TABLE kept AS SELECT 1 AS n")
    before = reported(data_dir)
    os.kill(before["postgres_pid"], signal.SIGKILL)
    os.kill(before["redis_pid"], signal.SIGKILL)
    deadline = time.monotonic() + 15
    while True:
        after = reported(data_dir)
        if all(after[name] not in {None, before[name]} for name in ("postgres_pid", "redis_pid")):
            break
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert await ask(hub.database, "SELECT n FROM kept") == 1
    with redis.Redis.from_url(hub.redis) as client:
        assert client.ping()


@pytest.mark.usefixtures("used_before")
async def test_a_port_taken_meanwhile_is_replaced(data_dir: Path) -> None:
    async with find_or_start(data_dir) as urls:
        port = int(urls.database_url.rsplit(":", 1)[1].split("/")[0])
    squatter = await asyncio.start_server(lambda reader, writer: writer.close(), "127.0.0.1", port)
    async with squatter:
        assert not is_free(port)
        async with find_or_start(data_dir) as other:
            assert other.database_url != urls.database_url
            assert await ask(other.database_url, "SELECT 1") == 1


async def test_a_folder_with_a_long_name_works(data_dir: Path) -> None:
    folder = data_dir / ("a folder with a long name and spaces " * 3).strip() / "var"
    async with find_or_start(folder) as urls:
        assert await ask(urls.database_url, "SELECT 1") == 1
        assert await ask(reported(folder)["database_socket_url"], "SELECT 1") == 1


async def test_a_normal_user_runs_the_servers_too(data_dir: Path, supervise: Supervise) -> None:
    if os.geteuid() != 0:
        assert launch.choose_identity(["/bin/false"]).kind == "plain"
        assert supervise().uid != 0
        return
    # In the namespace root is a normal user who can still read this checkout, wherever it is.
    namespace = Identity("namespace", 0, 0)
    user = namespace if launch._runs(["/bin/true"], namespace) else launch.choose_identity(["/bin/false"])
    for needed in (Path(sys.executable), Path(sys.base_prefix), Path(__file__)):
        closed = launch.unreachable_part(needed, user)
        assert closed is None, (
            f"no user namespaces here, and a normal user may not enter {closed}, which {needed} is in"
        )
    os.chown(data_dir, user.uid, user.gid)
    hub = supervise(launch._before_exec(user, signal.SIGTERM, os.getpid()))
    assert hub.uid != 0
    assert await ask(hub.database, "SELECT 1") == 1
    assert hub.end(signal.SIGTERM) == 0


async def test_root_without_namespaces_hands_the_servers_to_nobody(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() != 0:
        assert launch.choose_identity(["/bin/false"]).kind == "plain"
        return
    nobody = launch.choose_identity(["/bin/false"])  # a probe that fails, as in such a sandbox
    assert nobody.kind == "setuid"
    monkeypatch.setattr(launch, "choose_identity", lambda probe: nobody)
    for _ in range(2):
        async with find_or_start(data_dir) as urls:
            assert await ask(urls.database_url, "SELECT 1") == 1
            owner = (data_dir / "postgres" / "postmaster.pid").stat().st_uid
            assert owner == nobody.uid
