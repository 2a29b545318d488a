"""The scanners: which devices are on line at this process, what each says of itself, and when it was used last.

A device is named by the id it gives; one that gives none is no scanner. What this process knows is laid down in Redis for the
others, so that a manager at any of them sees all (`device_rooms.py`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hub.events.scan_events import LoggedScan
from hub.rules.timestamps import rfc3339

if TYPE_CHECKING:
    from hub.live.commands.dispatcher import Conversation

GONE = timedelta(minutes=15)
"""How long a scanner that is off line stays in sight."""
MOST_GONE = 1000

Row = dict[str, Any]
Name = tuple[int, str]
"""Organisation and the device's own id."""


class Scanners:
    """The devices of this process. `changed` holds the organisations in which something is new."""

    def __init__(self) -> None:
        self.changed: set[int] = set()
        self._live: dict[Name, Conversation] = {}
        self._last_scan: dict[Name, Row] = {}
        self._since: dict[Name, datetime] = {}
        self._gone: dict[Name, tuple[datetime, Row]] = {}

    def told(self, talk: "Conversation", now: datetime) -> None:
        """A device has said something of itself: perhaps for the first time, perhaps under another name."""
        name = self._name(talk)
        before = talk.scanner
        if before is not None and before != name and self._live.get(before) is talk:
            self._leave(before, talk, now)
        talk.scanner = name
        if name is None:
            return
        if self._live.get(name) is not talk:
            self._live[name] = talk
            self._since[name] = now
            self._gone.pop(name, None)
        self.changed.add(name[0])

    def left(self, talk: "Conversation", now: datetime) -> None:
        """Its socket has ended. A device that is back already on another one is not gone."""
        name = talk.scanner
        if name is not None and self._live.get(name) is talk:
            self._leave(name, talk, now)
        talk.scanner = None

    def hear(self, scans: Sequence[LoggedScan]) -> None:
        """Take what was decided; at every flight of the door."""
        for seen in scans:
            if seen.device is None:
                continue
            name = (seen.org_id, seen.device)
            if name in self._live:
                self._last_scan[name] = {"at": seen.at, "result": seen.result, "reason": seen.reason, "mode": seen.mode}
                self.changed.add(seen.org_id)

    def rows(self, org_id: int, now: datetime) -> list[Row]:
        """All devices of an organisation that are or lately were on line here."""
        for name, (at, _) in list(self._gone.items()):
            if now - at > GONE or len(self._gone) > MOST_GONE:
                del self._gone[name]
                self._last_scan.pop(name, None)
        live = [self._row(name, talk) for name, talk in self._live.items() if name[0] == org_id]
        return live + [row for (org, _), (_, row) in self._gone.items() if org == org_id]

    def organisations(self) -> Iterable[int]:
        return {org_id for org_id, _ in (*self._live, *self._gone)}

    def _leave(self, name: Name, talk: "Conversation", now: datetime) -> None:
        self._gone[name] = (now, self._row(name, talk) | {"live": False, "since": rfc3339(now)})
        del self._live[name]
        del self._since[name]
        self.changed.add(name[0])

    def _row(self, name: Name, talk: "Conversation") -> Row:
        device, who, last = talk.device, talk.identity, self._last_scan.get(name)
        return {
            "device_id": name[1],
            "name": device.name,
            "gate": device.gate,
            "venue_id": who.venue_id,
            "operator": {"id": who.staff_id, "name": who.name, "role": str(who.role)},
            "live": True,
            "since": rfc3339(self._since[name]),
            "last_scan": last and {**last, "at": rfc3339(last["at"])},
            "battery": device.battery,
            "charging": device.charging,
            "queue": device.queue,
            "version": device.version,
            "round_trip_ms": device.round_trip_ms,
            "skew_ms": device.skew_ms,
        }

    @staticmethod
    def _name(talk: "Conversation") -> Name | None:
        return (talk.identity.org_id, talk.device.id) if talk.device.id else None
