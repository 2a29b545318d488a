"""Relay: announcements that other hub processes publish through Redis reach this one's announcer.

A broken subscription looks like a quiet evening. So the relay publishes to itself on a channel of its own every two
seconds, and subscribes anew when it has missed three of its own messages. After that, `on_gap` is called.
"""

import asyncio
import logging
import random
from collections.abc import Callable

from redis.exceptions import RedisError

from db.redis_client import RedisClient
from hub.events.announcer import CHANNEL, Announcer

PING_SECONDS = 2.0
MISSES = 3
RETRY_SECONDS = (0.1, 2.0)
"""The shortest and the longest wait before the next try; doubled each time."""

log = logging.getLogger(__name__)


class Relay:
    """`on_gap` is called after every (re)connection: messages before it may have been missed."""

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
            except (RedisError, OSError, TimeoutError) as trouble:
                log.debug("relay.lost", extra={"error": type(trouble).__name__})
            except Exception:
                log.exception("relay.failed")
            wait = RETRY_SECONDS[0] if self.connected else min(wait * 2, RETRY_SECONDS[1])
            self.connected = False
            await asyncio.sleep(wait * random.uniform(0.5, 1))  # noqa: S311 - jitter

    async def _listen(self) -> None:
        """Receive until the connection breaks or falls silent."""
        loop = asyncio.get_running_loop()
        pubsub = self._redis.pubsub(ignore_subscribe_messages=True)
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
                    await self._redis.publish(self._own, b"")
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
            except (RedisError, OSError, TimeoutError):
                pass


def _is_cancelled() -> bool:
    """Whether this task was cancelled.

    The Redis client's waits (`asyncio.wait_for` before Python 3.12) may swallow a cancellation that arrives together with a
    message; without this question the hub would wait for the relay for ever.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
