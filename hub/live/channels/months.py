"""Month channels: the subscribers of each month of the public calendar or of a show, and what they have been sent.

The calendar in memory (`hub/actions/booking/availability.py`) also answers `GET /api/reservation-slots/available`. Here its
encoded slots are compared with those that were sent. So a client with the snapshot and every later frame has the calendar's
state, whatever changed it and in whatever order announcements came.
"""

from collections.abc import Collection

from hub.actions.booking.availability import Availability, MonthKey
from hub.live.channels.channel import Channel, Channels
from hub.live.channels.subscription import Subscription
from hub.live.channels.tick import Tick
from hub.live.protocol import frames
from hub.rules.refusals import Unavailable

TICK_SECONDS = 0.25
"""Seconds between two frames: four per second, by the contract."""
SECONDS_PER_SUBSCRIBER = 0.00025
"""Seconds by which each subscriber stretches the tick: with four thousand it comes once a second."""
READINGS = 5
"""Maximum number of readings of a month if slots are edited during each one."""


class MonthState:
    """One month as it was last compared with the calendar. `version` counts the changes found here."""

    __slots__ = ("_calendar", "_changed", "_frames", "_key", "_pieces", "_whole_since", "version")

    def __init__(self, key: MonthKey, calendar: Availability) -> None:
        self.version = 0
        self._key = key
        self._calendar = calendar
        self._pieces: dict[int, bytes] | None = None
        self._changed: dict[int, int] = {}
        self._whole_since = 0
        self._frames: dict[int | None, bytes] = {}

    def compare(self) -> int | None:
        """Compare with the calendar in memory; return how many slots changed, None if the month is not in memory."""
        now, before = self._calendar.pieces(self._key), self._pieces
        if now is None:
            return None
        self._pieces = now
        if before is None:
            return 0
        news = [slot_id for slot_id, piece in now.items() if before.get(slot_id) != piece]
        gone = len(before.keys() - now.keys())
        if news or gone:
            self.version += 1
            self._changed.update(dict.fromkeys(news, self.version))
            self._frames.clear()
            if gone:
                # Only a whole month can show that a slot was removed.
                self._whole_since = self.version
        return len(news) + gone

    def update_after(self, version: int | None) -> tuple[int, bytes]:
        """Return the frame from `version` to now, or the whole month for None. It is encoded once per version."""
        if version is not None and version < self._whole_since:
            version = None
        frame = self._frames.get(version)
        if frame is None:
            pieces = self._pieces or {}
            changed = self._changed
            due = [p for slot_id, p in pieces.items() if version is None or changed.get(slot_id, 0) > version]
            frame = self._frames[version] = frames.slots(self._key[1:3], version is None, due)
        return self.version, frame


class MonthChannel(Channel[MonthKey, MonthState]):
    __slots__ = ("_notified",)

    def __init__(self, key: MonthKey, calendar: Availability) -> None:
        super().__init__(key, MonthState(key, calendar))
        self._notified = 0

    def due_subscribers(self) -> Collection[Subscription]:
        self.state.compare()
        if self._notified == self.state.version:
            return ()
        self._notified = self.state.version
        return self.subscribers


class MonthChannels(Channels[MonthKey, MonthChannel]):
    def __init__(self, calendar: Availability, *, tick: float = TICK_SECONDS) -> None:
        super().__init__(Tick(tick, per_subscriber=SECONDS_PER_SUBSCRIBER))
        self._calendar = calendar
        calendar.on_change(self._calendar_changed)

    async def open(self, key: MonthKey) -> MonthChannel:
        """Return the channel with the month's state in this process. Raises Unavailable if it cannot be read."""
        return await self._open(key, lambda: MonthChannel(key, self._calendar))

    async def resync(self, channel: MonthChannel) -> int:
        """Read the month again; return how many slots changed. Concurrent callers share the calendar's reading."""
        for _ in range(READINGS):
            await self._calendar.read_again(channel.key)
            news = channel.state.compare()
            if news is not None:
                self.changed(channel)
                return news
        raise Unavailable("calendar")

    def _is_fresh(self, channel: MonthChannel) -> bool:
        return bool(channel.subscribers) or channel.state.compare() is not None

    def _was_added(self, channel: MonthChannel) -> None:
        self._calendar.held.add(channel.key)

    def _was_dropped(self, channel: MonthChannel) -> None:
        self._calendar.held.discard(channel.key)

    def _calendar_changed(self, key: MonthKey) -> None:
        channel = self._channels.get(key)
        if channel is not None:
            self.changed(channel)
