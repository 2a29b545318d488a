"""The organisation that a task works for. Its statements then see the rows of this organisation alone (db/row_security.py).

Without one a task serves every organisation: background jobs, batches of scans and bookings, sign-in, links by their token.
An organisation belongs to the task that named it. A task started meanwhile serves every organisation until it names its own,
so that what one request starts for all, such as a shared reading, never sees only the rows of that request's organisation.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from typing import Any

_Named = tuple[asyncio.Task[Any] | None, int | None]

_EVERY_ONE: _Named = (None, None)
_named: ContextVar[_Named] = ContextVar("organisation", default=_EVERY_ONE)


def current_organisation() -> int | None:
    """Return the organisation that this task works for; None if it serves every one."""
    task, org_id = _named.get()
    return org_id if org_id is not None and task is asyncio.current_task() else None


def work_for(org_id: int | None) -> Token[_Named]:
    """Let this task work for one organisation from now on; None for every one. The token is for `stop_working`."""
    return _named.set(_EVERY_ONE if org_id is None else (asyncio.current_task(), org_id))


def stop_working(before: Token[_Named]) -> None:
    """Undo `work_for`, and every later one of this task."""
    _named.reset(before)


@contextmanager
def working_for(org_id: int | None) -> Iterator[None]:
    """Let the block work for one organisation; None for every one."""
    before = work_for(org_id)
    try:
        yield
    finally:
        stop_working(before)
