"""The embedded Postgres in a recovery, after a crash or from an archive: it is waited for as long as it goes on, until it can write."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from hub.embedded import postgres
from hub.embedded.launch import LaunchError
from hub.embedded.supervisor import EmbeddedServers
from tests.embedded.conftest import is_gone, reported
from tests.support.archived_server import ArchivedServer
from tests.support.long_recovery import count_recovered, switch_log, write_one_more, write_what_must_be_recovered

ROWS = 600_000
"""Their log is recovered within a second or two; each row is a record of its own."""
START_SECONDS = 0.2
SECONDS_A_FILE = 0.7


async def crashed(data_dir: Path) -> EmbeddedServers:
    """Servers whose Postgres was killed with a lot to recover."""
    servers = EmbeddedServers(data_dir)
    urls = await servers.start()
    await write_what_must_be_recovered(urls.database_url, ROWS)
    pid = reported(data_dir)["postgres_pid"]
    os.kill(pid, signal.SIGKILL)
    assert await asyncio.to_thread(is_gone, pid)
    await servers.stop()
    return servers


@pytest.mark.usefixtures("used_before")
async def test_a_recovery_that_takes_longer_than_a_start_is_waited_for(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    servers = await crashed(data_dir)
    monkeypatch.setattr(postgres, "_START_SECONDS", START_SECONDS)
    monkeypatch.setitem(postgres._SETTINGS, "log_startup_progress_interval", "20ms")
    with caplog.at_level(logging.WARNING, "hub.embedded"):
        urls = await servers.start()
    try:
        assert await count_recovered(urls.database_url) == ROWS
    finally:
        await servers.stop()
    seconds = [one.seconds for one in caplog.records if one.message == "embedded.server.recovering"]  # type: ignore[attr-defined]
    assert seconds == sorted(seconds)
    assert seconds[-1] > START_SECONDS


@pytest.mark.usefixtures("used_before")
async def test_a_server_that_shows_no_progress_is_given_up(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the same recovery, with nothing said of it. The next start that hears of it has everything back."""
    servers = await crashed(data_dir)
    with monkeypatch.context() as silent:
        silent.setattr(postgres, "_START_SECONDS", START_SECONDS)
        silent.setitem(postgres._SETTINGS, "log_startup_progress_interval", "0")
        with pytest.raises(LaunchError, match="not ready after"):
            await servers.start()
    urls = await servers.start()
    try:
        assert await count_recovered(urls.database_url) == ROWS
    finally:
        await servers.stop()


@pytest.fixture
async def archived(tmp_path: Path) -> AsyncIterator[ArchivedServer]:
    """A server with a base copy and three files of log after it."""
    archived = ArchivedServer(tmp_path)
    try:
        await archived.start()
        await archived.copy()
        await write_what_must_be_recovered(archived.server.url, 1)
        for _ in range(2):
            await switch_log(archived.server.url)
            await write_one_more(archived.server.url)
        yield archived
    finally:
        await archived.stop()


async def test_a_server_that_reads_an_archive_is_ready_when_it_can_write(archived: ArchivedServer) -> None:
    moment = await archived.now()
    await write_one_more(archived.server.url)
    await archived.lose()
    await archived.recover(moment, seconds_a_file=SECONDS_A_FILE)
    await write_one_more(archived.recovered.url)
    assert await count_recovered(archived.recovered.url) == 4


async def test_before_its_end_a_recovery_from_an_archive_refuses_writes(
    archived: ArchivedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control."""
    monkeypatch.setattr(postgres, "_RECOVERING", "no such file")
    moment = await archived.now()
    await write_one_more(archived.server.url)
    await archived.lose()
    await archived.recover(moment, seconds_a_file=SECONDS_A_FILE)
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        await write_one_more(archived.recovered.url)
