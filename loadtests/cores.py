"""Processor cores: pins the hub to the first and the generator to the second, and measures how busy the machine was."""

from __future__ import annotations

import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # its stubs are one package more

ALL_CORES: frozenset[int] = frozenset(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else frozenset()
SERVER_NAMES = ("postgres", "valkey", "redis")


def hub_cores() -> set[int]:
    """Return the core of the process under test; all cores if there is only one or pinning is not possible."""
    return {min(ALL_CORES)} if len(ALL_CORES) >= 2 else set(ALL_CORES)


def generator_cores() -> set[int]:
    return {sorted(ALL_CORES)[1]} if len(ALL_CORES) >= 2 else set(ALL_CORES)


def release_child() -> None:
    """Undo the pinning, as `preexec_fn` of a server, so that it does not inherit the generator's core."""
    if ALL_CORES:
        os.sched_setaffinity(0, ALL_CORES)


def pin_self() -> None:
    if ALL_CORES:
        os.sched_setaffinity(0, generator_cores())


def hub_processes(pid: int) -> list[psutil.Process]:
    """Return the hub's processes below `pid`, without the database servers it started."""
    found: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        pending = [root]
        while pending:
            process = pending.pop()
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if process.name().lower().startswith(SERVER_NAMES):
                    continue
                found.append(process)
                pending.extend(process.children())
    return found


def pin_hub(pid: int, to: set[int] | None = None) -> None:
    """Pin every thread of the hub, because affinity is per thread and running threads keep theirs. Without `to`: to its core.

    The process for the jobs runs where there is room, as Postgres does.
    """
    if not ALL_CORES:
        return
    wanted = to or hub_cores()
    for process in hub_processes(pid):
        cores = ALL_CORES if runs_jobs_alone(process) else wanted
        for task in Path(f"/proc/{process.pid}/task").glob("*"):
            with contextlib.suppress(OSError):
                os.sched_setaffinity(int(task.name), cores)


def spread_hub(pid: int) -> None:
    """Let the processes of the hub use every core but the generator's; all if there are only two."""
    pin_hub(pid, set(ALL_CORES - generator_cores()) if len(ALL_CORES) > 2 else set(ALL_CORES))


def runs_jobs_alone(process: psutil.Process) -> bool:
    try:
        return bool(process.environ().get("HUB_ROLE") == "jobs")
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def cpu_seconds(pid: int) -> float:
    """Return the seconds of processor time that the hub's processes have used."""
    total = 0.0
    for process in hub_processes(pid):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    return total


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds used so far: by the hub, by its Postgres with everything that works in it, and by this process.

    A rate that falls while none of them costs more is the machine's; otherwise this names the one that costs more.
    """

    hub: float
    postgres: float
    generator: float

    @classmethod
    def now(cls, pid: int) -> Usage:
        return cls(cpu_seconds(pid), _postgres_seconds(pid), sum(os.times()[:2]))

    def since(self, before: Usage) -> Usage:
        return Usage(self.hub - before.hub, self.postgres - before.postgres, self.generator - before.generator)


def _postgres_seconds(pid: int) -> float:
    """Of the postmaster below `pid`, its processes, and those that have ended, such as autovacuum workers."""
    total = 0.0
    with contextlib.suppress(psutil.NoSuchProcess):
        for process in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if process.name().lower().startswith("postgres"):
                    times = process.cpu_times()
                    total += times.user + times.system + times.children_user + times.children_system
    return total


@dataclass(frozen=True, slots=True)
class Weather:
    """Load of the machine while the bench is idle, as fractions of all cores."""

    busy: float
    steal: float
    load: float

    @property
    def disturbed(self) -> bool:
        return self.busy > 0.10 or self.steal > 0.02

    def __str__(self) -> str:
        return f"load {self.load:.1f}, others busy {self.busy:.0%}, steal {self.steal:.1%}"


def _ticks() -> tuple[float, float, float]:
    times = psutil.cpu_times()
    steal = float(getattr(times, "steal", 0.0))
    idle = float(times.idle) + float(getattr(times, "iowait", 0.0))
    total = float(sum(times[:8]))
    return total, idle, steal


class Watch:
    """Measures steal time: `watch = Watch(); ...; watch.steal()`."""

    def __init__(self) -> None:
        self._total, self._idle, self._steal = _ticks()

    def steal(self) -> float:
        total, _, steal = _ticks()
        return (steal - self._steal) / max(total - self._total, 1e-9)


def look(seconds: float = 0.5) -> Weather:
    """Sample the machine while the bench sleeps. It blocks, so call it only between measurements."""
    total, idle, steal = _ticks()
    time.sleep(seconds)
    total2, idle2, steal2 = _ticks()
    span = max(total2 - total, 1e-9)
    return Weather(
        busy=max(0.0, 1 - (idle2 - idle + steal2 - steal) / span),
        steal=(steal2 - steal) / span,
        load=os.getloadavg()[0],
    )
