"""The scope of a staff member: at which venues and gates, and in which hours, their role counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hub.rules.slot_plan import exists_locally, instant_of

MOST_VENUES = 20
MOST_GATES = 20
LARGEST_GATES = 400
"""Bytes of the names of all gates of a scope as JSON, because every session token carries them."""
MOST_SHIFTS = 200


class Span(NamedTuple):
    """A time from `starts_at` up to, and without, `ends_at`."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift on the clock of a venue. One that ends no later than it starts ends on the next day."""

    date: date
    start_time: time
    end_time: time

    def span(self, zone: ZoneInfo) -> Span:
        """Return its moments. Raises ValueError if clocks skip its start or end."""
        over_night = timedelta(days=1) if self.end_time <= self.start_time else timedelta()
        walls = datetime.combine(self.date, self.start_time), datetime.combine(self.date, self.end_time) + over_night
        if not all(exists_locally(wall, zone) for wall in walls):
            raise ValueError("Clocks skip this time on that day")
        return Span(*(instant_of(wall, zone) for wall in walls))


@dataclass(frozen=True, slots=True)
class OnDuty:
    """The right holds now. `until` is when it ends; None: it has no end."""

    until: datetime | None


@dataclass(frozen=True, slots=True)
class OffDuty:
    """The right does not hold now. `ended_at` and `next_at` are the ends of the gap, if there are any."""

    ended_at: datetime | None
    next_at: datetime | None


def duty_at(
    now: datetime, valid_from: datetime | None, valid_until: datetime | None, shifts: Iterable[Span]
) -> OnDuty | OffDuty:
    """Return whether a right holds at `now`: between the two moments, and during a shift if there is any."""
    spans = _joined(sorted(shifts))
    if not spans:
        if valid_from is not None and now < valid_from:
            return OffDuty(None, valid_from)
        if valid_until is not None and now >= valid_until:
            return OffDuty(valid_until, None)
        return OnDuty(valid_until)
    spans = [
        Span(max(one.starts_at, valid_from or one.starts_at), min(one.ends_at, valid_until or one.ends_at))
        for one in spans
    ]
    spans = [one for one in spans if one.starts_at < one.ends_at]
    current = next((one for one in spans if one.starts_at <= now < one.ends_at), None)
    if current is not None:
        return OnDuty(current.ends_at)
    return OffDuty(
        max((one.ends_at for one in spans if one.ends_at <= now), default=None),
        min((one.starts_at for one in spans if one.starts_at > now), default=None),
    )


def fits_token(gates: Sequence[str]) -> bool:
    """Return whether a session token can carry the names of these gates."""
    return len(gates) <= MOST_GATES and len(json.dumps(list(gates))) <= LARGEST_GATES


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Return the spans, which are in order of time, with those that touch or overlap as one."""
    joined: list[Span] = []
    for one in spans:
        if joined and one.starts_at <= joined[-1].ends_at:
            joined[-1] = Span(joined[-1].starts_at, max(joined[-1].ends_at, one.ends_at))
        else:
            joined.append(one)
    return joined
