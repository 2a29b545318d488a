"""The serving loop: listens on a port, handles signals, and shuts down in order.

The application and its libraries are imported inside the functions: `hub run` imports them while its servers start.
"""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import uvloop

from hub.observability import logs
from hub.rules.urls import default_public_url
from hub.serving import open_files
from hub.settings import Settings

if TYPE_CHECKING:
    from aiohttp.web import AppRunner

_KEEPALIVE_SECONDS = 15
_DRAIN_SECONDS = 5.0
_CLEAN_UP_SECONDS = 8.5  # 2.5 for the sockets, 5 for requests; with what is left a stop takes ten seconds at most
_LEAVE_SECONDS = 1.5
_UNREAD_BYTES = 128 * 1024
"""Of a response that the kernel takes for a client that does not read, doubled on Linux. By itself it takes up to 4 MB, and copying
them for a thousand such clients keeps the loop from everybody else. A client 0.1 s away still gets a megabyte a second and more."""
_BACKLOG = 4096  # connections that wait in the kernel; after a restart all clients come back at once


def run_loop(main: Coroutine[Any, Any, None]) -> None:
    """Run `main`. Tasks that are still running after it have `_LEAVE_SECONDS` to end."""

    async def bounded() -> None:
        await main
        left = {task for task in asyncio.all_tasks() if task is not asyncio.current_task()}
        for task in left:
            task.cancel()
        if left and (await asyncio.wait(left, timeout=_LEAVE_SECONDS))[1]:
            logs.flush()
            os._exit(0)  # closing the loop would wait for these tasks for ever

    uvloop.run(bounded())


def stop_requested() -> asyncio.Event:
    """Return an event that SIGINT or SIGTERM sets. A second signal exits at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop_or_leave() -> None:
        if stop.is_set():
            logs.flush()
            os._exit(1)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop_or_leave)
    return stop


async def serve_here(
    settings: Settings, stop: asyncio.Event, ready: Callable[[], None], listening: socket.socket | None
) -> None:
    """Serve in this process until `stop`, then drain: accept no connections, ask sockets to reconnect, finish requests.

    Without a socket it answers nobody: it runs the jobs beside processes that serve.
    """
    from aiohttp import web

    from hub.app import build_app
    from hub.observability import telemetry
    from hub.serving.connections import ConnectionRunner

    if stop.is_set():  # asked to end while this was loaded
        if listening is not None:
            listening.close()
        return
    app = build_app(settings)
    runner = ConnectionRunner(
        app,
        exempt=settings.trusted_proxies,
        access_log=None,
        keepalive_timeout=_KEEPALIVE_SECONDS,
        shutdown_timeout=_DRAIN_SECONDS,
        handle_signals=False,
        lingering_time=2.0,
    )
    try:
        await runner.setup()
        if listening is not None:
            await web.SockSite(runner, listening, backlog=_BACKLOG).start()
        _spare_the_collector()
        _note_open_files()
        telemetry.event(telemetry.HUB_READY, host=settings.host, port=settings.port, role=settings.role)
        ready()
        await stop.wait()
        telemetry.event(telemetry.HUB_STOPPING)
    finally:
        if listening is not None:
            listening.close()
        await _clean_up(runner)


async def _clean_up(runner: AppRunner) -> None:
    """Clean up within a time limit, so that a task that ignores its cancellation does not keep a stopped hub alive."""
    from hub.app import clean_up
    from hub.observability import telemetry

    cleaning = asyncio.create_task(clean_up(runner), name="clean-up")
    done, _ = await asyncio.wait([cleaning], timeout=_CLEAN_UP_SECONDS)
    if done:
        cleaning.result()
        return
    waiting = sorted({task.get_name() for task in asyncio.all_tasks() if task is not asyncio.current_task()})
    telemetry.event(telemetry.STOP_OVERDUE, "ERROR", tasks=waiting)
    cleaning.cancel()


def _note_open_files() -> None:
    from hub.observability import telemetry

    allowed = open_files.limit()
    telemetry.open_files_allowed.set(allowed)
    if allowed < open_files.LEAST:
        telemetry.event(telemetry.OPEN_FILES_FEW, "WARNING", allowed=allowed, least=open_files.LEAST)


def start_without_collector() -> None:
    """Disable garbage collection during start-up, which saves 60 ms: the objects made there stay. `serve_here` enables it."""
    gc.disable()


def _spare_the_collector() -> None:
    """Exclude the objects made so far from garbage collection, and collect less often.

    These objects live until the end, and the hundreds of objects of a request form no cycles.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def bind(host: str, port: int, *, shared: bool = False) -> socket.socket:
    """Return a bound socket. With `shared` other hub processes of this machine can listen on the address too."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    own = socket.socket(family, socket.SOCK_STREAM)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    own.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNREAD_BYTES)  # each accepted connection inherits it
    if shared:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    try:
        own.bind((host, port))
    except OSError as error:
        own.close()
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from error
    own.setblocking(False)
    return own


def with_port(settings: Settings, bound: socket.socket) -> Settings:
    """Return the settings with the port that the kernel chose, if the settings ask for port 0."""
    if settings.port:
        return settings
    port: int = bound.getsockname()[1]
    chosen = settings.public_url == default_public_url(settings.host, 0)
    url = default_public_url(settings.host, port) if chosen else settings.public_url
    return replace(settings, port=port, public_url=url)
