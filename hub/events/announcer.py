"""The announcer: publishes facts after a commit, to this process at once and to its peers through Redis."""

import asyncio
import logging
import secrets
from collections.abc import Callable, Iterable
from typing import Any

import orjson

from db.redis_client import RedisClient, publish
from hub.events.announcements import (
    Announcement,
    MessagesWritten,
    MovementsChanged,
    PeerSeen,
    ScansLogged,
    SlotChanged,
    TopicEvent,
    WalkInsChanged,
)
from hub.events.codec import decode, encode

CHANNEL = "venuehub:announcements"
SECONDS_BETWEEN_MESSAGES = 0.02
"""The least time between two Redis messages of one process: a publish costs as much as several scans."""

Listener = Callable[[Announcement], None]

log = logging.getLogger(__name__)


class Announcer:
    """Calls this process's listeners at once, and sends the peers one message per 20 ms at most."""

    def __init__(self, redis: RedisClient | None) -> None:
        self.origin = secrets.token_hex(8)
        self._redis = redis
        self._listeners: list[Listener] = []
        self._outgoing: list[Announcement] = []
        self._sending: asyncio.Task[None] | None = None

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every announcement of this process and its peers. It must not block or raise."""
        self._listeners.append(listener)

    def publish(self, announcements: Iterable[Announcement]) -> None:
        """Announce what has been committed. Never waits and never fails."""
        announced = list(announcements)
        for announcement in announced:
            self._deliver(announcement)
        self.publish_to_peers(announced)

    def publish_to_peers(self, announcements: Iterable[Announcement]) -> None:
        """Announce to the other processes only."""
        self._outgoing += announcements
        if self._outgoing and self._redis is not None and (self._sending is None or self._sending.done()):
            self._sending = asyncio.get_running_loop().create_task(self._send(), name="announcer")

    def receive(self, message: bytes) -> None:
        """Deliver a message that the relay read from Redis; this process's own messages are dropped."""
        try:
            origin, *bodies = orjson.loads(message)
            received = [] if origin == self.origin else [decode(fields) for fields in bodies]
        except (orjson.JSONDecodeError, ValueError, TypeError):
            log.warning("announcement.unreadable")
            return
        for announcement in received:
            if announcement is not None:
                self._deliver(announcement)

    def _deliver(self, announcement: Announcement) -> None:
        for listener in self._listeners:
            try:
                listener(announcement)
            except Exception:
                log.exception("announcement.listener_failed")

    async def _send(self) -> None:
        assert self._redis is not None
        while self._outgoing:
            batch, self._outgoing = self._outgoing, []
            try:
                # Within one message only the newest state of a slot is sent.
                newest = {_subject(announcement): announcement for announcement in batch}
                message = orjson.dumps([self.origin, *(encode(announcement) for announcement in newest.values())])
                await publish(self._redis, CHANNEL, message)
            except Exception as error:  # noqa: BLE001 - best effort, whatever Redis or the network do
                # The resync of every process reads from Postgres what this message would have said.
                log.debug("announcement.not_published", extra={"error": type(error).__name__})
            await asyncio.sleep(SECONDS_BETWEEN_MESSAGES)

    async def close(self) -> None:
        if self._sending is not None:
            await asyncio.wait([self._sending], timeout=1)


def _subject(announcement: Announcement) -> tuple[Any, ...]:
    """Return a key for the subject of an announcement. A later announcement replaces an earlier one with the same key."""
    match announcement:
        case SlotChanged(org_id, _, day, slot):
            return ("slot", org_id, day, slot.slot_id)  # a performance that moves to another day is gone from the first
        case WalkInsChanged(org_id, venue_id, day, _, _):
            return ("walk_ins", org_id, venue_id, day)
        case MovementsChanged(org_id, venue_id, day, _, _, _):
            return ("movements", org_id, venue_id, day)
        case TopicEvent() | ScansLogged():
            return ("each", id(announcement))  # two equal events are two events
        case PeerSeen(origin, _):
            return ("here", origin)
        case MessagesWritten(process, bookings):
            return ("messages", process, bookings > 0)  # requests write messages as well, but say nothing of a rush
        case _:
            return (announcement,)
