"""The business day of a scan: the day of its slot, also after midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from hub.rules.business_day import day_of_scan, unless_date_of
from hub.rules.entry_decision import EntryPolicy, ReservationFacts

ROME = ZoneInfo("Europe/Rome")
FRIDAY = date(2026, 11, 20)
SATURDAY = FRIDAY + timedelta(days=1)


def at(day: date, text: str) -> datetime:
    return datetime.combine(day, time.fromisoformat(text), ROME).astimezone(UTC)


def slot(day: date, start: str, end: str, venue_id: int = 1) -> ReservationFacts:
    starts, ends = at(day, start), at(day, end)
    if ends <= starts:
        ends += timedelta(days=1)
    return ReservationFacts(1, 1, venue_id, day, time.fromisoformat(start), time.fromisoformat(end), starts, ends, 1, 9)


NIGHT = slot(FRIDAY, "22:30", "02:30")
CASES = [
    ("in the slot after midnight", NIGHT, EntryPolicy("deny"), SATURDAY, "00:30", FRIDAY),
    ("in the slot before midnight", NIGHT, EntryPolicy("deny"), FRIDAY, "23:30", FRIDAY),
    ("on the day before its slot", NIGHT, EntryPolicy("deny"), FRIDAY - timedelta(days=1), "23:30", FRIDAY - timedelta(days=1)),
    ("after its slot", NIGHT, EntryPolicy("deny"), SATURDAY, "02:30", SATURDAY),
    ("after its slot, while entry is allowed", NIGHT, EntryPolicy("deny", 30), SATURDAY, "02:59", FRIDAY),
    ("before midnight, for a slot after it", slot(SATURDAY, "00:30", "02:00"), EntryPolicy("deny", 0, 60), FRIDAY, "23:45", SATURDAY),
    ("for a slot at another venue", slot(FRIDAY, "22:30", "02:30", venue_id=2), EntryPolicy("deny"), SATURDAY, "00:30", SATURDAY),
    ("without a slot", None, EntryPolicy("deny"), SATURDAY, "00:30", SATURDAY),
]  # fmt: skip


@pytest.mark.parametrize(("reservation", "policy", "day", "clock", "wanted"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])  # fmt: skip
def test_a_scan_belongs_to_its_slots_day_while_the_slot_counts(
    reservation: ReservationFacts | None, policy: EntryPolicy, day: date, clock: str, wanted: date
):
    moment = at(day, clock)
    assert day_of_scan(reservation, policy, 1, moment, ROME, day) == wanted
    assert unless_date_of(moment, wanted, ROME) == (None if wanted == day else wanted)


def test_without_a_slot_a_scan_belongs_to_the_day_that_runs_at_the_venue():
    assert day_of_scan(None, EntryPolicy("deny"), 1, at(SATURDAY, "00:30"), ROME, FRIDAY) == FRIDAY
