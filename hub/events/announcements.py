"""The announcements: facts told after commit, here at once and to the other hub processes through Redis.

What is announced may be lost (Redis is down, a process was not listening): every fact is whole and carries a revision,
so a later one or the audit round puts things right. What must not be lost is a row, not an announcement.
"""

import asyncio
import hashlib
import logging
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal

import orjson

from db.redis_client import RedisClient
from hub.rules.slot_capacity import SlotCount
from hub.rules.ticket_code import normalise

CHANNEL = "venuehub:announcements"
PACE_SECONDS = 0.02
"""The least time between two messages of one process to the others."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SlotChanged:
    """A slot's counts as the statement that changed them left them."""

    org_id: int
    venue_id: int
    date: date
    slot: SlotCount

    @classmethod
    def of(cls, row: Any) -> "SlotChanged":
        """From a row as every statement that changes a slot's counts returns it."""
        slot = SlotCount(
            row["id"],
            row["start_time"],
            row["end_time"],
            row["total_capacity"],
            row["booked_count"],
            row["verified_count"],
            row["revision"],
            row["held_count"],
        )
        return cls(row["org_id"], row["venue_id"], row["date"], slot)


@dataclass(frozen=True, slots=True)
class WalkInsChanged:
    """Entries without reservation of one venue and day, in all."""

    org_id: int
    venue_id: int
    date: date
    entered: int
    revision: int


@dataclass(frozen=True, slots=True)
class MovementsChanged:
    """Exits and returns of one venue and day, in all."""

    org_id: int
    venue_id: int
    date: date
    exited: int
    reentered: int
    revision: int

    @classmethod
    def of(cls, row: Any) -> "MovementsChanged":
        """From a row of every statement that changes a day's movements."""
        return cls(row["org_id"], row["venue_id"], row["date"], row["exited"], row["reentered"], row["revision"])


@dataclass(frozen=True, slots=True)
class SlotsEdited:
    """Slots of an organisation were created, closed or resized: whoever keeps a list of them reads it again."""

    org_id: int


@dataclass(frozen=True, slots=True)
class SessionRevoked:
    """One session (`jti`), or every session of a member of staff issued before a moment, has ended."""

    org_id: int
    jti: str | None
    staff_id: int | None
    issued_before: datetime | None


TicketChange = Literal["reserved", "moved", "cancelled", "activated", "verified", "undone", "left", "returned"]


@dataclass(frozen=True, slots=True)
class TicketsChanged:
    """Tickets stand otherwise than before: a scanner that has judged one of them asks again.

    `hashes` are those of the codes (`code_hash`): who listens without knowing a code learns nothing from them. Without a
    venue it concerns every venue of the organisation.
    """

    org_id: int
    venue_id: int | None
    hashes: tuple[str, ...]
    change: TicketChange

    @classmethod
    def of(cls, org_id: int, venue_id: int | None, codes: Iterable[str], change: TicketChange) -> "TicketsChanged":
        return cls(org_id, venue_id, tuple(code_hash(code) for code in codes), change)


def code_hash(code: str) -> str:
    """The name of a ticket among announcements: SHA-256 in hex of its normalised code."""
    return hashlib.sha256(normalise(code).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class TopicEvent:
    """Something has happened that the watchers of a topic of the socket are told as it is; `body` is its JSON.

    `venue_id`, `staff_id` and `gate` say whom it concerns; which of them count, the topic knows.
    """

    org_id: int
    topic: str
    body: str
    venue_id: int | None = None
    staff_id: int | None = None
    gate: str | None = None

    @classmethod
    def of(
        cls, org_id: int, topic: str, data: Any, *, venue_id: int | None = None, staff_id: int | None = None,
        gate: str | None = None,
    ) -> "TopicEvent":  # fmt: skip
        return cls(org_id, topic, orjson.dumps(data, default=str).decode(), venue_id, staff_id, gate)


@dataclass(frozen=True, slots=True)
class ScansLogged:
    """Scans of a venue as they were logged, told to other processes only (`hub/events/scan_events.py`, `Seen` from its third field)."""

    org_id: int
    venue_id: int
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class PeerSeen:
    """A hub process is there, and wants to be told what is decided at the doors of these organisations."""

    origin: str
    wants: tuple[int, ...]


Announcement = (
    SlotChanged
    | WalkInsChanged
    | MovementsChanged
    | SlotsEdited
    | SessionRevoked
    | TicketsChanged
    | TopicEvent
    | ScansLogged
    | PeerSeen
)
Listener = Callable[[Announcement], None]


def encode(announcement: Announcement) -> list[Any]:
    """Return the JSON form: a kind and its fields, in order."""
    match announcement:
        case SlotChanged(org_id, venue_id, day, s):
            return ["slot", org_id, venue_id, day.isoformat(), s.slot_id, s.start_time.isoformat(),
                    s.end_time.isoformat(), s.capacity, s.booked, s.verified, s.revision, s.held]  # fmt: skip
        case WalkInsChanged(org_id, venue_id, day, entered, revision):
            return ["walk_ins", org_id, venue_id, day.isoformat(), entered, revision]
        case MovementsChanged(org_id, venue_id, day, exited, reentered, revision):
            return ["movements", org_id, venue_id, day.isoformat(), exited, reentered, revision]
        case SlotsEdited(org_id):
            return ["slots_edited", org_id]
        case SessionRevoked(org_id, jti, staff_id, before):
            return ["session", org_id, jti, staff_id, before.isoformat() if before else None]
        case TicketsChanged(org_id, venue_id, hashes, change):
            return ["tickets", org_id, venue_id, list(hashes), change]
        case TopicEvent(org_id, topic, body, venue_id, staff_id, gate):
            return ["event", org_id, topic, body, venue_id, staff_id, gate]
        case ScansLogged(org_id, venue_id, rows):
            return ["scans", org_id, venue_id, rows]
        case PeerSeen(origin, wants):
            return ["here", origin, wants]


def decode(fields: list[Any]) -> Announcement | None:
    """Return the announcement `encode` made, or None for a kind this version does not know (a newer process speaks)."""
    match fields:
        case ["slot", org_id, venue_id, day, slot_id, start, end, capacity, booked, verified, revision, held]:
            count = SlotCount(
                slot_id, time.fromisoformat(start), time.fromisoformat(end), capacity, booked, verified, revision, held
            )
            return SlotChanged(org_id, venue_id, date.fromisoformat(day), count)
        case ["walk_ins", org_id, venue_id, day, entered, revision]:
            return WalkInsChanged(org_id, venue_id, date.fromisoformat(day), entered, revision)
        case ["movements", org_id, venue_id, day, exited, reentered, revision]:
            return MovementsChanged(org_id, venue_id, date.fromisoformat(day), exited, reentered, revision)
        case ["slots_edited", org_id]:
            return SlotsEdited(org_id)
        case ["session", org_id, jti, staff_id, before]:
            return SessionRevoked(org_id, jti, staff_id, datetime.fromisoformat(before) if before else None)
        case ["tickets", org_id, venue_id, hashes, change]:
            return TicketsChanged(org_id, venue_id, tuple(hashes), change)
        case ["event", org_id, topic, body, venue_id, staff_id, gate]:
            return TopicEvent(org_id, topic, body, venue_id, staff_id, gate)
        case ["scans", org_id, venue_id, rows]:
            return ScansLogged(org_id, venue_id, tuple(tuple(row) for row in rows))
        case ["here", origin, wants]:
            return PeerSeen(origin, tuple(wants))
    return None


class Announcer:
    """Tells this process's listeners at once, and the other processes in one message per turn of the loop."""

    def __init__(self, redis: RedisClient | None) -> None:
        self.origin = secrets.token_hex(8)
        self._redis = redis
        self._listeners: list[Listener] = []
        self._outgoing: list[Announcement] = []
        self._sending: asyncio.Task[None] | None = None

    def listen(self, listener: Listener) -> None:
        """Have `listener` called with every announcement, ours and other processes'; it must not block or raise."""
        self._listeners.append(listener)

    def publish(self, announcements: Iterable[Announcement]) -> None:
        """Announce what has been committed. Never waits and never fails."""
        told = list(announcements)
        for announcement in told:
            self._deliver(announcement)
        self.publish_to_peers(told)

    def publish_to_peers(self, announcements: Iterable[Announcement]) -> None:
        """Announce to the other processes only."""
        self._outgoing += announcements
        if self._outgoing and self._redis is not None and (self._sending is None or self._sending.done()):
            self._sending = asyncio.get_running_loop().create_task(self._send(), name="announcer")

    def receive(self, message: bytes) -> None:
        """Take a message another process published (the relay calls this); our own are dropped."""
        try:
            origin, *bodies = orjson.loads(message)
            heard = [] if origin == self.origin else [decode(fields) for fields in bodies]
        except (orjson.JSONDecodeError, ValueError, TypeError):
            log.warning("announcement.unreadable")
            return
        for announcement in heard:
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
            told, self._outgoing = self._outgoing, []
            try:
                # Within one message only the newest state of a slot matters.
                newest = {_subject(announcement): announcement for announcement in told}
                message = orjson.dumps([self.origin, *(encode(announcement) for announcement in newest.values())])
                await self._redis.publish(CHANNEL, message)
            except Exception as trouble:  # noqa: BLE001 - told on a best effort, whatever Redis or the network do
                # The audit round of every process finds what this message would have told.
                log.debug("announcement.not_published", extra={"error": type(trouble).__name__})
            # The next message waits for company: a publish costs as much as several scans.
            await asyncio.sleep(PACE_SECONDS)

    async def close(self) -> None:
        if self._sending is not None:
            await asyncio.wait([self._sending], timeout=1)


def _subject(announcement: Announcement) -> tuple[Any, ...]:
    match announcement:
        case SlotChanged(org_id, _, _, slot):
            return ("slot", org_id, slot.slot_id)
        case WalkInsChanged(org_id, venue_id, day, _, _):
            return ("walk_ins", org_id, venue_id, day)
        case MovementsChanged(org_id, venue_id, day, _, _, _):
            return ("movements", org_id, venue_id, day)
        case TopicEvent() | ScansLogged():
            return ("each", id(announcement))  # two that say the same have happened twice
        case PeerSeen(origin, _):
            return ("here", origin)
        case _:
            return (announcement,)
