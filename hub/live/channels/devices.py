"""Device channels: all scanners of a venue, at any process, for managers (the topic `devices`).

A process with subscribers reads the devices of all processes every second (`shared_devices.py`).
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any, NamedTuple

from db.organisation import working_for
from hub.live.channels.channel import Channel, Channels
from hub.live.channels.shared_devices import SharedDevices
from hub.live.channels.tick import Tick
from hub.live.channels.versioned_state import VersionedState
from hub.live.protocol.event_bodies import DeviceRow, DevicesBody, DevicesSnapshot

READ_SECONDS = 1.0
TICK_SECONDS = 0.1
GATES_SECONDS = 15.0
"""Seconds between two readings of the gates' activity."""

GateRow = dict[str, Any]


class VenueKey(NamedTuple):
    org_id: int
    venue_id: int


ReadGates = Callable[[int, int], Awaitable[list[GateRow]]]

log = logging.getLogger(__name__)


class DeviceBoard(VersionedState):
    """The scanners and gates of one venue. `revision` grows with every change in this process."""

    __slots__ = ("_changed", "_rows", "complete", "gates")

    def __init__(self) -> None:
        super().__init__()
        self.complete = True
        self.gates: list[GateRow] = []
        self._rows: dict[str, DeviceRow] = {}
        self._changed: dict[str, int] = {}

    @property
    def revision(self) -> int:
        return self.version

    def replace(self, rows: dict[str, DeviceRow], gates: list[GateRow], complete: bool) -> int:
        """Replace the state; return how many devices changed, or 1 if only the rest did."""
        changed = [name for name in rows.keys() | self._rows.keys() if rows.get(name) != self._rows.get(name)]
        if not changed and gates == self.gates and complete == self.complete:
            return 0
        self._count_changes()
        for name in changed:
            self._changed[name] = self.version
        self._rows, self.gates, self.complete = rows, gates, complete
        return max(1, len(changed))

    def snapshot(self) -> DevicesSnapshot:
        return DevicesSnapshot(devices=list(self._rows.values()), gates=self.gates, complete=self.complete)

    def body_since(self, version: int) -> DevicesBody:
        names = [name for name, at in self._changed.items() if at > version]
        return DevicesBody(
            devices=[self._rows[name] for name in names if name in self._rows],
            removed=[name for name in names if name not in self._rows],
            gates=self.gates,
            complete=self.complete,
        )


class DeviceChannel(Channel[VenueKey, DeviceBoard]):
    __slots__ = ("gates_read_at",)

    def __init__(self, key: VenueKey) -> None:
        super().__init__(key, DeviceBoard())
        self.gates_read_at = float("-inf")


class DeviceChannels(Channels[VenueKey, DeviceChannel]):
    """A channel is read when it is made, and every second while somebody subscribes."""

    def __init__(self, shared: SharedDevices, read_gates: ReadGates, *, read_seconds: float = READ_SECONDS) -> None:
        super().__init__(Tick(TICK_SECONDS), fresh_seconds=float("inf"))
        self._shared = shared
        self._read_gates = read_gates
        self._read_seconds = read_seconds

    async def open(self, org_id: int, venue_id: int) -> DeviceChannel:
        """Return the channel as it was last read."""
        key = VenueKey(org_id, venue_id)
        return await self._open(key, lambda: DeviceChannel(key))

    async def run(self) -> None:
        """Publish this process's devices and read all devices every second, until cancelled."""
        while True:
            await asyncio.sleep(self._read_seconds)
            try:
                await self._shared.publish()
                await self._read_all(self.subscribed())
            except Exception:
                log.exception("devices.failed")

    async def _read(self, channel: DeviceChannel) -> int:
        return await self._read_all([channel])

    async def _read_all(self, channels: Collection[DeviceChannel]) -> int:
        """Read the devices of each organisation once; return how many changed."""
        news = 0
        for org_id in {channel.key.org_id for channel in channels}:
            rows, complete = await self._shared.read(org_id)
            for channel in channels:
                if channel.key.org_id != org_id:
                    continue
                own = {name: row for name, row in rows.items() if row["venue_id"] == channel.key.venue_id}
                changed = channel.state.replace(own, await self._gates(channel), complete)
                news += changed
                if changed:
                    self.changed(channel)
        return news

    async def _gates(self, channel: DeviceChannel) -> list[GateRow]:
        now = asyncio.get_running_loop().time()
        if now - channel.gates_read_at < GATES_SECONDS:
            return channel.state.gates
        try:
            with working_for(channel.key.org_id):
                gates = await self._read_gates(*channel.key)
            channel.gates_read_at = now
        except Exception as trouble:  # noqa: BLE001 - Postgres may be away; what was known stays
            log.debug("devices.gates_not_read", extra={"error": type(trouble).__name__})
            return channel.state.gates
        return gates
