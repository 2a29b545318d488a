"""Fixtures of the tests of embedded servers: a data folder, and supervisors in separate processes."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from hub.embedded.supervisor import EmbeddedServers

ROOT = Path(__file__).parents[2]


@dataclass
class Supervisor:
    process: subprocess.Popen[bytes]
    database: str
    redis: str
    uid: int

    def end(self, number: signal.Signals, within: float = 15) -> int:
        self.process.send_signal(number)
        return self.process.wait(within)


Supervise = Callable[..., Supervisor]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    # Not tmp_path, because other accounts cannot enter its parents, and the servers may run under another account.
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def used_folder() -> Iterator[Path]:
    """A data folder whose servers have run and were stopped."""
    folder = Path(tempfile.mkdtemp(prefix="hub-test-"))
    servers = EmbeddedServers(folder)
    asyncio.run(_run_once(servers))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def _run_once(servers: EmbeddedServers) -> None:
    await servers.start()
    await servers.stop()


@pytest.fixture
def used_before(used_folder: Path, data_dir: Path) -> None:
    """Make the data folder a copy of a used one: the first start of Postgres takes a second."""
    # Not `shutil.copytree`, which changes the owner.
    subprocess.run(["cp", "-a", f"{used_folder}/.", data_dir], check=True)


@pytest.fixture
def supervise(data_dir: Path) -> Iterator[Supervise]:
    started: list[subprocess.Popen[bytes]] = []

    def start(before: Any = None) -> Supervisor:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.embedded.supervise", str(data_dir)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            preexec_fn=before,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the supervisor ended with {process.wait(5)}; see {data_dir}/*.log"
        return Supervisor(process, **json.loads(line))

    yield start
    for process in started:
        if process.poll() is None:
            process.terminate()
            process.wait(20)
        if process.stdout is not None:
            process.stdout.close()


async def ask(url: str, sql: str) -> Any:
    connection = await asyncpg.connect(url, timeout=5)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


def reported(data_dir: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((data_dir / "embedded.json").read_text())
    return document


def is_gone(pid: int, within: float = 10) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if _is_zombie(pid):
            return True
        time.sleep(0.02)
    return False


def _is_zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return False
