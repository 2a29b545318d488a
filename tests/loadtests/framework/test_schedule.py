"""Arrivals are planned beforehand, so a hub that stops for a while is seen by all who came meanwhile."""

from __future__ import annotations

from loadtests.framework.schedule import Schedule

RATE, STALL, SECONDS = 10.0, 1.0, 10.0


class StoppedHub:
    """A simulated clock, and a hub that answers at once but for one stall."""

    def __init__(self) -> None:
        self.now = 100.0
        self.stalls_at = 104.0

    def answer(self) -> None:
        if self.stalls_at <= self.now < self.stalls_at + STALL:
            self.now = self.stalls_at + STALL


def latencies(*, planned: bool) -> list[float]:
    """Return the latencies of one user. Without the plan, each counts from when it was sent."""
    hub = StoppedHub()
    schedule = Schedule(RATE, poisson=False, clock=lambda: hub.now)
    found = []
    for _ in range(int(RATE * SECONDS)):
        began = schedule.begin() if planned else hub.now
        hub.answer()
        found.append(hub.now - began)
        hub.now += schedule.wait() if planned else 1 / RATE
    return found


def test_a_stall_is_in_the_latency_of_all_who_came_meanwhile() -> None:
    slow = [one for one in latencies(planned=True) if one > 0.05]
    assert len(slow) >= RATE * STALL - 1
    assert sum(slow) > 4.0


def test_a_user_that_waits_for_its_answers_would_see_it_once() -> None:
    """The control: without planned moments the same stall is one slow request of a hundred."""
    assert len([one for one in latencies(planned=False) if one > 0.05]) == 1


def test_only_the_first_request_of_an_arrival_counts_from_the_plan() -> None:
    hub = StoppedHub()
    schedule = Schedule(RATE, poisson=False, clock=lambda: hub.now)
    assert schedule.begin() == 100.0
    hub.now = 101.0
    assert schedule.wait() == 0.0
    assert schedule.begin() == 100.1
    assert schedule.begin() == 101.0


def test_a_pause_that_the_user_wanted_is_in_no_latency() -> None:
    hub = StoppedHub()
    schedule = Schedule(RATE, poisson=False, clock=lambda: hub.now)
    schedule.begin()
    hub.now += 5.0
    schedule.shift(5.0)
    hub.now += schedule.wait()
    assert hub.now - schedule.begin() < 1e-9
