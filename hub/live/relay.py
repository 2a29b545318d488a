"""The relay: what other hub processes announce through Redis reaches this one's announcer.

A subscriber that has gone deaf looks like a quiet evening. So the relay speaks to itself on a channel of its own every
two seconds, and starts anew when it has not heard itself three times. Whatever may have been missed is told as a gap.
"""

import asyncio
import logging
import random
from collections.abc import Callable

from redis.exceptions import RedisError

from db.redis_client import RedisClient
from hub.events.announcements import CHANNEL, Announcer

PING_SECONDS = 2.0
MISSES = 3
REST_SECONDS = (0.1, 2.0)
"""The least and the longest rest before trying again, doubled each time."""

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
        rest = REST_SECONDS[0]
        while not _leaving():
            try:
                await self._listen()
            except (RedisError, OSError, TimeoutError) as trouble:
                log.debug("relay.lost", extra={"error": type(trouble).__name__})
            except Exception:
                log.exception("relay.failed")
            rest = REST_SECONDS[0] if self.connected else min(rest * 2, REST_SECONDS[1])
            self.connected = False
            await asyncio.sleep(rest * random.uniform(0.5, 1))  # noqa: S311 - jitter

    async def _listen(self) -> None:
        """Hear until the connection breaks or falls silent."""
        loop = asyncio.get_running_loop()
        pubsub = self._redis.pubsub(ignore_subscribe_messages=True)
        try:
            await pubsub.subscribe(CHANNEL, self._own)
            heard = loop.time()
            spoken = 0.0
            while not _leaving():
                now = loop.time()
                if now - heard > MISSES * self._ping_seconds:
                    log.warning("relay.deaf")
                    return
                if now - spoken >= self._ping_seconds:
                    spoken = now
                    await self._redis.publish(self._own, b"")
                message = await pubsub.get_message(timeout=self._ping_seconds / 2)
                if message is None:
                    continue
                heard = loop.time()
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


def _leaving() -> bool:
    """Whether this task was cancelled. Asked, because the Redis client's waits (`asyncio.wait_for` before Python 3.12) may
    swallow a cancellation that arrives together with an answer, and the hub would wait for the relay for ever."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
