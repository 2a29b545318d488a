"""The waiting room: the name of what it stands in front of, whether a venue wants one there, and the place and the time as they are shown."""

import math
import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

RoomKind = Literal["slot", "day", "performance"]

_ROOM = re.compile(
    r"(slot|performance):([1-9][0-9]{0,14})|day:([1-9][0-9]{0,8}):([0-9]{4}-[0-9]{2}-[0-9]{2})", re.ASCII
)
_YEARS = range(2000, 2200)
PROTECTS: dict[str, tuple[RoomKind, ...]] = {
    "off": (),
    "slots": ("slot",),
    "days": ("day",),
    "shows": ("performance",),
    "all": ("slot", "performance"),
}
"""The kinds of rooms that each choice of the policy `waiting_room` opens."""
EXACT = 100
"""Up to this position it is exact. A larger one is rounded up to two digits, so that one frame serves all who share it."""


@dataclass(frozen=True, slots=True)
class RoomName:
    """What a waiting room stands in front of: a slot, all slots of a day of a venue (`id`), or a performance. Its text is the key."""

    kind: RoomKind
    id: int
    day: date | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}" if self.day is None else f"{self.kind}:{self.id}:{self.day.isoformat()}"


@lru_cache(maxsize=4096)
def parse_room(text: str) -> RoomName | None:
    """Return the room with this key, such as `slot:7`, `performance:7` or `day:1:2026-11-20`; None if no room has such a key."""
    found = _ROOM.fullmatch(text)
    if found is None:
        return None
    if found[1] is not None:
        return RoomName("slot" if found[1] == "slot" else "performance", int(found[2]))
    try:
        day = date.fromisoformat(found[4])
    except ValueError:
        return None
    return RoomName("day", int(found[3]), day) if day.year in _YEARS else None


def room_of_slot(policy: str, slot_id: int, venue_id: int, day: date) -> RoomName | None:
    """Return the waiting room in front of a slot that tickets book; None if the venue wants none there."""
    kinds = PROTECTS[policy]
    if "day" in kinds:
        return RoomName("day", venue_id, day)
    return RoomName("slot", slot_id) if "slot" in kinds else None


def room_of_performance(policy: str, performance_id: int) -> RoomName | None:
    """Return the waiting room in front of a performance; None if the venue wants none there."""
    return RoomName("performance", performance_id) if "performance" in PROTECTS[policy] else None


def shown_position(rank: int) -> int:
    """Return the position of who waits behind `rank` others. It never grows, and beyond `EXACT` it is the worst of all who share it."""
    position = rank + 1
    if position <= EXACT:
        return position
    step: int = 10 ** (int(math.log10(position - 1)) - 1)
    return -(-position // step) * step


def ranks_until_better(rank: int) -> int:
    """Return how many must leave the queue before `shown_position` can change."""
    position = rank + 1
    if position <= EXACT:
        return 1
    step: int = 10 ** (int(math.log10(position - 1)) - 1)
    return (position - 1) % step + 1


def seconds_to_wait(position: int, wait_ms: int, rate: int) -> int | None:
    """Return the seconds until whoever has this position is admitted at `rate` a minute; None if nobody can say.

    `wait_ms` is the time until the next admission; below 0 nobody is admitted for now.
    """
    if wait_ms < 0 or rate <= 0:
        return None
    return math.ceil(wait_ms / 1000 + position * 60 / rate)
