"""Admission of sign-ins: bounds how many are checked, wait and fail, before anything is read or compared.

Known and unknown devices queue apart, so that guesses from anywhere cannot keep a gate from signing in.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hub.guards.rate_limit import RateLimit
from hub.rules.address_list import Address
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused, Unavailable
from hub.settings import Rate

AT_WORK = 6
"""Sign-ins that are checked at once in each queue. Each takes a database connection for a moment."""
MOST_WAITING = 400
"""Sign-ins that wait in each queue; a hub on two cores checks some 50 of unknown devices a second. Later ones get Unavailable."""
MOST_OF_NETWORK = 100
"""Of these, those of one network: the scanners of a venue that sign in at once for the first time."""
MOST_OF_DEVICE = 10
HELD_SECONDS = 1.0
"""Seconds that a refusal of an unknown device is held back. Answered at once, a flood of 200 clients is 800 refusals a second, which
leave the loop no time for a known device: its sign-in took four seconds."""
MOST_HELD = 2000
"""Refusals held back at once. Further ones are answered at once."""
FAILURES = frozenset({
    Reason.INVALID_CREDENTIALS, Reason.LOCKED_OUT, Reason.SECOND_FACTOR_WRONG, Reason.SIGN_IN_STEP_EXPIRED,
})  # fmt: skip
"""Refusals of a sign-in that count against its network or device. Any other followed a right secret."""


class SignInAdmission:
    """Admits sign-ins in a process. Only failures count against `rate`, because a shift signs in from one network."""

    def __init__(self, rate_limit: RateLimit, rate: Rate | None) -> None:
        self._rate_limit = rate_limit
        self._rate = rate
        self._known = _Queue(MOST_OF_DEVICE)
        self._unknown = _Queue(MOST_OF_NETWORK)
        self._holding = 0

    @asynccontextmanager
    async def admitted(self, device: str | None, address: Address | None) -> AsyncIterator[None]:
        """Wait for a place and keep it while the secret is checked. `device` is the id of a device that knows the name.

        Refuses RATE_LIMITED after too many failures of this device, or of an unknown device's network, and if too many of it wait.
        Raises Unavailable if everybody waits.
        """
        queue, who = (self._unknown, network_of(address)) if device is None else (self._known, device)
        bucket = f"sign_in:{who}"
        wait = self._rate_limit.blocked(bucket)
        if device is None and (wait > 0 or not queue.has_place(who)):
            await self._hold_back()
        _refuse_early(wait)
        async with queue.place(who):
            _refuse_early(await self._rate_limit.admit(bucket, self._rate, returnable=True))
            failed = False
            try:
                yield
            except Refused as refused:
                failed = refused.reason in FAILURES
                raise
            finally:
                if not failed:
                    self._rate_limit.give_back(bucket, self._rate)

    async def _hold_back(self) -> None:
        """Let a client that will be refused wait, so that it cannot ask again at once."""
        if self._holding >= MOST_HELD:
            return
        self._holding += 1
        try:
            await asyncio.sleep(HELD_SECONDS)
        finally:
            self._holding -= 1


def network_of(address: Address | None) -> str:
    """Return the network whose unknown devices are counted together: the /24 of an IPv4 address, the /64 of an IPv6 one."""
    if address is None:
        return "unknown"
    return str(ipaddress.ip_network((address, 24 if address.version == 4 else 64), strict=False))


def _refuse_early(wait: float) -> None:
    if wait > 0:
        raise Refused(Reason.RATE_LIMITED, retry_after=max(1, round(wait + 0.499)))


class _Queue:
    """Places for `AT_WORK` sign-ins at once, and for `MOST_WAITING` behind them, in the order of arrival."""

    def __init__(self, most_of_one: int) -> None:
        self._most_of_one = most_of_one
        self._at_work = asyncio.Semaphore(AT_WORK)
        self._held: Counter[str] = Counter()

    def has_place(self, who: str) -> bool:
        return self._held[who] < self._most_of_one

    @asynccontextmanager
    async def place(self, who: str) -> AsyncIterator[None]:
        if not self.has_place(who):
            raise Refused(Reason.RATE_LIMITED, retry_after=1)
        if self._held.total() >= AT_WORK + MOST_WAITING:
            raise Unavailable("signing in")
        self._held[who] += 1
        try:
            async with self._at_work:
                yield
        finally:
            self._held[who] -= 1
            if not self._held[who]:
                del self._held[who]
