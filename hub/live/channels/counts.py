"""Count channels: the live counts of a venue's day (the topic `counts`)."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import NamedTuple

from hub.actions.reporting.counts import DayCounts
from hub.events.announcements import Announcement, MovementsChanged, SlotChanged, WalkInsChanged
from hub.live.channels.channel import Channel, Channels
from hub.live.channels.count_board import CountBoard
from hub.live.channels.tick import Tick

TICK_SECONDS = 0.1


class DayKey(NamedTuple):
    org_id: int
    venue_id: int
    day: date


CountChannel = Channel[DayKey, CountBoard]


class CountChannels(Channels[DayKey, CountChannel]):
    """The channels. `read_counts` reads a day's counts from Postgres."""

    def __init__(self, read_counts: Callable[[DayKey], Awaitable[DayCounts]], *, tick: float = TICK_SECONDS) -> None:
        super().__init__(Tick(tick))
        self._read_counts = read_counts

    async def open(self, key: DayKey) -> CountChannel:
        """Return the channel with a current board. Raises what the reading raised."""
        return await self._open(key, lambda: Channel(key, CountBoard(key.venue_id, key.day)))

    async def _read(self, channel: CountChannel) -> int:
        news = channel.state.merge_day(await self._read_counts(channel.key))
        if news:
            self.changed(channel)
        return news

    def receive(self, announcement: Announcement) -> None:
        """Merge an announcement. Most are about days without subscribers here, and are ignored."""
        match announcement:
            case SlotChanged(org_id, venue_id, day, slot):
                channel = self._channels.get(DayKey(org_id, venue_id, day))
                if channel is not None and channel.state.merge_slot(slot):
                    self.changed(channel)
            case WalkInsChanged(org_id, venue_id, day, entered, revision):
                channel = self._channels.get(DayKey(org_id, venue_id, day))
                if channel is not None and channel.state.merge_walk_ins(entered, revision):
                    self.changed(channel)
            case MovementsChanged(org_id, venue_id, day, exited, reentered, revision):
                channel = self._channels.get(DayKey(org_id, venue_id, day))
                if channel is not None and channel.state.merge_movements(exited, reentered, revision):
                    self.changed(channel)
