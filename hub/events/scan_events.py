"""Scan events: every logged scan, published to the listeners of this process and to the peers that want it.

A scan event may be lost on the way to a peer. The scan log in Postgres holds every scan.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from hub.events.announcements import Announcement, ScansLogged
from hub.events.announcer import Announcer
from hub.events.peers import Peers
from hub.rules.decisions import Decision
from hub.rules.scan_requests import ScanRequest

log = logging.getLogger(__name__)


class LoggedScan(NamedTuple):
    """One row of the scan log, written at `at`. `moment` is the time of the scan, which is earlier for a synced scan.

    `people` is how many it moved if it moved anybody. `slot_id` is the slot of the ticket's reservation.
    `remaining` is how many of the ticket's party were still to come; None for a ticket of one person.
    """

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
    people: int = 1
    slot_id: int | None = None
    remaining: int | None = None

    @property
    def admitted(self) -> bool:
        """Whether the scan let its holder in, for the first time or again, or found that the whole party had come in.

        The entries of a family are logged with a code for each, of which only one was shown.
        """
        return self.entered or self.reason == "RE_ENTRY" or self.remaining == 0


def logged_scan(request: ScanRequest, decision: Decision, now: datetime) -> LoggedScan:
    """Return the scan as it is logged at `now`."""
    r, verdict, ticket, reservation, party = (
        request,
        decision.verdict,
        decision.ticket,
        decision.reservation,
        decision.party,
    )
    # `_make` takes half the time of `LoggedScan(...)`, and runs for every scan.
    return LoggedScan._make((
        r.org_id, r.venue_id, decision.scan_id, now, r.scanned_at or now if r.source == "sync" else now, r.gate,
        r.operator_id, r.operator_name, r.mode, r.source, verdict.result, verdict.reason.value, decision.entered, r.code,
        ticket.id if ticket else None, r.device, decision.people, reservation.slot_id if reservation else None,
        party.remaining if party else None,
    ))  # fmt: skip


Listener = Callable[[Sequence[LoggedScan]], None]


class ScanEvents:
    """The listeners to logged scans. Call `listen` before the first scan, and `publish` after the commit.

    Listeners are called after every batch of scans. They must be quick, and must neither wait nor raise.
    """

    def __init__(self, announcer: Announcer, peers: Peers) -> None:
        self.peers = peers
        self._announcer = announcer
        self._listeners: list[Listener] = []
        self.needed_elsewhere: Callable[[LoggedScan], bool] = lambda _: False
        """Returns whether peers need a scan even if none of their clients watches the organisation."""
        announcer.listen(self._receive)

    def listen(self, listener: Listener) -> None:
        """Call `listener` with the scans that this process and its peers log."""
        self._listeners.append(listener)

    def publish(self, scans: Sequence[LoggedScan]) -> None:
        """Publish the scans that this process has just logged."""
        self._deliver(scans)
        if self.peers.others:
            self._announcer.publish_to_peers(_announcements(scan for scan in scans if self._wanted_elsewhere(scan)))

    def _wanted_elsewhere(self, scan: LoggedScan) -> bool:
        return self.peers.wanted(scan.org_id) or self.needed_elsewhere(scan)

    def _receive(self, announcement: Announcement) -> None:
        if isinstance(announcement, ScansLogged):
            self._deliver([_decode(announcement, row) for row in announcement.rows])

    def _deliver(self, scans: Sequence[LoggedScan]) -> None:
        for listener in self._listeners:
            try:
                listener(scans)
            except Exception:
                log.exception("scan_events.listener_failed")


def _announcements(scans: Iterable[LoggedScan]) -> list[ScansLogged]:
    """Return one announcement for each venue of these scans."""
    rows: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for scan in scans:
        rows.setdefault((scan.org_id, scan.venue_id), []).append((str(scan.scan_id), *scan[3:]))
    return [ScansLogged(*venue, tuple(found)) for venue, found in rows.items()]


def _decode(announcement: ScansLogged, row: Sequence[Any]) -> LoggedScan:
    """Return the scan in a row that a peer sent. Ids and timestamps are text there."""
    scan_id, at, moment, *rest = row
    return LoggedScan(announcement.org_id, announcement.venue_id, UUID(scan_id), datetime.fromisoformat(at),
                datetime.fromisoformat(moment), *rest)  # fmt: skip
