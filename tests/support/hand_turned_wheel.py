"""The timer wheel of a hub in the test's hand: its seconds pass as fast as the test turns it, however busy the machine is."""

from __future__ import annotations

import asyncio

from hub.live.connection.timer_wheel import TURN_SECONDS
from hub.live.server import LiveServer


class HandTurnedWheel:
    """Lets only the test turn the wheel. `now` is the wheel's time in seconds."""

    def __init__(self, live: LiveServer) -> None:
        self._wheel = live.host.timer_wheel
        (turning,) = [job for job in live._jobs if job.get_name() == "live-timer-wheel"]
        turning.cancel()

    @property
    def now(self) -> float:
        return self._wheel.now

    async def turn(self, seconds: float = TURN_SECONDS) -> None:
        """Advance the wheel by `seconds`, and read what is written to the sockets meanwhile."""
        for _ in range(round(seconds / TURN_SECONDS)):
            self._wheel.turn()
            await asyncio.sleep(0.001)
