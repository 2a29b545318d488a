"""Open files: every connection is one, and the kernel lets a process have only so many."""

from __future__ import annotations

import resource
from contextlib import suppress

MOST = 1 << 20
LEAST = 4096
"""Below this `hub doctor` and the log say that the limit is low: a venue's scanners and the calendars of a sale are more."""


def raise_limit() -> None:
    """Raise the soft limit of this process, and of those it starts, to the hard limit.

    Many systems start processes with 1024, for the sake of programs that could not handle more.
    """
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit() < reachable():
        with suppress(OSError, ValueError):  # macOS refuses more than the kernel's own limit
            resource.setrlimit(resource.RLIMIT_NOFILE, (reachable(), hard))


def limit() -> int:
    """Return how many files this process may have open now."""
    return _bounded(resource.getrlimit(resource.RLIMIT_NOFILE)[0])


def reachable() -> int:
    """Return how many files this process may allow itself."""
    return _bounded(resource.getrlimit(resource.RLIMIT_NOFILE)[1])


def _bounded(files: int) -> int:
    return MOST if files == resource.RLIM_INFINITY else min(files, MOST)
