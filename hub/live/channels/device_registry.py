"""Device registry: the scanners with a socket at this process, what each reports about itself, and its last scan.

A device is identified by the id that it sends; a client without an id is not a scanner. The registry is shared with the other
processes through Redis (`shared_devices.py`), so that a manager at any process sees all scanners.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from hub.access.tokens import Identity
from hub.events.scan_events import LoggedScan
from hub.live.protocol.device import Device
from hub.live.protocol.event_bodies import DeviceOperator, DeviceRow, LastScan
from hub.rules.timestamps import rfc3339

GONE = timedelta(minutes=15)
"""Time for which an offline scanner is still listed."""
MOST_GONE = 1000


class DeviceName(NamedTuple):
    org_id: int
    device_id: str


class DeviceSession(Protocol):
    """The part of a socket session that this registry uses."""

    @property
    def identity(self) -> Identity: ...

    @property
    def device(self) -> Device: ...


class DeviceRegistry:
    """The registry of a process. `changed` holds the organisations with changes that are not published yet."""

    def __init__(self) -> None:
        self.changed: set[int] = set()
        self._names: dict[DeviceSession, DeviceName] = {}
        self._live: dict[DeviceName, DeviceSession] = {}
        self._last_scan: dict[DeviceName, LoggedScan] = {}
        self._since: dict[DeviceName, datetime] = {}
        self._gone: dict[DeviceName, tuple[datetime, DeviceRow]] = {}

    def register(self, session: DeviceSession, now: datetime) -> None:
        """Store what a device reports about itself, for the first time or with changes."""
        name = self._name_of(session)
        before = self._names.get(session)
        if before is not None and before != name and self._live.get(before) is session:
            self._note_gone(before, session, now)
        if name is None:
            self._names.pop(session, None)
            return
        self._names[session] = name
        if self._live.get(name) is not session:
            self._live[name] = session
            self._since[name] = now
            self._gone.pop(name, None)
        self.changed.add(name.org_id)

    def unregister(self, session: DeviceSession, now: datetime) -> None:
        """Mark a device as offline after its socket has closed, unless it has another socket already."""
        name = self._names.pop(session, None)
        if name is not None and self._live.get(name) is session:
            self._note_gone(name, session, now)

    def receive(self, scans: Sequence[LoggedScan]) -> None:
        """Store the last scan of each device. Called for every batch of scans."""
        for scan in scans:
            if scan.device is None:
                continue
            name = DeviceName(scan.org_id, scan.device)
            if name in self._live:
                self._last_scan[name] = scan
                self.changed.add(scan.org_id)

    def rows(self, org_id: int, now: datetime) -> list[DeviceRow]:
        """Return all devices of an organisation that are connected here, or were within `GONE`."""
        for name, (at, _) in list(self._gone.items()):
            if now - at > GONE or len(self._gone) > MOST_GONE:
                del self._gone[name]
                self._last_scan.pop(name, None)
        live = [self._row(name, session) for name, session in self._live.items() if name.org_id == org_id]
        return live + [row for name, (_, row) in self._gone.items() if name.org_id == org_id]

    def organisations(self) -> Iterable[int]:
        return {name.org_id for name in (*self._live, *self._gone)}

    def _note_gone(self, name: DeviceName, session: DeviceSession, now: datetime) -> None:
        row = self._row(name, session)
        row["live"], row["since"] = False, rfc3339(now)
        self._gone[name] = (now, row)
        del self._live[name]
        del self._since[name]
        self.changed.add(name.org_id)

    def _row(self, name: DeviceName, session: DeviceSession) -> DeviceRow:
        device, operator = session.device, session.identity
        return DeviceRow(
            device_id=name.device_id,
            name=device.name,
            gate=device.gate,
            venue_id=operator.venue_id,
            operator=DeviceOperator(id=operator.staff_id, name=operator.name, role=str(operator.role)),
            live=True,
            since=rfc3339(self._since[name]),
            last_scan=self._last_scan_of(name),
            battery=device.battery,
            charging=device.charging,
            queue=device.queue,
            version=device.version,
            round_trip_ms=device.round_trip_ms,
            skew_ms=device.skew_ms,
        )

    def _last_scan_of(self, name: DeviceName) -> LastScan | None:
        scan = self._last_scan.get(name)
        if scan is None:
            return None
        return LastScan(at=rfc3339(scan.at), result=scan.result, reason=scan.reason, mode=scan.mode)

    @staticmethod
    def _name_of(session: DeviceSession) -> DeviceName | None:
        return DeviceName(session.identity.org_id, session.device.id) if session.device.id else None
