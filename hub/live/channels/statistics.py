"""Statistics channels: a venue's day by minute and gate (the topic `figures`), and the readings that keep it true.

Scans are not announced for this. While somebody subscribes, the last moments of the log are read every second, however
many subscribe and whichever process scans. A day that nobody subscribes to costs nothing.
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
"""How long a row may take from its timestamp until it can be read: a statement is given up after four seconds, and the
clocks of several machines differ a little."""
WHOLE_SECONDS = 300.0
"""After this the day is read whole again, in case a row took longer all the same."""


class StatisticsChannel(Channel[DayKey, StatisticsBoard]):
    """`horizon`: everything logged before it has been counted for good."""

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
        """The channel with a board as new as this moment; raises what the reading raised."""
        key = DayKey(venue.org_id, venue.id, day)
        return await self._open(key, lambda: StatisticsChannel(key, venue))

    async def _read(self, channel: StatisticsChannel) -> int:
        """Count what the log has gained; return how many minutes changed."""
        loop, now, board = asyncio.get_running_loop(), self._services.clock.now(), channel.state
        settled_before = now - self._overlap
        # Where the clock was set back, rows arrive before those that were counted: everything is counted anew.
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
        start, end = day_bounds(channel.key.day, channel.venue.zone)
        minute = int((now - start).total_seconds() // 60) if start <= now < end else None
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
