"""Availability: calendars kept in memory and updated by every announcement of changed counts.

A month is read from Postgres when first requested, and again when it is older than `FRESH_SECONDS`. In between, announcements
bring each slot's newest counts: bookings of this process show at once, those of others within milliseconds. The next read
corrects what a lost announcement left stale. No booking is decided by this calendar. The performances of a show are months of
their own: they are in no calendar for tickets.
"""

import asyncio
import hashlib
import time as clock_time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from math import inf
from typing import Any, NamedTuple

import orjson

from db.pool import DatabaseDown
from db.statements import load
from hub.batching.kept_readings import KeptReadings
from hub.events.announcements import Announcement, SlotChanged, SlotsEdited
from hub.rules.alternatives import SlotOffer, choose_alternatives
from hub.rules.reasons import Reason
from hub.rules.refusals import Unavailable
from hub.rules.slot_capacity import SlotCount, capacity_status
from hub.rules.timestamps import rfc3339
from hub.services import Services

CALENDAR = load("booking/calendar")
FRESH_SECONDS = 5.0
MONTHS_KEPT = 64
ALTERNATIVE_DAYS = 7
OFFER_SECONDS = 0.25


class MonthKey(NamedTuple):
    """A month of an organisation: its calendar for tickets, or the performances of one show."""

    org_id: int
    year: int
    month: int
    show_id: int | None = None


class _Place(NamedTuple):
    """Where and when a slot is."""

    venue_id: int
    day: date
    start: time


class WithoutPlaces(NamedTuple):
    """Why a slot has no free place: SLOT_FULL, SLOT_CLOSED or SLOT_PAST; and the nearest slots that have."""

    reason: Reason
    alternatives: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class CachedBody:
    """A complete response and its entity tag (with quotes)."""

    body: bytes
    etag: str


class _Slot:
    """A slot as the calendar shows it, with its encoded JSON."""

    __slots__ = ("booked", "capacity", "date", "end", "ends_at", "held", "json", "revision", "slot_id", "start", "status", "venue_id")  # fmt: skip

    def __init__(self, row: Any) -> None:
        (self.slot_id, self.venue_id, self.date, self.start, self.end, self.ends_at, self.capacity, self.booked,
         self.held, self.revision, self.status) = row  # fmt: skip
        self.json = self._encode()

    def update(self, capacity: int, booked: int, held: int, revision: int) -> bool:
        if revision <= self.revision:
            return False
        self.capacity, self.booked, self.held, self.revision = capacity, booked, held, revision
        self.json = self._encode()
        return True

    @property
    def free(self) -> int:
        return max(self.capacity - self.booked - self.held, 0) if self.status == "ACTIVE" else 0

    def _encode(self) -> bytes:
        full = self.status == "ACTIVE" and not self.free
        return orjson.dumps({
            "id": self.slot_id, "venue_id": self.venue_id, "date": self.date.isoformat(),
            "start_time": self.start.isoformat("seconds"), "end_time": self.end.isoformat("seconds"),
            "ends_at": rfc3339(self.ends_at),
            "total_capacity": self.capacity, "booked_count": self.booked, "available_count": self.free,
            "status": "FULL" if full else self.status,
            "capacity_status": capacity_status(self.capacity, self.booked + self.held).value,
        })  # fmt: skip


class _Month:
    """The slots of one organisation and month, in order; `changes` counts up with every change."""

    def __init__(self, rows: list[Any]) -> None:
        self.slots = {row["id"]: _Slot(row) for row in rows}
        self.read_at = self.asked_at = clock_time.monotonic()
        self.changes = 0


class Availability:
    """The calendars of this process."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._months: dict[MonthKey, _Month] = {}
        self._reading: dict[MonthKey, asyncio.Task[_Month]] = {}
        self._bodies: dict[tuple[Any, ...], tuple[tuple[Any, ...], CachedBody]] = {}
        self._places: KeptReadings[tuple[int, int], _Place | None] = KeptReadings("slot-place", inf, most=10_000)
        self._announced: dict[MonthKey, dict[int, SlotCount]] = {}
        self._offers: dict[tuple[int, int, int], tuple[float, WithoutPlaces]] = {}
        self._listeners: list[Callable[[MonthKey], None]] = []
        self.held: set[MonthKey] = set()
        """Months with subscribers. They stay in memory however many other months are requested."""
        services.announcer.listen(self._receive)

    async def month(self, org_id: int, year: int, month: int, venue_id: int | None = None) -> CachedBody:
        """Return all slots of a month as the response of `GET /api/reservation-slots/available?month=`."""
        first = date(year, month, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return await self._body(org_id, first, last, venue_id, {"month": f"{year:04d}-{month:02d}"})

    async def span(self, org_id: int, first: date, last: date, venue_id: int | None = None) -> CachedBody:
        """Return all slots from `first` to `last`, both included, as the response of the same endpoint."""
        label = {"from": first.isoformat(), "to": last.isoformat()}
        return await self._body(org_id, first, last, venue_id, label)

    def on_change(self, listener: Callable[[MonthKey], None]) -> None:
        """Call `listener` after a month in memory has changed, was read again or was dropped. It must not block."""
        self._listeners.append(listener)

    def pieces(self, key: MonthKey) -> dict[int, bytes] | None:
        """Return the JSON of each slot of a month by slot id, in order; None if the month is not in memory."""
        month = self._months.get(key)
        return None if month is None else {slot.slot_id: slot.json for slot in month.slots.values()}

    async def read_again(self, key: MonthKey) -> None:
        """Read the month from Postgres again. Raises Unavailable."""
        await asyncio.shield(self._reading.get(key) or self._begin_reading(key))

    async def venue_of(self, org_id: int, slot_id: int) -> int | None:
        """Return the id of a slot's venue; None if this organisation has no such slot. It is cached after the first query."""
        place = self._places.fresh((org_id, slot_id)) or await self._place_of_slot(org_id, slot_id)
        return None if place is None else place.venue_id

    async def place_of(self, org_id: int, slot_id: int) -> tuple[int, date] | None:
        """Return the ids of a slot's venue and its day; None if this organisation has no such slot. Cached as `venue_of` is."""
        place = self._places.fresh((org_id, slot_id)) or await self._place_of_slot(org_id, slot_id)
        return None if place is None else (place.venue_id, place.day)

    async def venue_counted(self, org_id: int, slot_id: int) -> int:
        """Return the venue id for a metric: 0 if there is no such slot or Postgres does not answer. Never raises."""
        place = self._places.fresh((org_id, slot_id))
        if place is not None:
            return place.venue_id
        try:
            return await self.venue_of(org_id, slot_id) or 0
        except (DatabaseDown, Unavailable):
            return 0

    async def alternatives(self, org_id: int, slot_id: int, places: int = 1) -> list[dict[str, Any]]:
        """Return the nearest slots of the same venue with `places` left, for `alternative_slots`. Never raises."""
        return (await self.without_places(org_id, slot_id, places)).alternatives

    async def without_places(self, org_id: int, slot_id: int, places: int = 1) -> WithoutPlaces:
        """Return the refusal of a slot of which nothing is free: seat admission does not know why. Never raises.

        It is SLOT_FULL also where the calendar cannot be read. The answer is cached for `OFFER_SECONDS`, because a rush asks for
        one full slot again and again.
        """
        known = self._offers.get((org_id, slot_id, places))
        if known is not None and clock_time.monotonic() - known[0] < OFFER_SECONDS:
            return known[1]
        try:
            place = await self._place_of_slot(org_id, slot_id)
            if place is None:
                return WithoutPlaces(Reason.SLOT_FULL, [])
            first, last = place.day - timedelta(days=ALTERNATIVE_DAYS), place.day + timedelta(days=ALTERNATIVE_DAYS)
            months = [await self._month(key) for key in _months_of(org_id, first, last)]
        except (DatabaseDown, Unavailable):
            return WithoutPlaces(Reason.SLOT_FULL, [])
        found = self._find_places(months, slot_id, place, places)
        if len(self._offers) > 10_000:
            self._offers.clear()
        self._offers[org_id, slot_id, places] = (clock_time.monotonic(), found)
        return found

    def _find_places(self, months: list[_Month], slot_id: int, place: _Place, places: int) -> WithoutPlaces:
        now, days = self._services.clock.now(), timedelta(days=ALTERNATIVE_DAYS)
        reason, offers = Reason.SLOT_FULL, []
        for slot in (slot for month in months for slot in month.slots.values()):
            if slot.slot_id == slot_id and slot.status != "ACTIVE":
                reason = Reason.SLOT_CLOSED
            elif slot.slot_id == slot_id and slot.ends_at <= now:
                reason = Reason.SLOT_PAST
            elif slot.venue_id == place.venue_id and abs(slot.date - place.day) <= days and slot.free >= places:
                offers += [SlotOffer(slot.slot_id, slot.date, slot.start, slot.free)] if slot.ends_at > now else []
        chosen = choose_alternatives(slot_id, place.day, place.start, offers)
        return WithoutPlaces(reason, [offer.as_dict() for offer in chosen])

    async def _body(
        self, org_id: int, first: date, last: date, venue_id: int | None, label: dict[str, str]
    ) -> CachedBody:
        keys = _months_of(org_id, first, last)
        months = [await self._month(key) for key in keys]
        state = tuple((id(month), month.changes) for month in months)
        name = (org_id, first, last, venue_id)
        known = self._bodies.get(name)
        if known is not None and known[0] == state:
            return known[1]
        pieces = [
            s.json
            for month in months
            for s in month.slots.values()
            if first <= s.date <= last and (venue_id is None or s.venue_id == venue_id)
        ]
        metadata = orjson.dumps({**label, "total_slots": len(pieces)})
        body = b'{"success":true,"data":[' + b",".join(pieces) + b'],"metadata":' + metadata + b"}"
        made = CachedBody(body, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"')
        if len(self._bodies) >= 4 * MONTHS_KEPT:
            self._bodies.clear()
        self._bodies[name] = (state, made)
        return made

    async def _month(self, key: MonthKey) -> _Month:
        """Return the month in memory. A stale month is read again, by one query for all callers."""
        month = self._months.get(key)
        if month is not None:
            month.asked_at = clock_time.monotonic()
        if month is not None and clock_time.monotonic() - month.read_at < FRESH_SECONDS:
            return month
        reading = self._reading.get(key) or self._begin_reading(key)
        if month is not None:
            # Announcements keep the month right unless one was lost, so nobody waits for the refresh.
            return month
        return await asyncio.shield(reading)

    def _begin_reading(self, key: MonthKey) -> asyncio.Task[_Month]:
        reading = asyncio.get_running_loop().create_task(self._read(key), name="calendar")
        reading.add_done_callback(lambda task: task.cancelled() or task.exception())
        self._reading[key] = reading
        return reading

    async def _read(self, key: MonthKey) -> _Month:
        first = date(key.year, key.month, 1)
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        try:
            rows = await self._services.database.fetch(CALENDAR.slots_between, key.org_id, first, last, key.show_id)
            month, before = _Month(rows), self._months.get(key)
            if before is not None:
                for slot_id, slot in before.slots.items():
                    if slot_id in month.slots:
                        month.slots[slot_id].update(slot.capacity, slot.booked, slot.held, slot.revision)
            # Changes that were announced during the read may be newer than its result.
            for slot_id, announced in self._announced.get(key, {}).items():
                if slot_id in month.slots:
                    month.slots[slot_id].update(
                        announced.capacity, announced.booked, announced.held, announced.revision
                    )
            if self._reading.get(key) is asyncio.current_task():
                self._months[key] = month
                idle = [kept for kept in self._months if kept not in self.held]
                if len(idle) > MONTHS_KEPT:
                    del self._months[min(idle, key=lambda kept: self._months[kept].asked_at)]
                self._notify(key)
            return month
        except DatabaseDown as down:
            raise Unavailable("calendar") from down
        finally:
            if self._reading.get(key) is asyncio.current_task():
                del self._reading[key]
                self._announced.pop(key, None)

    async def _place_of_slot(self, org_id: int, slot_id: int) -> _Place | None:
        async def load() -> _Place | None:
            row = await self._services.database.fetchrow(CALENDAR.slot_day, org_id, slot_id)
            return None if row is None else _Place(row["venue_id"], row["date"], row["start_time"])

        return await self._places.read((org_id, slot_id), load)

    def _receive(self, announcement: Announcement) -> None:
        if isinstance(announcement, SlotChanged):
            # An announcement does not say whether the slot is a performance, so every month of this date is asked.
            day, announced = announcement.date, announcement.slot
            month_of_slot = (announcement.org_id, day.year, day.month)
            for key in [key for key in self._reading if key[:3] == month_of_slot]:
                newest = self._announced.setdefault(key, {})
                known = newest.get(announced.slot_id)
                if known is None or known.revision < announced.revision:
                    newest[announced.slot_id] = announced
            for key in [key for key in self._months if key[:3] == month_of_slot]:
                month = self._months[key]
                slot = month.slots.get(announced.slot_id)
                if slot is not None and slot.update(
                    announced.capacity, announced.booked, announced.held, announced.revision
                ):
                    month.changes += 1
                    self._notify(key)
        elif isinstance(announcement, SlotsEdited):
            # A read that is in progress may return the state before the edit, so its result is not kept.
            for kept in (self._months, self._reading):
                for key in [key for key in kept if key[0] == announcement.org_id]:
                    del kept[key]
                    self._notify(key)
            self._places.forget()
            self._offers.clear()

    def _notify(self, key: MonthKey) -> None:
        for listener in self._listeners:
            listener(key)


def _months_of(org_id: int, first: date, last: date) -> list[MonthKey]:
    keys, day = [], first.replace(day=1)
    while day <= last:
        keys.append(MonthKey(org_id, day.year, day.month))
        day = (day + timedelta(days=31)).replace(day=1)
    return keys
