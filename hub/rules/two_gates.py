"""The rule of the two gates: the same code held up at two gates within so many minutes is worth a look.

    seen = Sightings(timedelta(minutes=5))
    seen.see("TKT-...", at_gate_a)     None
    seen.see("TKT-...", at_gate_b)     at_gate_a

Who is told once about a pair of gates is not told again of the same code there within the time.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

MOST = 50_000
"""Codes remembered of one venue: beyond that the longest unseen is forgotten before its time."""

LOOK_EVERY = 64


class Sighting(Protocol):
    """A code held up at a gate."""

    @property
    def moment(self) -> datetime: ...

    @property
    def gate(self) -> str | None: ...

    @property
    def scan_id(self) -> UUID: ...


S = TypeVar("S", bound=Sighting)


class Sightings(Generic[S]):
    """What was seen at one venue. Sightings may come in any order, and twice."""

    def __init__(self, within: timedelta, *, most: int = MOST) -> None:
        self.within = within
        self._most = most
        # A code that was seen at one gate only, which nearly all are, is kept as its last sighting alone.
        # Ordered dicts: a plain dict walks over every deleted entry at its front to find its oldest.
        self._seen: OrderedDict[str, S] = OrderedDict()
        self._trails: OrderedDict[str, _Trail[S]] = OrderedDict()
        self._count = 0

    def see(self, code: str, sighting: S) -> S | None:
        """Remember it; return the latest one at another gate within the time, if that pair is not known yet."""
        self._count += 1
        if self._count % LOOK_EVERY == 0:
            self._forget(sighting.moment)
        before = self._seen.pop(code, None)
        if before is None:
            trail = self._trails.get(code) if self._trails else None
            if trail is None:
                self._seen[code] = sighting
                return None
        elif before.gate == sighting.gate:
            self._seen[code] = sighting if before.moment <= sighting.moment else before
            return None
        else:
            trail = self._trails[code] = _Trail(before)
        return trail.see(sighting, self.within)

    def forget(self, code: str) -> None:
        """What was seen of this code before does not count any more."""
        self._seen.pop(code, None)
        self._trails.pop(code, None)

    def __len__(self) -> int:
        return len(self._seen) + len(self._trails)

    def _forget(self, moment: datetime) -> None:
        """Let go of what is too old to matter, a little at a time, and of the oldest where it is too much."""
        for _ in range(2 * LOOK_EVERY):
            oldest = next(iter(self._seen), None)
            if oldest is None or (len(self) <= self._most and moment - self._seen[oldest].moment <= self.within):
                break
            del self._seen[oldest]
        while self._trails:
            oldest = next(iter(self._trails))
            if len(self) <= self._most and moment - self._trails[oldest].latest <= self.within:
                break
            del self._trails[oldest]


class _Trail(Generic[S]):
    """A code that was seen at several gates: the last sighting at each, and of which pairs word was given, and when."""

    __slots__ = ("_gates", "_told", "latest")

    def __init__(self, first: S) -> None:
        self._gates: dict[str | None, S] = {first.gate: first}
        self._told: dict[frozenset[str | None], datetime] = {}
        self.latest = first.moment

    def see(self, sighting: S, within: timedelta) -> S | None:
        known = self._gates.get(sighting.gate)
        if known is None or known.moment <= sighting.moment:
            self._gates[sighting.gate] = sighting
        self.latest = max(self.latest, sighting.moment)
        others = [
            other
            for other in self._gates.values()
            if other.gate != sighting.gate
            and abs(other.moment - sighting.moment) <= within
            and not self._was_told(frozenset((other.gate, sighting.gate)), sighting.moment, within)
        ]
        if not others:
            return None
        latest = max(others, key=lambda other: (other.moment, other.scan_id))
        for other in others:
            self._told[frozenset((other.gate, sighting.gate))] = max(other.moment, sighting.moment)
        return latest

    def _was_told(self, pair: frozenset[str | None], moment: datetime, within: timedelta) -> bool:
        told = self._told.get(pair)
        return told is not None and abs(moment - told) <= within
