"""What the scans of a day would have been under another policy of entry, read from the scan log."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from db.statements import load
from hub.rules.entry_decision import EntryPolicy, ReservationFacts
from hub.rules.policy_effect import BY_RE_ENTRY, DEPENDENT, LoggedScans, decide_again
from hub.rules.reasons import Reason
from hub.rules.venue import Venue
from hub.rules.venue_day import day_bounds
from hub.services import Services

LOG = load("reporting/policy_effect")
PIECE = 2_000
"""Groups decided before other work of this process gets its turn: about 20 ms."""


@dataclass(frozen=True, slots=True)
class ChangedScans:
    """Scans that would have had another verdict."""

    from_result: str
    from_reason: str
    to_result: str
    to_reason: str
    scans: int


@dataclass(frozen=True, slots=True)
class PolicyEffect:
    """The effect on one day. `results` counts the scans as they were, by colour; `undecided` those that cannot be told."""

    date: date
    scans: int
    results: dict[str, int]
    changed: tuple[ChangedScans, ...]
    undecided: int

    @property
    def colours(self) -> list[tuple[str, str, int]]:
        """Return how many scans of one colour would have had another, the most first."""
        counts: Counter[tuple[str, str]] = Counter()
        for one in self.changed:
            if one.from_result != one.to_result:
                counts[one.from_result, one.to_result] += one.scans
        return [(before, after, number) for (before, after), number in counts.most_common()]


async def recent_effects(services: Services, venue: Venue, policy: EntryPolicy) -> tuple[PolicyEffect, PolicyEffect]:
    """Return the effect on today so far, and on yesterday."""
    day = venue.business_day(services.clock.now())
    return (
        await policy_effect(services, venue, policy, day),
        await policy_effect(services, venue, policy, day - timedelta(days=1)),
    )


async def policy_effect(services: Services, venue: Venue, policy: EntryPolicy, day: date) -> PolicyEffect:
    """Return what the scans of a day at a venue would have been under `policy`."""
    begins, ends = day_bounds(day, venue.zone)
    rows = await services.database.fetch(
        LOG.logged_scans, venue.org_id, venue.id, begins, ends, [one.value for one in DEPENDENT],
        [one.value for one in BY_RE_ENTRY], day,
    )  # fmt: skip
    slots = await _read_slots(services, venue, {row["slot_id"] for row in rows} - {None})
    results: Counter[str] = Counter()
    changed: Counter[tuple[str, str, str, str]] = Counter()
    undecided = 0
    for number, row in enumerate(rows, start=1):
        scans = LoggedScans(**{**row, "reason": Reason(row["reason"])})
        results[scans.result] += scans.scans
        slot = None if scans.slot_id is None else slots.get(scans.slot_id)
        effect = decide_again(scans, slot, policy, venue.id, venue.zone)
        if effect is None:
            undecided += scans.scans
        elif effect != (scans.result, scans.reason):
            changed[scans.result, scans.reason.value, effect.result, effect.reason.value] += scans.scans
        if number % PIECE == 0:
            await asyncio.sleep(0)
    return PolicyEffect(
        day,
        results.total(),
        dict(results),
        tuple(ChangedScans(*key, number) for key, number in changed.most_common()),
        undecided,
    )


async def _read_slots(services: Services, venue: Venue, ids: set[int]) -> dict[int, ReservationFacts]:
    rows = await services.database.fetch(LOG.slots_of_scans, venue.org_id, sorted(ids))
    return {row["slot_id"]: ReservationFacts(*row) for row in rows}
