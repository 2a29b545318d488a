"""Temporary files in memory if there is room: a database is made in a tenth of the time that a disk takes.

No test depends on the disk, because tests kill processes but do not cut the power.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

MEMORY = Path("/dev/shm")
NEEDED = 4 << 30
"""Bytes that must be free: two sets of servers write 1 GB each before they delete anything."""
PREFIX = "venue-hub-"
_LOCK = ".lock"


def room_in_memory() -> bool:
    """Return whether `MEMORY` exists, has room, and allows programs: a server of another account runs a copied binary."""
    try:
        facts = os.statvfs(MEMORY)
        known = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
        available = int(known["MemAvailable"].split()[0]) << 10
    except (OSError, KeyError):
        return False
    free = facts.f_bavail * facts.f_frsize
    return min(free, available) >= NEEDED and not facts.f_flag & os.ST_NOEXEC and os.access(MEMORY, os.W_OK)


class ThrowAwayFolder:
    """The folder for all temporary files of a run, set as `TMPDIR`, which worker processes inherit."""

    def __init__(self) -> None:
        _sweep()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=MEMORY))
        # Servers of another account must be able to enter it.
        self.path.chmod(0o711)
        # Locked before it gets the name that another run's sweep looks for.
        draft = self.path / f"{_LOCK}.draft"
        self._lock = draft.open("w")
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        draft.rename(self.path / _LOCK)
        os.environ["TMPDIR"] = tempfile.tempdir = str(self.path)

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()
        tempfile.tempdir = None
        del os.environ["TMPDIR"]


def _sweep() -> None:
    """Remove the folders of killed runs, whose locks nobody holds."""
    for lock in MEMORY.glob(f"{PREFIX}*/{_LOCK}"):
        try:
            with lock.open("w") as file:
                _remove_unless_held(file, lock.parent)
        except OSError:
            continue


def _remove_unless_held(file: IO[str], folder: Path) -> None:
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    shutil.rmtree(folder, ignore_errors=True)
