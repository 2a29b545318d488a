"""Relay: passes announcements of other hub processes from Redis to this process's announcer.

A broken Redis subscription looks like an evening without events. So the relay publishes to its own channel every two seconds,
and subscribes again when it has missed three of its own messages. Then it calls `on_gap`.
"""

import asyncio
import logging
import random
from collections.abc import Callable

from db.redis_client import REDIS_ERRORS, RedisClient, open_subscription, publish
from hub.events.announcer import CHANNEL, Announcer

PING_SECONDS = 2.0
MISSES = 3
RETRY_SECONDS = (0.1, 2.0)
"""Shortest and longest wait in seconds before the next try. It doubles each time."""

log = logging.getLogger(__name__)


class Relay:
    """The relay. It calls `on_gap` after every connection, because messages before it may have been lost."""

    def __init__(
        self,
        redis: RedisClient,
        announcer: Announcer,
        on_gap: Callable[[], None],
        *,
        ping_seconds: float = PING_SECONDS,
    ) -> None:
        self._redis = redis
        self._announcer = announcer
        self._on_gap = on_gap
        self._ping_seconds = ping_seconds
        self._own = f"venuehub:relay:{announcer.origin}"
        self.connected = False

    async def run(self) -> None:
        wait = RETRY_SECONDS[0]
        while not _is_cancelled():
            try:
                await self._listen()
            except REDIS_ERRORS as trouble:
                log.debug("relay.lost", extra={"error": type(trouble).__name__})
            except Exception:
                log.exception("relay.failed")
            wait = RETRY_SECONDS[0] if self.connected else min(wait * 2, RETRY_SECONDS[1])
            self.connected = False
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - jitter

    async def _listen(self) -> None:
        """Receive until the connection breaks or the relay's own messages are missing."""
        loop = asyncio.get_running_loop()
        pubsub = await open_subscription(self._redis)
        try:
            await pubsub.subscribe(CHANNEL, self._own)
            received_at = loop.time()
            pinged_at = 0.0
            while not _is_cancelled():
                now = loop.time()
                if now - received_at > MISSES * self._ping_seconds:
                    log.warning("relay.deaf")
                    return
                if now - pinged_at >= self._ping_seconds:
                    pinged_at = now
                    await publish(self._redis, self._own, b"")
                message = await pubsub.get_message(timeout=self._ping_seconds / 2)
                if message is None:
                    continue
                received_at = loop.time()
                if message["channel"] == self._own.encode():
                    if not self.connected:
                        self.connected = True
                        self._on_gap()
                else:
                    self._announcer.receive(message["data"])
        finally:
            try:
                async with asyncio.timeout(0.5):
                    await pubsub.aclose()
            except REDIS_ERRORS:
                pass


def _is_cancelled() -> bool:
    """Return whether this task was cancelled.

    The Redis client (`asyncio.wait_for` before Python 3.12) may swallow a cancellation that arrives together with a message.
    Without this check the hub would wait for the relay for ever.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
