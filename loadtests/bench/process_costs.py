"""Processor seconds of a run by who used them: each process of the hub, Postgres for each of them, the generator and a receiver."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator

import psutil  # type: ignore[import-untyped]  # its stubs are one package more

from loadtests import cores

SERVING, JOBS = "serving process", "jobs process"
POSTGRES_SERVING, POSTGRES_JOBS, POSTGRES_ITSELF = "Postgres for scans", "Postgres for jobs", "Postgres itself"
GENERATOR, RECEIVER = "generator", "receiver"
ALL = (SERVING, JOBS, POSTGRES_SERVING, POSTGRES_JOBS, POSTGRES_ITSELF, GENERATOR, RECEIVER)
_CLIENT = re.compile(r"\((\d+)\)")


def process_costs(hub_pid: int, receiver_pid: int | None = None) -> dict[str, float]:
    """Return the seconds used so far. Backends count for the process whose connection they serve; the rest is Postgres itself."""
    used = dict.fromkeys(ALL, 0.0)
    owners: dict[int, str] = {}
    for process in cores.hub_processes(hub_pid):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            jobs = cores.runs_jobs_alone(process)
            used[JOBS if jobs else SERVING] += _seconds(process)
            ports = {connection.laddr.port for connection in process.net_connections("tcp")}
            owners |= dict.fromkeys(ports, POSTGRES_JOBS if jobs else POSTGRES_SERVING)
    for process in _postgres(hub_pid):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            client = _CLIENT.search(" ".join(process.cmdline()))
            used[owners.get(int(client[1]), POSTGRES_ITSELF) if client else POSTGRES_ITSELF] += _seconds(process)
            ended = process.cpu_times()
            used[POSTGRES_ITSELF] += ended.children_user + ended.children_system
    used[GENERATOR] = sum(os.times()[:2])
    if receiver_pid is not None:
        used[RECEIVER] = _seconds(psutil.Process(receiver_pid))
    return used


def microseconds_each(before: dict[str, float], after: dict[str, float], count: int) -> dict[str, float]:
    """Return what each used between two moments, in microseconds for each of `count`."""
    return {name: (after[name] - before[name]) / max(count, 1) * 1e6 for name in ALL}


def _postgres(hub_pid: int) -> Iterator[psutil.Process]:
    for process in psutil.Process(hub_pid).children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            if process.name().lower().startswith("postgres"):
                yield process


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
