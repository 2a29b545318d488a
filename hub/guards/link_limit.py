"""The limit of unknown links: an address that tries many links that lead nowhere must wait, and costs no more queries.

A link of an e-mail holds a token of 192 bits, so nobody finds one by trying. The limit is there for the load of the tries.
A link that was found lately is looked up all the same, so that visitors behind the same address keep their pages.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TypeVar

from db.anonymous import anonymous_address
from hub.guards.rate_limit import RateLimit
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.settings import Rate

MOST_REMEMBERED = 20_000

Found = TypeVar("Found")


class LinkLimit:
    """Looks up links for anonymous clients. `rate`: how many unknown ones an address may try; None: as many as it likes."""

    def __init__(self, rate_limit: RateLimit, rate: Rate | None) -> None:
        self._rate_limit = rate_limit
        self._rate = rate
        self._waiting: OrderedDict[str, float] = OrderedDict()
        self._found: OrderedDict[bytes, None] = OrderedDict()

    async def look_up(self, hashed: bytes, read: Callable[[bytes], Awaitable[Found]]) -> Found:
        """Return what `read` finds for the hash of a link's token. If it is empty, the link is unknown. Refuses RATE_LIMITED."""
        address = anonymous_address() if self._rate is not None else None
        if address is None:
            return await read(hashed)
        if hashed not in self._found:
            self._refuse_waiting(address)
        found = await read(hashed)
        if found:
            self._remember(hashed)
        else:
            await self._count_unknown(address)
        return found

    def _refuse_waiting(self, address: str) -> None:
        until = self._waiting.get(address)
        if until is None:
            return
        wait = until - time.monotonic()
        if wait <= 0:
            del self._waiting[address]
            return
        raise Refused(Reason.RATE_LIMITED, retry_after=max(1, math.ceil(wait)))

    async def _count_unknown(self, address: str) -> None:
        wait = await self._rate_limit.admit(f"links:{address}", self._rate)
        if wait > 0:
            while len(self._waiting) >= MOST_REMEMBERED:
                self._waiting.popitem(last=False)
            self._waiting[address] = time.monotonic() + wait
            self._refuse_waiting(address)

    def _remember(self, hashed: bytes) -> None:
        if hashed in self._found:
            self._found.move_to_end(hashed)
            return
        while len(self._found) >= MOST_REMEMBERED:
            self._found.popitem(last=False)
        self._found[hashed] = None
