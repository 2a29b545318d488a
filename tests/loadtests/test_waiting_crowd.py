"""The visitors of Q3 notice what the hub must never do: a place that gets worse, a turn that ends, turns out of order."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from loadtests.bench.q3_whole_on_sale import PER_MINUTE, _problems
from loadtests.bench.waiting_crowd import Seen, Visitor

MINUTE = 60.0


class Socket:
    on_text: Any = None


def visitor(*places: int | str) -> Visitor:
    """A visitor who is shown these positions one after the other, or the state of this name."""
    payloads = [
        orjson.dumps(
            {"state": "waiting", "position": one} if isinstance(one, int) else {"state": one, "position": None}
        )
        for one in places
    ]
    found = Visitor(Socket(), payloads[0])  # type: ignore[arg-type]
    for payload in payloads[1:]:
        found.socket.on_text(payload)  # type: ignore[misc]
    return found


def test_a_visitor_who_comes_nearer_and_has_a_turn_has_nothing_to_complain_about() -> None:
    one = visitor(120, 110, 110, "turn")
    assert (one.wrong, one.first, one.turn, one.frames) == ("", 120, True, 4)


@pytest.mark.parametrize("places", [(110, 120), (3, "turn", 2), (3, "sold_out"), (3, "none"), ("turn", "waiting")])
def test_a_visitor_notices_a_place_that_is_worse_than_before(places: tuple[int | str, ...]) -> None:
    assert visitor(*places).wrong


def seen(**changed: Any) -> list[Seen]:
    whole = {"joined": 50, "lost": 0, "frames": 99, "admitted": PER_MINUTE, "last_admitted": 700, "first_waiting": 710}
    return [Seen(**{**whole, **changed}), Seen(50, 0, 9, 0, 0, 705)]


def test_turns_in_order_and_on_time_are_right() -> None:
    assert _problems(seen(), MINUTE, 100) == []
    # Positions from 101 are shown in tens.
    assert _problems(seen(last_admitted=720), MINUTE, 100) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"last_admitted": 730}, "number 730 has a turn, and number 705 waits"),
        ({"lost": 2}, "closed 2 sockets"),
        ({"joined": 49}, "99 visitors joined"),
        ({"admitted": 2 * PER_MINUTE}, "were admitted"),
        ({"admitted": 0}, "were admitted"),
        ({"wrong": ["position 9 after 8"]}, "position 9 after 8"),
    ],
)
def test_what_a_visitor_would_complain_about_makes_the_row_invalid(changed: dict[str, Any], problem: str) -> None:
    [found] = _problems(seen(**changed), MINUTE, 100)
    assert problem in found
