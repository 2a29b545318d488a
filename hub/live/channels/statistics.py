"""Statistics channels: a venue's day by minute and gate (the topic `figures`), and the readings that update it.

They do not use announcements. While a day has subscribers, the end of the log is read once a second, whatever the number of
subscribers and whichever process scans. A day without subscribers costs nothing.
"""

import asyncio
from datetime import date, datetime, timedelta

from hub.actions.reporting.figures import Tally, figures_of_day, figures_since, gates_of
from hub.live.channels.channel import Channel, Channels
from hub.live.channels.counts import DayKey
from hub.live.channels.statistics_board import StatisticsBoard
from hub.live.channels.tick import Tick
from hub.rules.venue import Venue
from hub.rules.venue_day import day_bounds
from hub.services import Services

READ_SECONDS = 1.0
TICK_SECONDS = 0.1
OVERLAP = timedelta(seconds=20)
"""Longest time from a row's timestamp until it can be read: a statement times out after four seconds, and the clocks of
machines differ slightly."""
WHOLE_SECONDS = 300.0
"""Seconds after which the whole day is read again, in case a row took longer than `OVERLAP`."""


class StatisticsChannel(Channel[DayKey, StatisticsBoard]):
    """The channel of a day. Rows logged before `horizon` are settled and not counted again."""

    __slots__ = ("horizon", "venue", "whole_at")

    def __init__(self, key: DayKey, venue: Venue) -> None:
        super().__init__(key, StatisticsBoard(venue.id, key.day, day_bounds(key.day, venue.zone)[0]))
        self.venue = venue
        self.horizon: datetime | None = None
        self.whole_at = float("-inf")


class StatisticsChannels(Channels[DayKey, StatisticsChannel]):
    def __init__(self, services: Services, *, overlap: timedelta = OVERLAP) -> None:
        super().__init__(Tick(TICK_SECONDS))
        self._services = services
        self._overlap = overlap

    async def open(self, venue: Venue, day: date) -> StatisticsChannel:
        """Return the channel with a current board. Raises what the reading raised."""
        key = DayKey(venue.org_id, venue.id, day)
        return await self._open(key, lambda: StatisticsChannel(key, venue))

    async def _read(self, channel: StatisticsChannel) -> int:
        """Count the new rows of the log; return how many minutes changed."""
        loop, now, board = asyncio.get_running_loop(), self._services.clock.now(), channel.state
        settled_before = now - self._overlap
        # If the clock was set back, new rows are older than counted ones, so everything is counted again.
        whole = (
            channel.horizon is None
            or settled_before < channel.horizon
            or loop.time() - channel.whole_at > WHOLE_SECONDS
        )
        began, version = loop.time(), board.version
        tallies = await self._tallies(channel, settled_before, whole=whole)
        if whole:
            board.name_gates(await gates_of(self._services, channel.venue))
            channel.whole_at = began
        start, _ = day_bounds(channel.key.day, channel.venue.zone)
        runs = channel.venue.business_day(now) == channel.key.day
        minute = int((now - start).total_seconds() // 60) if runs else None
        news = board.merge(tallies, whole=whole, minute=minute)
        channel.horizon = settled_before
        if board.version != version:
            self.changed(channel)
        return news

    async def _tallies(self, channel: StatisticsChannel, settled_before: datetime, *, whole: bool) -> list[Tally]:
        venue, day = channel.venue, channel.key.day
        if whole or channel.horizon is None:
            return await figures_of_day(self._services, venue, day, settled_before)
        return await figures_since(self._services, venue, day, settled_before, channel.horizon)
