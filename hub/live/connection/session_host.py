"""Session host: what all socket sessions of one process share."""

from collections.abc import Callable

from hub.live.connection.background_tasks import BackgroundTasks
from hub.live.connection.timer_wheel import TimerWheel


class SessionHost:
    """The shared parts. `reconnect_after_ms()` draws the time after which a client should reconnect to a stopped hub."""

    __slots__ = ("background", "reconnect_after_ms", "slow_disconnects", "timer_wheel")

    def __init__(self, reconnect_after_ms: Callable[[], int]) -> None:
        self.timer_wheel = TimerWheel()
        self.background = BackgroundTasks()
        self.reconnect_after_ms = reconnect_after_ms
        self.slow_disconnects = 0
        """Clients disconnected because they did not read, or did not answer pings."""
