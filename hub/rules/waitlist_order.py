"""Who is offered what came free: the order of a slot's waiting list, and what is kept for a party too large for it.

The line is served in the order of joining. A party too large for what there is keeps its turn; those behind it that fit may
go before it, because a place that stays empty helps nobody. But it gets one fair chance: the first time it stands first in
line and only a part of what it needs has come free, that part is kept together for it for the length of one offer. If more
comes free meanwhile, it is served; if not, the places go to those behind, and it holds up nobody a second time. Without this
chance single visitors would always overtake a family; without its end one large party could keep places empty until the day.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

TOLD_WITHIN = timedelta(days=1)
"""After the slot; a hub that was away for a week sends nobody word of days long past."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry in its turn. `gathers_until` is set where it has had its chance, or has it now."""

    id: int
    places: int
    gathers_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Serving:
    """`offers` are entries, in order; `gathering` is the entry for which places are kept together from now on.

    `held` is what the slot shall hold afterwards: every offer, old and new, and what is kept. The rest is the public's.
    """

    offers: tuple[int, ...]
    gathering: int | None
    held: int


def serve(
    line: Sequence[Waiting], *, held: int, offered: int, free: int, now: datetime, gather_until: datetime
) -> Serving:
    """Divide what is held but not offered, and what is free, among those who wait.

    `gather_until` is when a chance that begins now would end; a moment that is over begins none.
    """
    came_free, public = held - offered, free
    offers: list[int] = []
    given = kept = 0
    gathering = None
    for turn, entry in enumerate(line):
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


def told_until(cause: str, slot_ends_at: datetime) -> datetime | None:
    """Until when it is news to those who waited that their line was closed; None where they know: a ticket that was booked
    elsewhere, used or taken back ended their wait itself."""
    return None if cause == "ticket" else slot_ends_at + TOLD_WITHIN


def offer_end(now: datetime, minutes: int, slot_ends_at: datetime) -> datetime:
    """When an offer made now is over: never later than the slot itself."""
    return min(now + timedelta(minutes=minutes), slot_ends_at)


def offer_stands(offer_ends_at: datetime, now: datetime) -> bool:
    """Whether an offer can be accepted: until its end, and at that very moment no more."""
    return now < offer_ends_at
