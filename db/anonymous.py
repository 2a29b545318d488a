"""Whether a task works for an anonymous client: one that has not signed in. Its statements then have connections of their own.

It belongs to the task that was told so, as the organisation does (db/organisation.py). So what one request starts for all,
such as a batch or a shared reading, never waits for the connections of anonymous clients.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar, Token
from typing import Any

ReadAddress = Callable[[], str]
"""Returns the client's address, as a rate limit counts it. Few requests need it, so it is read when it is needed."""

_Client = tuple[asyncio.Task[Any] | None, ReadAddress | None]

_NO_CLIENT: _Client = (None, None)
_client: ContextVar[_Client] = ContextVar("anonymous_client", default=_NO_CLIENT)


def is_anonymous() -> bool:
    """Return whether this task works for an anonymous client."""
    return anonymous_reader() is not None


def anonymous_address() -> str | None:
    """Return the address of the anonymous client that this task works for; None if it works for none."""
    read_address = anonymous_reader()
    return None if read_address is None else read_address()


def work_anonymously(read_address: ReadAddress | None) -> Token[_Client]:
    """Let this task work for an anonymous client from now on; None: for another. The token is for `stop_anonymous`."""
    return _client.set(_NO_CLIENT if read_address is None else (asyncio.current_task(), read_address))


def stop_anonymous(before: Token[_Client]) -> None:
    """Undo `work_anonymously`."""
    _client.reset(before)


def anonymous_reader() -> ReadAddress | None:
    """Return what reads the address of the anonymous client, for a task that is started for it; None if this one works for none."""
    task, read_address = _client.get()
    return read_address if read_address is not None and task is asyncio.current_task() else None
