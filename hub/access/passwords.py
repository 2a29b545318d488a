"""Password hashing: argon2id in few threads, so that many sign-ins at once cannot delay scans. Unknown devices have one of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import Type

from hub.rules.refusals import Unavailable
from hub.rules.staff_secrets import composed

THREADS, THREADS_OF_UNKNOWN = 2, 1
MOST_WAITING = 400
"""Largest number of hashes that wait for known devices, or for unknown ones: some eight seconds of work. Later ones get Unavailable."""
LONGEST_SECRET = 1024

# OWASP's minimum for argon2id: 19 MiB, two passes, parallelism 1. About 20 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1, hash_len=32, salt_len=16, type=Type.ID)

# The hash of 32 random bytes that nobody kept, at the same cost. So an unknown name takes as long to refuse as a known one.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$ozKoTjvis8eN+diJSioRRA$FrAaSsJNxe1TMG5eqn2RwpzhHxWCI0S2LX0FrseDYyE"

P = ParamSpec("P")
T = TypeVar("T")


class Passwords:
    """Hashes and verifies passwords and PINs. Raises Unavailable if `MOST_WAITING` hashes are waiting already.

    An `unknown_device` is one on which the name has never signed in. Known ones never wait behind these.
    """

    def __init__(self) -> None:
        self._known = _Threads(THREADS, "passwords")
        self._unknown = _Threads(THREADS_OF_UNKNOWN, "unknown devices")
        self._turns: dict[str, tuple[asyncio.Semaphore, int]] = {}

    async def hash(self, secret: str) -> str:
        """Return the hash to store, of the composed secret; it names its own parameters and salt."""
        return await self._known.run(_HASHER.hash, composed(secret))

    async def verify(self, stored: str | None, secret: str, *, unknown_device: bool = False) -> bool:
        """Return whether `secret` matches the stored hash. `stored` None gives False after the same time.

        A secret that keyboards compose in two ways matches in both. Hashes from before they were composed know only one of them.
        """
        if len(secret) > LONGEST_SECRET:
            stored, secret = None, ""
        threads = self._unknown if unknown_device else self._known
        matches = False
        for form in dict.fromkeys((composed(secret), secret)):
            matches = await threads.run(_matches, stored or _NOBODY, form) or matches
        return matches and stored is not None

    async def pretend(self, times: int, *, unknown_device: bool = False) -> None:
        """Take as long as this many comparisons take, so that the time of an answer does not tell how many there were."""
        for _ in range(times):
            await self.verify(None, "", unknown_device=unknown_device)

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[None]:
        """Allow two checks of one name at a time. A shift that signs in with one login is then not taken for guessing."""
        turns, users = self._turns.get(name) or (asyncio.Semaphore(2), 0)
        self._turns[name] = (turns, users + 1)
        try:
            async with turns:
                yield
        finally:
            _, users = self._turns.pop(name)
            if users > 1:
                self._turns[name] = (turns, users - 1)

    def close(self) -> None:
        self._known.close()
        self._unknown.close()


class _Threads:
    """Threads for hashing, and the number of hashes that wait for them."""

    def __init__(self, count: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(count, thread_name_prefix=name)
        self._waiting = 0

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        if self._waiting >= MOST_WAITING:
            raise Unavailable("signing in")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: function(*args, **kwargs))
        finally:
            self._waiting -= 1


def _matches(stored: str, secret: str) -> bool:
    try:
        return _HASHER.verify(stored, secret)
    except (Argon2Error, InvalidHashError, UnicodeEncodeError):
        return False
