"""The two gates rule: a code is reported within the time, once per pair of gates, in any order of sightings."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from time import process_time
from typing import NamedTuple
from uuid import UUID

import pytest

from hub.rules.two_gates import LOOK_EVERY, Sightings

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
WITHIN = timedelta(minutes=5)


class Held(NamedTuple):
    moment: datetime
    gate: str
    scan_id: UUID
    details: int
    admitted: bool = True


def at(seconds: float, gate: str, number: int = 0, *, admitted: bool = True) -> Held:
    return Held(NOON + timedelta(seconds=seconds), gate, UUID(int=number), number, admitted)


def looked(seconds: float, gate: str, number: int = 0) -> Held:
    return at(seconds, gate, number, admitted=False)


def reported(*sightings: Held, within: timedelta = WITHIN) -> list[tuple[int, int] | None]:
    """Return, for each sighting, the pair (other, this) that is reported with it."""
    seen: Sightings[Held] = Sightings(within)
    found = []
    for sighting in sightings:
        other = seen.see("TKT", sighting)
        found.append(None if other is None else (other.details, sighting.details))
    return found


def test_one_gate_is_never_an_alarm_however_often() -> None:
    assert reported(*(at(n, "A", n) for n in range(10))) == [None] * 10


def test_another_gate_within_the_time_is_reported_with_the_last_sighting_at_the_first() -> None:
    assert reported(at(0, "A", 1), at(60, "A", 2), at(120, "B", 3)) == [None, None, (2, 3)]


def test_whoever_was_let_in_at_neither_gate_is_no_alarm_until_one_lets_them_in() -> None:
    assert reported(looked(0, "A", 1), looked(10, "B", 2), at(20, "B", 3)) == [None, None, (1, 3)]
    assert reported(looked(0, "A", 1), looked(10, "B", 2), looked(20, "A", 3)) == [None] * 3


def test_a_look_after_the_entry_does_not_hide_who_was_let_in() -> None:
    assert reported(at(0, "A", 1), looked(200, "A", 2), looked(400, "B", 3)) == [None, None, (2, 3)]
    assert reported(at(0, "A", 1), looked(1, "B", 2), looked(2, "C", 3)) == [None, (1, 2), (1, 3)]


@pytest.mark.parametrize(("seconds", "alarm"), [(299, True), (300, True), (300.5, False), (3600, False)])
def test_the_time_counts_to_its_very_end(seconds: float, alarm: bool) -> None:
    assert (reported(at(0, "A", 1), at(seconds, "B", 2))[1] is not None) is alarm


def test_a_pair_of_gates_is_reported_once_and_a_third_gate_again() -> None:
    both = reported(at(0, "A", 1), at(10, "B", 2), at(20, "A", 3), at(30, "B", 4), at(40, "C", 5), at(50, "A", 6))
    assert both == [None, (1, 2), None, None, (4, 5), None]


def test_the_same_pair_is_reported_again_when_the_time_has_passed() -> None:
    assert reported(at(0, "A", 1), at(10, "B", 2), at(1000, "A", 3), at(1010, "B", 4)) == [None, (1, 2), None, (3, 4)]


def test_the_order_of_arrival_does_not_matter() -> None:
    late_first = reported(at(60, "B", 2), at(0, "A", 1))
    assert late_first == [None, (2, 1)]
    # An offline scan arrives later than it was made.
    assert reported(at(500, "A", 3), at(0, "B", 1), at(490, "B", 2)) == [None, None, (3, 2)]


def test_of_every_crowd_exactly_the_copies_are_reported() -> None:
    dice = random.Random(5)
    codes = [f"TKT-{n}" for n in range(300)]
    copies = set(dice.sample(codes, 40))
    rows = [(code, at(dice.uniform(0, 200), "A", n)) for n, code in enumerate(codes)]
    rows += [(code, at(dice.uniform(0, 200), "B", 1000 + n)) for n, code in enumerate(sorted(copies))]
    dice.shuffle(rows)
    seen: Sightings[Held] = Sightings(WITHIN)
    alarms = [code for code, sighting in rows if seen.see(code, sighting) is not None]
    assert sorted(alarms) == sorted(copies)


def test_what_is_too_old_or_too_much_is_forgotten() -> None:
    seen: Sightings[Held] = Sightings(WITHIN, most=100)
    for n in range(1000):
        seen.see(f"TKT-{n}", at(n / 1000, "A", n))
    assert len(seen) <= 100 + LOOK_EVERY
    assert seen.see("TKT-999", at(2, "B", 1)) is not None, "the newest are kept"
    patient: Sightings[Held] = Sightings(WITHIN)
    for n in range(1000):
        patient.see(f"TKT-{n}", at(n * 10, "A", n))
    assert len(patient) <= 31 + LOOK_EVERY, "of the last five minutes there are thirty"


def test_what_is_forgotten_counts_no_more_whatever_trail_there_was() -> None:
    seen: Sightings[Held] = Sightings(WITHIN)
    assert seen.see("TKT", at(0, "A", 1)) is None
    seen.forget("TKT")
    assert seen.see("TKT", at(1, "B", 2)) is None
    assert seen.see("TKT", at(2, "A", 3)) == at(1, "B", 2)
    seen.forget("TKT")
    assert len(seen) == 0
    assert seen.see("TKT", at(3, "C", 4)) is None


def test_the_three_hundred_thousandth_sighting_costs_what_the_first_ones_did() -> None:
    """With a plain dict the last tenth costs about 160 times the first, with an ordered one two to three times."""
    seen: Sightings[Held] = Sightings(WITHIN)
    crowd = [(f"TKT-{n}", at(n / 10_000, "A", n)) for n in range(300_000)]
    costs = []
    for first in range(0, len(crowd), len(crowd) // 10):
        began = process_time()
        for code, sighting in crowd[first : first + len(crowd) // 10]:
            seen.see(code, sighting)
        costs.append(process_time() - began)
    assert costs[-1] < 15 * costs[0]
