"""Stale servers: those that a killed hub left running, found by pid file and recognised by command line.

On Linux the kernel stops them with the hub, so usually this waits some milliseconds until they have ended. On macOS this
stops them.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path


async def clear(pid: int, marks: tuple[str, ...], *, stop_signal: signal.Signals) -> None:
    """Stop process `pid` if its command line contains all of `marks`. Another process with that pid is left alone."""
    if not is_ours(pid, marks):
        return
    _send(pid, stop_signal)
    deadline = time.monotonic() + 20
    while is_ours(pid, marks):
        if time.monotonic() > deadline:
            _send(pid, signal.SIGKILL)
        await asyncio.sleep(0.01)


def is_ours(pid: int, marks: tuple[str, ...]) -> bool:
    line = _command_line(pid)
    return bool(line) and all(mark in line for mark in marks)


def pid_in(path: Path) -> int | None:
    """Return the pid in the first line of a pid file, or None if there is none."""
    try:
        pid = int(path.read_text(encoding="ascii", errors="replace").split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    return pid if pid > 1 else None


def _command_line(pid: int) -> str:
    """Return the command line of a process; empty if it is gone or a zombie."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            return ""
    shown = subprocess.run(["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    return shown.stdout.decode("utf-8", "replace")


def _send(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
