"""A hub for one run: temporary data folder, free port, high rate limits, and a clean stop at the end."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import ctypes
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg

from loadtests import cores
from loadtests.hub_commands import ROOT, HubCommands, HubTrouble

WIDE = "60000000/min"
PR_SET_PDEATHSIG = 1


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork


def before_exec() -> None:
    """Prepare the child process between fork and exec: any core, and an end with its parent."""
    cores.release_child()
    if _LIBC is not None:
        # If the generator is killed, the kernel ends the hub too. On other systems `atexit` stops it if possible.
        _LIBC.prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM))


def _offset_to_morning() -> float:
    """Return the seconds to the next 09:00 UTC, so that "today" has a whole day of slots whenever the run starts."""
    now = datetime.now(UTC)
    morning = now.replace(hour=9, minute=0, second=0, microsecond=0)
    if morning <= now:
        morning += timedelta(days=1)
    return float(int((morning - now).total_seconds()))


async def _lay_in_venue(database_url: str) -> None:
    """Create one organisation and one venue, if the hub has none."""
    connection = await asyncpg.connect(database_url)
    if not await connection.fetchval("SELECT EXISTS (SELECT FROM venues)"):
        await connection.execute(
            """
            WITH o AS (INSERT INTO organisations (name) VALUES ('Load test') RETURNING id)
            INSERT INTO venues (org_id, name, timezone) SELECT id, 'Load test hall', 'Europe/Rome' FROM o
            """
        )
    await connection.close()


class OwnHub(HubCommands):
    """The hub of a run. Its methods block; they are for the time before and after measurements."""

    def __init__(self, *, settings: dict[str, str] | None = None) -> None:
        super().__init__()
        self.data_dir = Path(
            tempfile.mkdtemp(prefix="vhl")
        )  # short, because Unix socket paths are limited to about 107 bytes
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.clock_offset = _offset_to_morning()
        self.process: subprocess.Popen[bytes] | None = None
        self.database_url = ""
        self.redis_url = ""
        self.seconds_to_ready = 0.0
        self.environment = {
            # PYTHONDONTWRITEBYTECODE would make every start compile all sources, which takes 0.25 s and is not realistic.
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith("HUB_") and name != "PYTHONDONTWRITEBYTECODE"
            },
            "HUB_DATA_DIR": str(self.data_dir),
            "HUB_HOST": "127.0.0.1",
            "HUB_PORT": str(self.port),
            "HUB_RATE_RESERVATIONS": WIDE,
            "HUB_RATE_VALIDATE": WIDE,
            "HUB_RATE_WAITING_ROOM": "off",
            "HUB_RATE_OPERATOR": WIDE,
            "HUB_RATE_SYNC": WIDE,
            "HUB_RATE_SIGN_IN": WIDE,
            "HUB_RATE_STAFF": WIDE,
            "HUB_SOCKETS_PER_OPERATOR": "100000",
            "HUB_PUBLIC_SOCKETS_PER_IP": "off",
            "HUB_WEBHOOK_NETWORKS": "127.0.0.0/8",
            "HUB_CLOCK_OFFSET": str(self.clock_offset),
            **(settings or {}),
        }
        atexit.register(self.close)

    # -- life ---------------------------------------------------------------------------------------------------

    def start(self) -> OwnHub:
        with (self.data_dir / "hub-output.log").open("ab") as log:
            began = time.perf_counter()
            self.process = subprocess.Popen(
                [sys.executable, "-m", "hub", "run", "--no-demo"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=before_exec,  # noqa: PLW1509 - system calls only
            )
        self._wait_until(lambda _: True, 60.0)
        self.seconds_to_ready = time.perf_counter() - began
        if not self.database_url:
            servers = json.loads((self.data_dir / "embedded.json").read_text(encoding="utf-8"))
            self.database_url, self.redis_url = str(servers["database_url"]), str(servers["redis_url"])
            with ThreadPoolExecutor(1) as thread:  # because this thread may have a running event loop
                thread.submit(asyncio.run, _lay_in_venue(self.database_url)).result()
        self._wait_until(
            lambda ready: ready["jobs"] != "away", 60.0
        )  # their process starts when the other one is ready
        cores.pin_hub(self.pid)
        return self

    def _wait_until(self, fits: Callable[[dict[str, str]], bool], seconds: float) -> None:
        """Wait until the hub is ready and what `/readyz` answers fits."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise HubTrouble(f"hub ended while starting:\n{self.log_tail()}")
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"{self.url}/readyz", timeout=1) as answer,  # noqa: S310 - our own address
            ):
                if fits(json.load(answer)):
                    return
            time.sleep(0.005)
        raise HubTrouble(f"hub not ready after {seconds:.0f} s:\n{self.log_tail()}")

    def stop(self) -> float:
        """Stop the hub with SIGINT and wait. Return the seconds that it took."""
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return 0.0
        began = time.perf_counter()
        for signal_number, patience in ((signal.SIGINT, 15.0), (signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
            process.send_signal(signal_number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(patience)
                break
        return time.perf_counter() - began

    def close(self) -> None:
        self.stop()
        shutil.rmtree(self.data_dir, ignore_errors=True)

    def __enter__(self) -> OwnHub:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        if self.process is None:
            raise HubTrouble("hub is not running")
        return self.process.pid

    def log_tail(self, lines: int = 40) -> str:
        with contextlib.suppress(OSError):
            return "\n".join((self.data_dir / "hub-output.log").read_text(errors="replace").splitlines()[-lines:])
        return "(no log)"


async def in_thread(work: Any, *arguments: Any, **named: Any) -> Any:
    """Run one of the blocking methods above without stopping the sockets that are open."""
    return await asyncio.to_thread(work, *arguments, **named)
