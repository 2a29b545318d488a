"""Session host: what all socket sessions of one process share."""

import asyncio
from collections.abc import Callable

from hub.live.connection.background_tasks import BackgroundTasks
from hub.live.connection.timer_wheel import TimerWheel


class SessionHost:
    """The shared parts. `reconnect_after_ms()` draws the time after which a client should reconnect to a stopped hub."""

    __slots__ = ("_none_served", "background", "reconnect_after_ms", "served", "slow_disconnects", "timer_wheel")

    def __init__(self, reconnect_after_ms: Callable[[], int]) -> None:
        self.timer_wheel = TimerWheel()
        self.background = BackgroundTasks()
        self.reconnect_after_ms = reconnect_after_ms
        self.slow_disconnects = 0
        """Clients disconnected because they did not read, or did not answer pings."""
        self.served = 0
        """Sessions whose socket has not ended; a session that has closed is served until its client has closed as well."""
        self._none_served = asyncio.Event()

    def session_begins(self) -> None:
        self.served += 1

    def session_ends(self) -> None:
        self.served -= 1
        if not self.served:
            self._none_served.set()

    async def wait_until_none_is_served(self, seconds: float) -> None:
        """Wait until the socket of every session has ended, at most so long."""
        if not self.served:
            return
        self._none_served.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._none_served.wait()
        except TimeoutError:
            pass
