"""Hysteresis: two measurements raise an alert, three clear it, and values in between change nothing."""

from __future__ import annotations

import itertools
import random

import pytest

from hub.rules.hysteresis import Watched, look


def course(*values: float, threshold: float = 10.0) -> list[str | None]:
    state, actions = Watched(), []
    for value in values:
        state, action = look(state, value, threshold)
        actions.append(action)
    return actions


@pytest.mark.parametrize(
    ("values", "actions"),
    [
        ((10, 10), [None, "raise"]),
        ((10, 9.9, 10, 10), [None, None, None, "raise"]),
        ((99, 99, 0, 0, 0), [None, "raise", None, None, "clear"]),
        ((99, 99, 0, 0, 9, 0, 0, 0), [None, "raise", None, None, None, None, None, "clear"]),
        ((99, 99, 9.5, 9.5, 9.5, 9.5), [None, "raise", None, None, None, None]),
        ((99, 99, 99, 99), [None, "raise", None, None]),
        ((0, 0, 0), [None, None, None]),
    ],
)
def test_the_course_of_an_alert(values: tuple[float, ...], actions: list[str | None]) -> None:
    assert course(*values) == actions


def test_what_swings_around_the_threshold_is_raised_once() -> None:
    dice = random.Random(3)
    actions = course(*(dice.uniform(9.1, 11) for _ in range(2000)))
    assert [action for action in actions if action] == ["raise"]
    # Control: the bare threshold would have raised it hundreds of times.
    dice = random.Random(3)
    over = [dice.uniform(9.1, 11) >= 10 for _ in range(2000)]
    assert sum(one != other for one, other in itertools.pairwise(over)) > 500


def test_raising_and_clearing_take_turns() -> None:
    dice = random.Random(4)
    changes = [action for action in course(*(dice.uniform(0, 20) for _ in range(5000))) if action]
    assert changes[0] == "raise"
    assert all(one != other for one, other in itertools.pairwise(changes))
