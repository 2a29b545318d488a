"""The pace of webhook events, second by second."""

from __future__ import annotations

import pytest

from hub.rules.event_pace import PACE, RUSH, RUSH_SECONDS, EventPace, rest_after

LOOK = 0.25
"""Seconds between two looks."""


def run(scans_per_second: int, seconds: float, pace: EventPace, begin: float = 0.0) -> tuple[int, int]:
    """Return the events that left within so many seconds of scans, and those that wait at the end."""
    left = waiting = 0
    for look in range(1, int(seconds / LOOK) + 1):
        now = begin + look * LOOK
        came = int(scans_per_second * LOOK)
        waiting += came
        pace.arrive(came, now)
        most = pace.take_turn(now)
        goes = waiting if most is None else min(waiting, most)
        left, waiting = left + goes, waiting - goes
    return left, waiting


@pytest.mark.parametrize("scans", [1, 100, RUSH])
def test_below_a_rush_no_event_waits(scans: int):
    assert run(scans, 30, EventPace(0.0))[1] == 0


@pytest.mark.parametrize("scans", [RUSH + 4, 9_000, 50_000])
def test_in_a_rush_at_least_a_thousand_leave_each_second_and_little_more(scans: int):
    pace = EventPace(0.0)
    run(scans, 10, pace)
    left, waiting = run(scans, 60, pace, begin=10.0)
    assert 1_000 * 60 <= left <= (PACE + 50) * 60
    assert waiting == scans * 60 - left


def test_what_waited_leaves_as_soon_as_the_rush_is_over():
    pace = EventPace(0.0)
    waiting = run(9_000, 20, pace)[1]
    assert waiting > 100_000
    assert pace.in_a_rush(20.0 + 2 * LOOK)
    assert not pace.in_a_rush(20.0 + RUSH_SECONDS)
    assert pace.take_turn(20.0 + RUSH_SECONDS) is None


def test_what_scanners_hand_in_at_once_is_no_rush():
    pace = EventPace(0.0)
    pace.arrive(int(RUSH * RUSH_SECONDS), 1.0)
    assert pace.take_turn(1.0) is None


def test_a_look_that_came_late_lets_no_more_than_two_turns_go():
    pace = EventPace(0.0)
    pace.arrive(100_000, 60.0)
    assert pace.take_turn(60.0) == 2 * PACE


def test_rest_and_sending_together_keep_up_with_the_pace():
    sending = 0.3
    assert PACE * (rest_after(PACE) + sending) < PACE * 1.0
