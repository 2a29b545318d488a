"""The device rooms: all scanners of a venue, wherever their sockets are, for the managers who watch them.

Every process lays what it knows of its own devices into a hash of Redis, a field for each process, and does so again before
it is too old to count. A process where somebody watches reads the hash every second. What a process that is gone has left
there is shown as off line. Where Redis does not answer, only the own devices are known, and the room says so.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import orjson

from db.redis_client import RedisClient
from hub.live.channels.device_registry import GONE, Row, Scanners
from hub.live.channels.subscription import Watch, watched_of
from hub.live.channels.tick import Tick
from hub.live.protocol import frames
from hub.rules.timestamps import rfc3339

LOOK_SECONDS = 1.0
LAY_DOWN_SECONDS = 4.0
STALE = timedelta(seconds=12)
GATES_SECONDS = 15.0
KEPT_SECONDS = 30.0
EXPIRE_SECONDS = int(GONE.total_seconds())

ReadGates = Callable[[int, int], Awaitable[list[Row]]]
Key = tuple[int, int]
"""Organisation and venue."""

log = logging.getLogger(__name__)


class DeviceRoom:
    """The scanners of one venue. `revision` grows with every change; each row knows the revision it changed at."""

    __slots__ = (
        "_changed",
        "_rows",
        "_tails",
        "complete",
        "gates",
        "key",
        "left_at",
        "looked_at_gates",
        "revision",
        "watches",
    )

    def __init__(self, key: Key, now: float) -> None:
        self.key = key
        self.watches: set[Watch] = set()
        self.revision = 0
        self.left_at = now
        self.looked_at_gates = -GATES_SECONDS
        self.complete = True
        self.gates: list[Row] = []
        self._rows: dict[str, Row] = {}
        self._changed: dict[str, int] = {}
        self._tails: dict[int, bytes] = {}

    @property
    def version(self) -> int:
        return self.revision

    def take(self, rows: dict[str, Row], gates: list[Row], complete: bool) -> bool:
        """Keep what is now; say whether anything is otherwise than before."""
        changed = [name for name in rows.keys() | self._rows.keys() if rows.get(name) != self._rows.get(name)]
        if not changed and gates == self.gates and complete == self.complete:
            return False
        self.revision += 1
        for name in changed:
            self._changed[name] = self.revision
        self._rows, self.gates, self.complete = rows, gates, complete
        self._tails.clear()
        return True

    def to_tell(self) -> set[Watch]:
        return self.watches

    def snapshot(self) -> dict[str, Any]:
        return {"devices": list(self._rows.values()), "gates": self.gates, "complete": self.complete}

    def tail_since(self, revision: int) -> bytes:
        """What brings a watcher from `revision` to now; written once for all who are there."""
        tail = self._tails.get(revision)
        if tail is None:
            names = [name for name, at in self._changed.items() if at > revision]
            data = {
                "devices": [self._rows[name] for name in names if name in self._rows],
                "removed": [name for name in names if name not in self._rows],
                "gates": self.gates,
                "complete": self.complete,
            }
            tail = self._tails[revision] = frames.event_tail(self.revision, data)
        return tail


class DeviceRooms:
    def __init__(
        self,
        scanners: Scanners,
        redis: RedisClient,
        origin: str,
        now: Callable[[], datetime],
        read_gates: ReadGates,
        *,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._scanners = scanners
        self._redis = redis
        self._origin = origin
        self._now = now
        self._read_gates = read_gates
        self._look_seconds = look_seconds
        self._tick = Tick(0.1)
        self._rooms: dict[Key, DeviceRoom] = {}
        self._laid_down: dict[int, float] = {}

    async def open(self, key: Key) -> DeviceRoom:
        """The room as new as this moment."""
        now = asyncio.get_running_loop().time()
        room = self._rooms.get(key)
        if room is None:
            room = self._rooms[key] = DeviceRoom(key, now)
            await self._look([room])
        room.left_at = now
        return room

    async def run(self) -> None:
        """Lay down, look and tell, every second, until cancelled."""
        while True:
            await asyncio.sleep(self._look_seconds)
            try:
                await self._lay_down()
                await self._look(watched_of(self._rooms, KEPT_SECONDS))
            except Exception:
                log.exception("devices.failed")

    async def _lay_down(self) -> None:
        """Have the other processes know of the devices here."""
        loop_now, now = asyncio.get_running_loop().time(), self._now()
        changed, self._scanners.changed = self._scanners.changed, set()
        for org_id in {*self._scanners.organisations(), *self._laid_down}:
            if org_id not in changed and loop_now - self._laid_down.get(org_id, 0.0) < LAY_DOWN_SECONDS:
                continue
            rows = self._scanners.rows(org_id, now)
            try:
                if rows:
                    body = orjson.dumps({"at": now, "devices": rows})
                    async with self._redis.pipeline(transaction=False) as pipe:
                        pipe.hset(_place(org_id), self._origin, body)
                        pipe.expire(_place(org_id), EXPIRE_SECONDS)
                        await pipe.execute()
                    self._laid_down[org_id] = loop_now
                else:
                    await self._redis.hdel(_place(org_id), self._origin)
                    self._laid_down.pop(org_id, None)
            except Exception as trouble:  # noqa: BLE001 - told again in a second, whatever Redis or the network do
                self._scanners.changed.add(org_id)
                log.debug("devices.not_laid_down", extra={"error": type(trouble).__name__})

    async def _look(self, rooms: list[DeviceRoom]) -> None:
        now = self._now()
        for org_id in {room.key[0] for room in rooms}:
            rows, complete = await self._all_of(org_id, now)
            for room in rooms:
                if room.key[0] != org_id:
                    continue
                own = {name: row for name, row in rows.items() if row["venue_id"] == room.key[1]}
                if room.take(own, await self._gates(room), complete) and room.watches:
                    self._tick.changed(room)

    async def _all_of(self, org_id: int, now: datetime) -> tuple[dict[str, Row], bool]:
        """Every device of an organisation by its id, and whether those of the other processes are among them. Of a device that
        stands twice, the one that is live counts, and then the later."""
        fields = {}
        complete = True
        try:
            fields = await self._redis.hgetall(_place(org_id))
        except Exception as trouble:  # noqa: BLE001 - the own devices are known without
            complete = False
            log.debug("devices.not_read", extra={"error": type(trouble).__name__})
        found = self._scanners.rows(org_id, now)
        for origin, body in fields.items():
            if origin.decode() != self._origin:
                found += _of_peer(orjson.loads(body), now)
        found.sort(key=lambda row: (row["live"], row["since"]))
        return {row["device_id"]: row for row in found}, complete

    async def _gates(self, room: DeviceRoom) -> list[Row]:
        now = asyncio.get_running_loop().time()
        if now - room.looked_at_gates < GATES_SECONDS:
            return room.gates
        try:
            gates = await self._read_gates(*room.key)
            room.looked_at_gates = now
        except Exception as trouble:  # noqa: BLE001 - Postgres may be away; what was known stays
            log.debug("devices.gates_not_read", extra={"error": type(trouble).__name__})
            return room.gates
        return gates

    def close(self) -> None:
        self._tick.close()


def _of_peer(laid_down: dict[str, Any], now: datetime) -> list[Row]:
    """What another process has laid down. One that has not been heard for long is gone, and so are its devices."""
    at = datetime.fromisoformat(laid_down["at"])
    rows: list[Row] = laid_down["devices"]
    if now - at <= STALE:
        return rows
    if now - at > GONE:
        return []
    return [row | {"live": False, "since": rfc3339(at)} if row["live"] else row for row in rows]


def _place(org_id: int) -> str:
    return f"venuehub:devices:{org_id}"
