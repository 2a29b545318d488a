"""The two gates rule: one code scanned at two gates within the venue's number of minutes may be a copied ticket.

One of the two gates must have let the holder in. A holder who was only looked at may have been sent to another gate.

    seen = Sightings(timedelta(minutes=5))
    seen.see("TKT-...", at_gate_a)     None
    seen.see("TKT-...", at_gate_b)     at_gate_a

A pair of gates is reported once for a code within that time.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar
from uuid import UUID

MOST = 50_000
"""Maximum number of codes kept for one venue. Beyond it the oldest is dropped early."""

LOOK_EVERY = 64
"""Number of scans between two removals of old sightings."""


class Sighting(Protocol):
    """A code scanned at a gate."""

    @property
    def moment(self) -> datetime: ...

    @property
    def gate(self) -> str | None: ...

    @property
    def scan_id(self) -> UUID: ...

    @property
    def admitted(self) -> bool: ...


S = TypeVar("S", bound=Sighting)


class Sightings(Generic[S]):
    """The sightings of one venue. They may arrive in any order, and more than once."""

    def __init__(self, within: timedelta, *, most: int = MOST) -> None:
        self.within = within
        self._most = most
        # Nearly all codes are seen at one gate only. Of these only the last sighting is kept.
        # Ordered dicts, because a plain dict scans all deleted entries at its front to find the oldest one.
        self._seen: OrderedDict[str, S] = OrderedDict()
        self._trails: OrderedDict[str, _Trail[S]] = OrderedDict()
        self._count = 0

    def see(self, code: str, sighting: S) -> S | None:
        """Keep the sighting. Return the latest one at another gate within the time, where one of the two gates admitted.

        A pair that was reported is not reported again.
        """
        self._count += 1
        if self._count % LOOK_EVERY == 0:
            self._forget(sighting.moment)
        before = self._seen.pop(code, None)
        if before is None:
            trail = self._trails.get(code) if self._trails else None
            if trail is None:
                self._seen[code] = sighting
                return None
        elif before.gate == sighting.gate and (sighting.admitted or not before.admitted):
            self._seen[code] = sighting if before.moment <= sighting.moment else before
            return None
        else:
            trail = self._trails[code] = _Trail(before)
        return trail.see(sighting, self.within)

    def forget(self, code: str) -> None:
        """Drop the sightings of this code."""
        self._seen.pop(code, None)
        self._trails.pop(code, None)

    def __len__(self) -> int:
        return len(self._seen) + len(self._trails)

    def _forget(self, moment: datetime) -> None:
        """Drop old sightings, a few at a time, and the oldest ones beyond `MOST`."""
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
    """A code seen at several gates, or again after its entry: the last sighting at each gate, which gates let it in, and when
    each pair was reported.
    """

    __slots__ = ("_admitted", "_gates", "_reported", "latest")

    def __init__(self, first: S) -> None:
        self._gates: dict[str | None, S] = {first.gate: first}
        self._admitted = {first.gate} if first.admitted else set()
        self._reported: dict[frozenset[str | None], datetime] = {}
        self.latest = first.moment

    def see(self, sighting: S, within: timedelta) -> S | None:
        known = self._gates.get(sighting.gate)
        if known is None or known.moment <= sighting.moment:
            self._gates[sighting.gate] = sighting
        if sighting.admitted:
            self._admitted.add(sighting.gate)
        self.latest = max(self.latest, sighting.moment)
        others = [
            other
            for other in self._gates.values()
            if other.gate != sighting.gate
            and (sighting.gate in self._admitted or other.gate in self._admitted)
            and abs(other.moment - sighting.moment) <= within
            and not self._was_reported(frozenset((other.gate, sighting.gate)), sighting.moment, within)
        ]
        if not others:
            return None
        latest = max(others, key=lambda other: (other.moment, other.scan_id))
        for other in others:
            self._reported[frozenset((other.gate, sighting.gate))] = max(other.moment, sighting.moment)
        return latest

    def _was_reported(self, pair: frozenset[str | None], moment: datetime, within: timedelta) -> bool:
        reported = self._reported.get(pair)
        return reported is not None and abs(moment - reported) <= within
