"""The order of the waiting list: who is offered free places, and which places are kept for a larger party.

Entries are served in the order of joining. A party too large for the free places keeps its turn, and smaller parties behind it
may go first, so that no place stays empty. But it gets one chance, the first time it is first in order and only a part of its
places is free: that part is kept for the length of one offer. If more places become free meanwhile, it is served. If not, they
go to the entries behind it, and it blocks nobody a second time. Without this chance, single visitors would always overtake a
family. Without its end, one large party could keep places empty until the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

NOTIFY_WITHIN = timedelta(days=1)
"""Time after the slot's end until which holders are notified. After a week of downtime nobody gets old notices."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A waiting entry. `gathers_until` is set if it has had its chance, or has it now."""

    id: int
    places: int
    gathers_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Serving:
    """The result of `serve`: `offers` are entries in order, and places are kept for the entry `gathering`.

    `held` is the number of places the slot holds afterwards: all offers, old and new, and the kept places. The rest is public.
    """

    offers: tuple[int, ...]
    gathering: int | None
    held: int


def serve(
    waiting: Sequence[Waiting], *, held: int, offered: int, free: int, now: datetime, gather_until: datetime
) -> Serving:
    """Divide the free places, and held places without an offer, among the waiting entries.

    `gather_until` is when a chance that begins now would end; if that is in the past, none begins.
    """
    came_free, public = held - offered, free
    offers: list[int] = []
    given = kept = 0
    gathering = None
    for turn, entry in enumerate(waiting):
        if entry.places <= came_free + public:
            offers.append(entry.id)
            given += entry.places
            came_free -= entry.places
            if came_free < 0:
                public, came_free = public + came_free, 0
        elif turn == len(offers) and came_free > 0 and now < (entry.gathers_until or gather_until):
            gathering = entry.id
            kept, came_free = came_free, 0
    return Serving(tuple(offers), gathering, offered + given + kept)


def notify_until(cause: str, slot_ends_at: datetime) -> datetime | None:
    """Return until when a customer is notified that their entry was closed; None if they need no notice.

    The cause `ticket` needs none: the customer booked elsewhere, used the ticket, or returned it.
    """
    return None if cause == "ticket" else slot_ends_at + NOTIFY_WITHIN


def offer_end(now: datetime, minutes: int, slot_ends_at: datetime) -> datetime:
    """Return when an offer made now ends: never later than the slot."""
    return min(now + timedelta(minutes=minutes), slot_ends_at)


def offer_stands(offer_ends_at: datetime, now: datetime) -> bool:
    """Whether an offer can be accepted: before its end, but not at it."""
    return now < offer_ends_at
