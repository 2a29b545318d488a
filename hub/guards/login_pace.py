"""The pace of a login: how fast one login may ask this process, over HTTP and on its sockets.

It is far above what people and scanners do. It keeps a stolen login from filling the scan log, or from taking the database.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.settings import Rate

MOST_LOGINS = 20_000
LOOKS_PER_SOCKET, LOOK_SECONDS = 40, 20
"""Looks of one login on its sockets: two a second at each of its scanners, for as many scanners as it may have sockets."""
MOST_SCANNERS = 100
"""Scanners of one login if its sockets are not limited."""


def request_rate(staff: Rate | None, operator: Rate | None) -> Rate | None:
    """Return the rate of all requests of a login: None if the operator's is off, and never less than that."""
    if staff is None or operator is None:
        return None
    return max(staff, operator, key=lambda rate: rate.count / rate.seconds)


def look_rate(operator: Rate | None, sockets: int | None) -> Rate | None:
    """Return the rate of looks by the operator's HTTP rate: None if that is off, and never less than that."""
    if operator is None:
        return None
    return request_rate(Rate(LOOKS_PER_SOCKET * (sockets or MOST_SCANNERS), LOOK_SECONDS), operator)


class LoginPace:
    """A limiter by GCRA, which keeps one number for each login. A burst is as large as the rate's count."""

    def __init__(self, rate: Rate | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._due: OrderedDict[Hashable, float] = OrderedDict()

    def keep(self, login: Hashable) -> None:
        """Count a request of this login. Refuses RATE_LIMITED with `retry_after`, and does not count what it refuses."""
        rate = self._rate
        if rate is None:
            return
        now = self._clock()
        due = max(self._due.get(login, now), now)
        wait = due - now - rate.seconds * (rate.count - 1) / rate.count
        if wait > 0:
            raise Refused(Reason.RATE_LIMITED, retry_after=max(1, round(wait + 0.499)))
        if login not in self._due and len(self._due) >= MOST_LOGINS:
            self._forget_idle(now)
        self._due[login] = due + rate.seconds / rate.count

    def _forget_idle(self, now: float) -> None:
        self._due = OrderedDict((login, due) for login, due in self._due.items() if due > now)
        if len(self._due) >= MOST_LOGINS:
            self._due.popitem(last=False)
