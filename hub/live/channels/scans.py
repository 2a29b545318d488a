"""Scan channels: every decision at the gates of a venue as it happens, through a filter (the topic `scans`).

A channel is one filter of one venue. It is filled from the log once and then by scan events. A resync reads the end of the log
again, so that nothing stays missing. In a burst, a frame holds only the newest scans and the number of those left out.
"""

from collections import OrderedDict, deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson

from hub.actions.reporting.feed import FeedFilter
from hub.events.peers import Peers
from hub.events.scan_events import LoggedScan
from hub.live.channels.channel import Channel, Channels
from hub.live.channels.tick import Tick
from hub.live.channels.versioned_state import VersionedState
from hub.live.protocol.event_bodies import ScanBody, ScanOperator, ScansBody, ScansSnapshot
from hub.rules.ticket_code import is_booking_code
from hub.rules.timestamps import rfc3339

TICK_SECONDS = 0.1
SECONDS_PER_SUBSCRIBER = 0.0002
RESYNC_SECONDS = 5.0
KEPT_SCANS = 50
"""Scans in the snapshot for a new subscriber."""
SCANS_PER_FRAME = 20
"""Scans in one frame: more than anybody can read in the 0.1 s between two frames."""
REMEMBERED = 2000
"""Scans whose ids a channel remembers, so that none is sent twice."""
OVERLAP = timedelta(seconds=15)
"""Span of the log that is read again: a row has the timestamp of its decision, which is before its commit."""


class ScanKey(NamedTuple):
    org_id: int
    venue_id: int
    wanted: FeedFilter


ReadScans = Callable[[ScanKey, datetime | None], Awaitable[list[LoggedScan]]]
"""Reads the end of the log by a filter, since a timestamp or (with None) since the start of the day."""


class _Row:
    """A scan with its number. It is encoded once, for the first subscriber that is sent it."""

    __slots__ = ("_body", "_scan", "revision")

    def __init__(self, revision: int, scan: LoggedScan) -> None:
        self.revision = revision
        self._scan = scan
        self._body: orjson.Fragment | None = None

    @property
    def body(self) -> orjson.Fragment:
        if self._body is None:
            self._body = orjson.Fragment(orjson.dumps(scan_body(self._scan)))
        return self._body


class ScanFeed(VersionedState):
    """The last scans that pass a filter. `revision` counts the scans that passed in this process."""

    __slots__ = ("_known", "_rows", "_wanted")

    def __init__(self, wanted: FeedFilter) -> None:
        super().__init__()
        self._wanted = wanted
        self._rows: deque[_Row] = deque(maxlen=KEPT_SCANS)
        self._known: OrderedDict[tuple[Any, str], None] = OrderedDict()

    @property
    def revision(self) -> int:
        return self.version

    def add_scans(self, scans: Sequence[LoggedScan]) -> int:
        """Keep the scans that pass the filter and are new; return how many."""
        added = 0
        for scan in scans:
            name = (scan.scan_id, scan.mode)
            if self._wanted.lets(scan) and name not in self._known:
                self._known[name] = None
                added += 1
                self._rows.append(_Row(self.version + added, scan))
        if added:
            self._count_changes(added)
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return added

    def snapshot(self) -> ScansSnapshot:
        """Return the last scans, oldest first."""
        return ScansSnapshot(scans=[row.body for row in self._rows])

    def body_since(self, version: int) -> ScansBody:
        """Return the newest scans after `version`, and how many were left out."""
        fresh = [row for row in self._rows if row.revision > version][-SCANS_PER_FRAME:]
        return ScansBody(scans=[row.body for row in fresh], more=self.revision - version - len(fresh))


class ScanChannel(Channel[ScanKey, ScanFeed]):
    """The channel of a filter. The log has been read up to the timestamp `read_until`."""

    __slots__ = ("read_until",)

    def __init__(self, key: ScanKey) -> None:
        super().__init__(key, ScanFeed(key.wanted))
        self.read_until: datetime | None = None


class ScanChannels(Channels[ScanKey, ScanChannel]):
    def __init__(
        self, read_scans: ReadScans, peers: Peers, now: Callable[[], datetime], *, tick: float = TICK_SECONDS
    ) -> None:
        super().__init__(Tick(tick, per_subscriber=SECONDS_PER_SUBSCRIBER), fresh_seconds=float("inf"))
        self._read_scans = read_scans
        self._peers = peers
        self._now = now
        self._of_venue: dict[tuple[int, int], list[ScanChannel]] = {}

    async def open(self, key: ScanKey) -> ScanChannel:
        """Return the channel with the current log. Raises what the reading raised."""
        return await self._open(key, lambda: ScanChannel(key))

    def receive(self, scans: Sequence[LoggedScan]) -> None:
        """Add decided scans. Most belong to venues without subscribers here, and are ignored."""
        if not self._of_venue or not scans:
            return
        by_venue: dict[tuple[int, int], list[LoggedScan]] = {}
        for scan in scans:
            by_venue.setdefault((scan.org_id, scan.venue_id), []).append(scan)
        for venue, found in by_venue.items():
            for channel in self._of_venue.get(venue, ()):
                self._add_scans(channel, found)

    async def _read(self, channel: ScanChannel) -> int:
        began = self._now()
        scans = await self._read_scans(channel.key, channel.read_until and channel.read_until - OVERLAP)
        added = self._add_scans(channel, scans)
        channel.read_until = began
        return added

    def _add_scans(self, channel: ScanChannel, scans: Sequence[LoggedScan]) -> int:
        added = channel.state.add_scans(scans)
        if added:
            self.changed(channel)
        return added

    def _was_added(self, channel: ScanChannel) -> None:
        self._of_venue.setdefault(channel.key[:2], []).append(channel)
        self._peers.want(channel.key.org_id)

    def _was_dropped(self, channel: ScanChannel) -> None:
        channels = self._of_venue[channel.key[:2]]
        channels.remove(channel)
        if not channels:
            del self._of_venue[channel.key[:2]]
        self._peers.unwant(channel.key.org_id)


def scan_body(scan: LoggedScan) -> ScanBody:
    return ScanBody(
        scan_id=str(scan.scan_id),
        at=rfc3339(scan.at),
        scanned_at=rfc3339(scan.moment),
        gate=scan.gate,
        operator=ScanOperator(id=scan.operator_id, name=scan.operator_name),
        mode=scan.mode,
        source=scan.source,
        result=scan.result,
        reason=scan.reason,
        entered=scan.entered,
        people=scan.people,
        slot_id=scan.slot_id,
        code_tail=scan.code[-4:],
        ticket_id=scan.ticket_id,
        booking_id=scan.ticket_id if is_booking_code(scan.code) else None,
    )
