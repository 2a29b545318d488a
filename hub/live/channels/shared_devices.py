"""Shared devices: every hub process writes its devices into a Redis hash, so that all processes know all devices.

The hash has one field per process, which the process rewrites before it becomes stale. Devices of a process that is gone are
shown as offline. If Redis does not answer, only this process's devices are known, and `complete` is False.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import orjson

from db.redis_client import RedisClient
from hub.actions.staff.scanner_presence import STALE, devices_key
from hub.live.channels.device_registry import GONE, DeviceRegistry
from hub.live.protocol.event_bodies import DeviceRow
from hub.rules.timestamps import rfc3339

PUBLISH_SECONDS = 4.0
"""Seconds after which a process rewrites its field, if no device has changed before."""
EXPIRE_SECONDS = int(GONE.total_seconds())

log = logging.getLogger(__name__)


class SharedDevices:
    def __init__(self, registry: DeviceRegistry, redis: RedisClient, origin: str, now: Callable[[], datetime]) -> None:
        self._registry = registry
        self._redis = redis
        self._origin = origin
        self._now = now
        self._published: dict[int, float] = {}

    async def publish(self) -> None:
        """Write the devices of this process to Redis."""
        loop_now, now = asyncio.get_running_loop().time(), self._now()
        changed, self._registry.changed = self._registry.changed, set()
        for org_id in {*self._registry.organisations(), *self._published}:
            if org_id not in changed and loop_now - self._published.get(org_id, 0.0) < PUBLISH_SECONDS:
                continue
            rows = self._registry.rows(org_id, now)
            try:
                if rows:
                    body = orjson.dumps({"at": now, "devices": rows})
                    async with self._redis.pipeline(transaction=False) as pipe:
                        pipe.hset(devices_key(org_id), self._origin, body)
                        pipe.expire(devices_key(org_id), EXPIRE_SECONDS)
                        await pipe.execute()
                    self._published[org_id] = loop_now
                else:
                    await self._redis.hdel(devices_key(org_id), self._origin)
                    self._published.pop(org_id, None)
            except Exception as trouble:  # noqa: BLE001 - published again in a second, whatever Redis or the network do
                self._registry.changed.add(org_id)
                log.debug("devices.not_laid_down", extra={"error": type(trouble).__name__})

    async def read(self, org_id: int) -> tuple[dict[str, DeviceRow], bool]:
        """Return every device of an organisation by id, and whether those of the other processes are included.

        If a device is listed twice, the live row is used, else the later one.
        """
        now = self._now()
        fields = {}
        complete = True
        try:
            fields = await self._redis.hgetall(devices_key(org_id))
        except Exception as trouble:  # noqa: BLE001 - the own devices are known without Redis
            complete = False
            log.debug("devices.not_read", extra={"error": type(trouble).__name__})
        found = self._registry.rows(org_id, now)
        for origin, body in fields.items():
            if origin.decode() != self._origin:
                found += _of_peer(orjson.loads(body), now)
        found.sort(key=lambda row: (row["live"], row["since"]))
        return {row["device_id"]: row for row in found}, complete


def _of_peer(published: dict[str, Any], now: datetime) -> list[DeviceRow]:
    """Return the devices of another process. If its field is stale, they are offline."""
    at = datetime.fromisoformat(published["at"])
    rows: list[DeviceRow] = published["devices"]
    if now - at > GONE:
        return []
    if now - at > STALE:
        for row in rows:
            if row["live"]:
                row["live"], row["since"] = False, rfc3339(at)
    return rows
