"""The worker processes: one parent runs them, and replaces those that die or hang. Those that serve share one port.

With HUB_WORKERS above 1 the parent serves nothing itself. It runs that many processes with the role `web`, and with its own
role `all` one more for the jobs. Beside a single process that serves, `jobs_beside` runs the one for the jobs.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from hub.observability.logs import event
from hub.serving.loop import bind
from hub.serving.watch import (
    ANSWER_SECONDS,
    ASK_WHERE,
    BEAT_SECONDS,
    STEADY_SECONDS,
    WRITING_SECONDS,
    Pulse,
    back_off,
)
from hub.settings import Role, Settings

_STOP_SECONDS = 12.0
"""A worker that is asked to end takes ten seconds at most by itself."""
NICENESS = 5
"""How much processor time the jobs leave to those that serve: where both want a core, they get a quarter of it."""


async def serve_many(settings: Settings, stop: asyncio.Event, ready: Callable[[], None]) -> None:
    """Serve through `settings.workers` child processes until `stop`."""
    # Bind exclusively first: with SO_REUSEPORT a second, unrelated hub would share the port without an error.
    bind(settings.host, settings.port).close()
    held = bind(settings.host, settings.port, shared=True)  # bound, not listening: it gets no connections
    metrics = empty_metrics_folder(settings)
    roles: list[Role] = ["web" for _ in range(settings.workers)]
    if settings.jobs_apart:
        roles.append("jobs")
    started = [asyncio.Event() for _ in roles]
    keepers = [
        asyncio.create_task(_keep(settings, metrics, role, event_, stop))
        for role, event_ in zip(roles, started, strict=True)
    ]
    announcing = asyncio.create_task(_announce(started, ready))
    try:
        stopped = asyncio.create_task(stop.wait())
        await asyncio.wait([stopped, *keepers], return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await asyncio.gather(stopped, *keepers)
    finally:
        announcing.cancel()
        for keeper in keepers:
            keeper.cancel()
        await asyncio.gather(*keepers, return_exceptions=True)
        held.close()


@contextlib.asynccontextmanager
async def jobs_beside(settings: Settings, metrics: Path, stop: asyncio.Event) -> AsyncIterator[Callable[[], None]]:
    """Yield a function that starts the process for the jobs. It is called when this process is ready, which is then sooner."""
    begin = asyncio.Event()

    async def keep() -> None:
        await begin.wait()
        await _keep(settings, metrics, "jobs", asyncio.Event(), stop)

    keeper = asyncio.create_task(keep(), name="jobs process")
    try:
        yield begin.set
    finally:
        if not begin.is_set():
            keeper.cancel()
        stop.set()
        await asyncio.gather(keeper, return_exceptions=True)


def empty_metrics_folder(settings: Settings) -> Path:
    """Return the folder in which the processes of this port keep their metrics, without those of an earlier start."""
    metrics = settings.data_dir / "metrics" / str(settings.port)
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    return metrics


async def _announce(started: list[asyncio.Event], ready: Callable[[], None]) -> None:
    await asyncio.gather(*(event_.wait() for event_ in started))
    ready()


async def _keep(settings: Settings, metrics: Path, role: Role, started: asyncio.Event, stop: asyncio.Event) -> None:
    """Run one worker until `stop`, and replace it when it dies or hangs: at once the first time, then after growing pauses."""
    deaths = 0
    while not stop.is_set():
        begun = time.monotonic()
        try:
            worker = await _spawn(settings, metrics, role)
        except OSError as error:  # no memory, or no process more
            deaths += 1
            event("worker.not_started", "ERROR", role=role, error=str(error), deaths=deaths)
            await _wait(stop, back_off(deaths) or 0.5)
            continue
        pulse = Pulse()
        proofs = asyncio.create_task(_receive_proofs(worker, pulse, started))
        hanging = asyncio.create_task(_wait_until_silent(pulse))
        leaving = asyncio.create_task(stop.wait())
        gone = asyncio.create_task(worker.wait())
        try:
            await asyncio.wait([leaving, gone, hanging], return_when=asyncio.FIRST_COMPLETED)
            hung = hanging.done() and worker.returncode is None
            if hung:
                await _kill(worker, pulse)
        finally:
            for task in (proofs, hanging, leaving):
                task.cancel()
            await _end(worker)
        _forget_metrics(metrics, worker.pid)
        if stop.is_set():
            return
        deaths = 1 if time.monotonic() - begun > STEADY_SECONDS else deaths + 1
        if hung:
            event("worker.hung", "ERROR", role=role, deaths=deaths, traceback=pulse.traceback)
        else:
            event("worker.died", "ERROR", role=role, exit_code=worker.returncode, deaths=deaths)
        await _wait(stop, back_off(deaths) or 0.01)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def _spawn(settings: Settings, metrics: Path, role: Role) -> Process:
    command = [sys.executable, "-m", "hub", "_worker", *(["--development"] if settings.development else [])]
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=PIPE,  # never written to; its end-of-file shows a worker that the parent is gone, even after SIGKILL
        stdout=PIPE,
        env=_environment(settings, metrics, role),
        start_new_session=True,  # Ctrl-C reaches only the parent, which passes it on once
    )


def _environment(settings: Settings, metrics: Path, role: Role) -> dict[str, str]:
    assert settings.database_url is not None
    assert settings.redis_url is not None
    return {
        **os.environ,
        "HUB_DATABASE_URL": settings.database_url,
        "HUB_REDIS_URL": settings.redis_url,
        "HUB_PORT": str(settings.port),
        "HUB_PUBLIC_URL": settings.public_url,
        "HUB_SECRET_KEY": settings.secret_key.decode("utf-8", "surrogateescape"),
        "HUB_WORKERS": str(settings.workers),
        "HUB_ROLE": role,
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
    }


async def _receive_proofs(worker: Process, pulse: Pulse, started: asyncio.Event) -> None:
    assert worker.stdout is not None
    while proofs := await worker.stdout.read(4096):
        pulse.receive(proofs)
        if pulse.ready:
            started.set()


async def _wait_until_silent(pulse: Pulse) -> None:
    """Return when the worker has not proved for too long that its loop turns."""
    await asyncio.sleep(BEAT_SECONDS)
    while not pulse.has_stopped():
        await asyncio.sleep(BEAT_SECONDS)


async def _end(worker: Process) -> None:
    if worker.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            worker.terminate()
        try:
            await asyncio.wait_for(asyncio.shield(worker.wait()), _STOP_SECONDS)
        except (TimeoutError, asyncio.CancelledError):
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()


async def _kill(worker: Process, pulse: Pulse) -> None:
    """Kill a worker that hangs, because it could not follow a request to end. First it may write where it hangs."""
    with contextlib.suppress(ProcessLookupError):
        worker.send_signal(ASK_WHERE)
        until = time.monotonic() + ANSWER_SECONDS
        while pulse.traceback is None and time.monotonic() < until:
            await asyncio.sleep(0.02)
        await asyncio.sleep(WRITING_SECONDS)
        worker.kill()


def _forget_metrics(metrics: Path, pid: int) -> None:
    """Remove the gauges of a dead process. Its counters stay, because they count towards the totals."""
    for path in metrics.glob(f"gauge_live*_{pid}.db"):
        path.unlink(missing_ok=True)
