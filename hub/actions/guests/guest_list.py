"""The guest list as staff read it: the slots of a day with their guests, one guest, and the search at a gate."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from db.statements import load
from hub.access.scope import refuse_other_venue
from hub.actions.audit.actor import Actor
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.services import Services

GUESTS = load("guests/guests")
MOST = 200
LEAST_LETTERS = 2
"""Letters of a name that are worth a search at a gate."""
MOST_AT_GATE = 20
_WORDS = 4


@dataclass(frozen=True, slots=True)
class GuestRecord:
    """A guest with the slot. `party` people may come in, of whom `admitted` are in. `whole_day`: at any time of the day.

    `counts`: the party takes places that others could have booked. `status` is RESERVED, VERIFIED from the first person on, EXPIRED or
    CANCELLED.
    """

    guest_id: int
    name: str
    party: int
    admitted: int
    note: str
    email: str | None
    language: str
    status: str
    reservation_id: int
    code: str
    counts: bool
    version: int
    created_at: datetime
    slot_id: int
    venue_id: int
    timezone: str
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    whole_day: bool
    title: str

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


@dataclass(frozen=True, slots=True)
class GuestSlot:
    """What guests may be listed for. `people` on its list, of whom `admitted` are in. `whole_day`: the day itself."""

    slot_id: int
    date: date
    start_time: time
    end_time: time
    starts_at: datetime
    ends_at: datetime
    whole_day: bool
    title: str
    free: int
    people: int
    admitted: int


@dataclass(frozen=True, slots=True)
class GuestPage:
    """Guests by name. `next` is the `before` of the following page; None at the end."""

    guests: tuple[GuestRecord, ...]
    next: int | None


@dataclass(frozen=True, slots=True)
class GuestAtGate:
    """A guest as a steward finds it. The code is what the scanner then scans."""

    guest_id: int
    name: str
    note: str
    party: int
    admitted: int
    code: str
    date: date
    start_time: time
    end_time: time
    whole_day: bool
    title: str


async def slots_of_day(services: Services, by: Actor, venue_id: int, day: date) -> list[GuestSlot]:
    """Return what guests of this day may be listed for, the whole day first if it has guests."""
    refuse_other_venue(by, venue_id)
    rows = await services.database.records.fetch(GUESTS.slots_of_day, by.org_id, venue_id, day)
    return [GuestSlot(*row) for row in rows]


async def list_guests(
    services: Services, by: Actor, slot_ids: list[int], *, text: str = "", before: int | None = None, limit: int = 50
) -> GuestPage:
    """Return the guests of these slots by name; with `text` those with it in their name, or as their address."""
    limit = max(1, min(limit, MOST))
    text = plain(text)
    rows = await services.database.records.fetch(
        GUESTS.guests_of_slots, by.org_id, slot_ids, f"%{_literal(text)}%" if text else None, text, before, limit + 1
    )
    for venue_id in {row["venue_id"] for row in rows}:
        refuse_other_venue(by, venue_id)
    guests = tuple(GuestRecord(*row) for row in rows[:limit])
    return GuestPage(guests, guests[-1].guest_id if len(rows) > limit else None)


async def read_guest(services: Services, by: Actor, guest_id: int) -> GuestRecord:
    """Return one guest. Refuses GUEST_NOT_FOUND."""
    return await guest_of(services.database, by, guest_id)


async def guest_of(database: Any, by: Actor, guest_id: int) -> GuestRecord:
    row = await database.fetchrow(GUESTS.read_guest, by.org_id, guest_id)
    if row is None:
        raise Refused(Reason.GUEST_NOT_FOUND)
    refuse_other_venue(by, row["venue_id"])
    return GuestRecord(*row)


async def find_guests(services: Services, org_id: int, venue_id: int, text: str) -> list[GuestAtGate]:
    """Return the guests of today whose names have a word that begins with each word of `text`; those still to come first.

    Refuses INVALID_REQUEST for fewer than two letters.
    """
    words = plain(text).split()[:_WORDS]
    if sum(map(len, words)) < LEAST_LETTERS:
        problem = {"field": "name", "message": f"Give at least {LEAST_LETTERS} letters"}
        raise Refused(Reason.INVALID_REQUEST, errors=[problem])
    venue = await services.venues.read(org_id, venue_id)
    now = services.clock.now()
    day = venue.business_day(now)
    rows = await services.database.scans.fetch(
        GUESTS.guests_at_gate, org_id, venue_id, now - timedelta(minutes=venue.policy.late_entry_minutes), now + timedelta(days=1),
        [f"%{_literal(word)}%" for word in words], MOST_AT_GATE, day - timedelta(days=1), day + timedelta(days=1),
    )  # fmt: skip
    return [GuestAtGate(*row) for row in rows]


def plain(text: str) -> str:
    """Return a search text as names are compared: lower case, without accents, single blanks."""
    folded = unicodedata.normalize("NFKD", " ".join(text.replace("\0", " ").split()).lower())
    return "".join(one for one in folded if not "\u0300" <= one <= "\u036f")


def _literal(text: str) -> str:
    """Return the text for LIKE, in which it means itself."""
    return re.sub(r"([\\%_])", r"\\\1", text)
