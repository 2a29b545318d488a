"""The pace of a login: a burst, a steady rate, and a memory that does not grow."""

from __future__ import annotations

import pytest

from hub.guards import login_pace
from hub.guards.login_pace import LoginPace, look_rate, request_rate
from hub.rules.refusals import Refused
from hub.settings import Rate


class Timer:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def admitted(pace: LoginPace, times: int, login: str = "jane") -> int:
    count = 0
    for _ in range(times):
        try:
            pace.keep(login)
        except Refused:
            continue
        count += 1
    return count


def test_a_burst_of_the_whole_rate_is_admitted_and_then_the_steady_rate() -> None:
    timer = Timer()
    pace = LoginPace(Rate(60, 60), timer)
    assert admitted(pace, 100) == 60
    assert admitted(pace, 100, "ann") == 60, "every login has its own"
    timer.now += 5.001
    assert admitted(pace, 100) == 5
    timer.now += 3600
    assert admitted(pace, 100) == 60, "nothing is saved up beyond a burst"


def test_the_refusal_says_when_to_come_back() -> None:
    timer = Timer()
    pace = LoginPace(Rate(2, 60), timer)
    assert admitted(pace, 2) == 2
    with pytest.raises(Refused) as refusal:
        pace.keep("jane")
    assert refusal.value.details == {"retry_after": 30}
    timer.now += 30
    assert admitted(pace, 2) == 1


def test_without_a_rate_nobody_waits() -> None:
    assert admitted(LoginPace(None), 10_000) == 10_000


def test_idle_logins_are_forgotten_and_the_oldest_beyond_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_pace, "MOST_LOGINS", 3)
    timer = Timer()
    pace = LoginPace(Rate(1, 60), timer)
    assert [admitted(pace, 1, login) for login in "abcd"] == [1, 1, 1, 1]
    assert len(pace._due) == 3
    timer.now += 61
    assert admitted(pace, 1, "e") == 1
    assert list(pace._due) == ["e"]


@pytest.mark.parametrize(
    ("staff", "operator", "rate"),
    [
        (Rate(600, 60), Rate(100, 60), Rate(600, 60)),
        (Rate(600, 60), Rate(50, 1), Rate(50, 1)),
        (Rate(600, 60), None, None),
        (None, Rate(100, 60), None),
    ],
)
def test_a_higher_rate_of_scans_raises_that_of_all_requests(
    staff: Rate | None, operator: Rate | None, rate: Rate | None
) -> None:
    assert request_rate(staff, operator) == rate


@pytest.mark.parametrize(
    ("operator", "sockets", "rate"),
    [
        (Rate(100, 60), 20, Rate(800, 20)),
        (Rate(100, 60), None, Rate(4000, 20)),
        (Rate(6000, 60), 20, Rate(6000, 60)),
        (None, 20, None),
    ],
)
def test_looks_follow_the_sockets_of_a_login(operator: Rate | None, sockets: int | None, rate: Rate | None) -> None:
    assert look_rate(operator, sockets) == rate
