"""The scan news: what is decided at the doors, told to whoever in the house wants to know, and to the other hub processes.

Not a state: what is told may be lost on the way to another process. The log holds all of it.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from hub.events.announcements import Announcement, Announcer, ScansLogged
from hub.events.peers import Peers
from hub.rules.decisions import Decision

log = logging.getLogger(__name__)


class LoggedScan(NamedTuple):
    """One row of the log, as it was written at `at`. `moment` is when the code was held up: earlier, where the scan came later
    than it was made (`sync`)."""

    org_id: int
    venue_id: int
    scan_id: UUID
    at: datetime
    moment: datetime
    gate: str | None
    operator_id: int
    operator_name: str
    mode: str
    source: str
    result: str
    reason: str
    entered: bool
    code: str
    ticket_id: int | None
    device: str | None = None


def logged_scan(presentation: Any, decision: Decision, now: datetime) -> LoggedScan:
    """What was presented, as it was logged at the moment `now`."""
    p, verdict, ticket = presentation, decision.verdict, decision.ticket
    # `Seen(...)` would take twice as long, at every scan.
    return LoggedScan._make((
        p.org_id, p.venue_id, decision.scan_id, now, p.scanned_at or now if p.source == "sync" else now, p.gate,
        p.operator_id, p.operator_name, p.mode, p.source, verdict.result, verdict.reason.value, decision.entered, p.code,
        ticket.id if ticket else None, p.device,
    ))  # fmt: skip


Listener = Callable[[Sequence[LoggedScan]], None]


class ScanEvents:
    """`listen` before the first scan; `tell` after the commit. Listeners are called at every flight of the door: they must
    be quick, and neither wait nor raise."""

    def __init__(self, announcer: Announcer, peers: Peers) -> None:
        self.peers = peers
        self._announcer = announcer
        self._listeners: list[Listener] = []
        self.needed_elsewhere: Callable[[LoggedScan], bool] = lambda _: False
        """Whether other processes need a scan also where nobody there watches the organisation."""
        announcer.listen(self._hear)

    def listen(self, listener: Listener) -> None:
        """Have `listener` called with what is decided here and elsewhere."""
        self._listeners.append(listener)

    def publish(self, scans: Sequence[LoggedScan]) -> None:
        """Tell what this process has just written into the log."""
        self._deliver(scans)
        if self.peers.others:
            self._announcer.publish_to_peers(_announcements(seen for seen in scans if self._wanted_elsewhere(seen)))

    def _wanted_elsewhere(self, seen: LoggedScan) -> bool:
        return self.peers.wanted(seen.org_id) or self.needed_elsewhere(seen)

    def _hear(self, announcement: Announcement) -> None:
        if isinstance(announcement, ScansLogged):
            self._deliver([_read(announcement, row) for row in announcement.rows])

    def _deliver(self, scans: Sequence[LoggedScan]) -> None:
        for listener in self._listeners:
            try:
                listener(scans)
            except Exception:
                log.exception("scan_events.listener_failed")


def _announcements(scans: Iterable[LoggedScan]) -> list[ScansLogged]:
    rows: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for seen in scans:
        rows.setdefault((seen.org_id, seen.venue_id), []).append((str(seen.scan_id), *seen[3:]))
    return [ScansLogged(*where, tuple(found)) for where, found in rows.items()]


def _read(announcement: ScansLogged, row: Sequence[Any]) -> LoggedScan:
    """As it went on the wire: identifiers and moments are text there."""
    scan_id, at, moment, *rest = row
    return LoggedScan(announcement.org_id, announcement.venue_id, UUID(scan_id), datetime.fromisoformat(at),
                datetime.fromisoformat(moment), *rest)  # fmt: skip
