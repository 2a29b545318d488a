"""The supervisor of the embedded servers: starts, watches and stops them. File locks allow one per data folder.

embedded.lock    held exclusively by the owner of running servers; the kernel releases it when the owner dies
embedded.users   held shared by every command that uses servers of another owner; a short-lived owner waits
                 for it before it stops
embedded.json    URLs of the servers (mode 0600, because it holds their passwords)
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from hub.embedded import launch, postgres
from hub.embedded.launch import LaunchError
from hub.embedded.ports_and_passwords import recall, write_private
from hub.embedded.postgres import Postgres
from hub.embedded.valkey import Valkey
from hub.settings import make_private_folder

Kind = Literal["server", "command"]

_WATCH_SECONDS = 0.1
_BACK_OFF = (0.0, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_STEADY_SECONDS = 30.0  # a server that ran this long and then died counts as the first death again
_LOG_KEEP_BYTES = 20_000_000
_log = logging.getLogger("hub.embedded")


@dataclass(frozen=True, slots=True)
class ServerUrls:
    database_url: str
    redis_url: str


class FolderTaken(LaunchError):
    """Another process already runs the servers of this data folder."""


class EmbeddedServers:
    def __init__(self, data_dir: Path, kind: Kind = "server") -> None:
        self._data_dir = data_dir.absolute()
        self._kind = kind
        self._lock: IO[str] | None = None
        self._servers: tuple[Postgres, Valkey] | None = None

    async def start(self, wait: float = 30.0) -> ServerUrls:
        """Start both servers and wait until they answer. Waits up to `wait` seconds for another owner of the folder to finish."""
        make_private_folder(self._data_dir)
        self._lock = await _lock(self._data_dir / "embedded.lock", time.monotonic() + wait, shared=False)
        (self._data_dir / "embedded.json").unlink(missing_ok=True)  # left by an owner that was killed
        try:
            return await self._start_both()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        if self._lock is not None:
            (self._data_dir / "embedded.json").unlink(missing_ok=True)
        servers, self._servers = self._servers, None
        if servers is not None:
            await asyncio.gather(*(server.stop() for server in servers))
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def watch(self) -> None:
        """Restart a server that died, until cancelled: at once the first time, then after growing pauses."""
        servers = self._servers
        assert servers is not None, "start() comes first"
        await asyncio.gather(*(self._keep_up(server) for server in servers))

    async def _start_both(self) -> ServerUrls:
        for log in ("postgres.log", "valkey.log"):
            path = self._data_dir / log
            if path.exists() and path.stat().st_size > _LOG_KEEP_BYTES:
                path.replace(path.with_suffix(".log.1"))
        identity = launch.choose_identity([postgres.binaries() / "postgres", "--version"])
        if (
            identity.kind == "setuid"
        ):  # may enter the folder, but not list it; every file in it is readable by its owner only
            self._data_dir.chmod(self._data_dir.stat().st_mode | 0o011)
        blocked = launch.unreachable_part(self._data_dir, identity)
        if blocked is not None:
            raise LaunchError(
                f"running as root without user namespaces, the servers run as `nobody`, who may not enter {blocked}: "
                "set HUB_DATA_DIR to a folder everybody can reach, or run as a normal user"
            )
        sockets = _socket_folder(self._data_dir)
        identity.own(sockets)
        # Servers of a killed hub may still use the remembered ports, so they are stopped first, by their old pids.
        for server in (
            Postgres(self._data_dir, sockets, 0, "", identity),
            Valkey(self._data_dir, sockets, 0, "", identity),
        ):
            await server.clear_leftover()
        keys = recall(self._data_dir)
        pair = (
            Postgres(self._data_dir, sockets, keys.postgres_port, keys.postgres_password, identity),
            Valkey(self._data_dir, sockets, keys.redis_port, keys.redis_password, identity),
        )
        self._servers = pair
        await asyncio.gather(*(server.start() for server in pair))
        self._publish()
        return ServerUrls(pair[0].url, pair[1].url)

    async def _keep_up(self, server: Postgres | Valkey) -> None:
        deaths, since = 0, time.monotonic()
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            if server.process is not None and server.process.poll() is None:
                if deaths and time.monotonic() - since > _STEADY_SECONDS:
                    deaths = 0
                continue
            await asyncio.sleep(_BACK_OFF[min(deaths, len(_BACK_OFF) - 1)])
            deaths += 1
            server.ready = False
            _log.error("embedded.server.died", extra={"server": server.name, "deaths": deaths})
            try:
                await server.start()
            except (LaunchError, OSError) as error:
                _log.error("embedded.server.failed", extra={"server": server.name, "error": str(error)})
                continue
            since = time.monotonic()
            self._publish()
            _log.warning("embedded.server.restarted", extra={"server": server.name})

    def _publish(self) -> None:
        assert self._servers is not None
        database, redis = self._servers
        write_private(
            self._data_dir / "embedded.json",
            {
                "supervisor_pid": os.getpid(),
                "kind": self._kind,
                "database_url": database.url,
                "database_socket_url": database.socket_url,
                "redis_url": redis.url,
                "postgres_pid": _pid(database),
                "redis_pid": _pid(redis),
            },
        )


def _pid(server: Postgres | Valkey) -> int | None:
    """Return the pid of a running server."""
    return server.process.pid if server.ready and server.process is not None else None


@asynccontextmanager
async def find_or_start(data_dir: Path, kind: Kind = "command") -> AsyncIterator[ServerUrls]:
    """Yield the URLs of a running hub's servers, or start our own until the end of the block.

    A `command` that owns servers waits at its end for other users of them. A `server` watches its servers and does not wait.
    It does not use the servers of a command either, because they will stop soon.
    """
    data_dir = data_dir.absolute()
    make_private_folder(data_dir)
    users = data_dir / "embedded.users"
    own = EmbeddedServers(data_dir, kind)
    deadline = time.monotonic() + 60
    while True:
        using = await _lock(users, deadline, shared=True)
        with using:
            try:
                urls = await own.start(wait=0)
            except FolderTaken:
                found = _found(data_dir, kind)
                if found is not None:
                    yield found
                    return
                if time.monotonic() > deadline:
                    raise
            else:
                break
        await asyncio.sleep(0.05)
    watcher = asyncio.create_task(own.watch()) if kind == "server" else None
    try:
        yield urls
    finally:
        if watcher is not None:
            watcher.cancel()
            await asyncio.wait([watcher], timeout=5)
        with contextlib.ExitStack() as stack:
            if kind == "command":
                with contextlib.suppress(FolderTaken):
                    stack.enter_context(await _lock(users, time.monotonic() + 120, shared=False))
            await own.stop()


def _found(data_dir: Path, kind: Kind) -> ServerUrls | None:
    try:
        state: dict[str, Any] = json.loads((data_dir / "embedded.json").read_text(encoding="utf-8"))
        os.kill(state["supervisor_pid"], 0)  # raises if the process that wrote this file was killed
    except (OSError, ValueError, KeyError):
        return None
    if kind == "server" and state["kind"] == "command":
        return None
    return ServerUrls(state["database_url"], state["redis_url"])


async def _lock(path: Path, deadline: float, *, shared: bool) -> IO[str]:
    while (lock := _try_lock(path, shared=shared)) is None:
        if time.monotonic() > deadline:
            raise FolderTaken(f"another process keeps hold of {path}")
        await asyncio.sleep(0.02)
    return lock


def _try_lock(path: Path, *, shared: bool = False) -> IO[str] | None:
    """Try to take the lock without waiting, because a blocked flock would block the event loop. None if it is taken."""
    file = path.open("a", encoding="ascii")
    try:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _socket_folder(data_dir: Path) -> Path:
    """Return a folder for Unix sockets, whose paths are limited to about 107 bytes: in the data folder, or a temporary one."""
    folder = data_dir / "sock"
    if len(os.fsencode(folder)) > 80:
        digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"hub-{os.geteuid()}-{digest}"
    folder.mkdir(mode=0o700, exist_ok=True)
    facts = folder.lstat()
    if folder.is_symlink() or (facts.st_uid != os.geteuid() and os.geteuid() != 0):
        raise LaunchError(f"{folder} belongs to somebody else: remove it")
    return folder
