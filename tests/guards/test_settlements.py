"""Waiting settlements: oldest first, bounded, and as fast at the bound as below it."""

from __future__ import annotations

from time import process_time

from hub.guards.settlements import MOST_HOLDS, MOST_SLOTS, Settlement, Settlements


def settled(free: int) -> Settlement:
    settlement = Settlement()
    settlement.add(free, 1, [], [], force=False)
    return settlement


def test_the_oldest_are_taken_first_and_no_more_than_asked_for() -> None:
    waiting = Settlements()
    for slot in range(5):
        waiting.of((1, slot))
    assert [key for key, _ in waiting.take(2)] == [(1, 0), (1, 1)]
    assert [key for key, _ in waiting.take(256)] == [(1, 2), (1, 3), (1, 4)]
    assert waiting.take(256) == []


def test_beyond_the_bound_the_slot_that_waited_longest_gives_way() -> None:
    waiting = Settlements()
    for slot in range(MOST_SLOTS + 2):
        waiting.of((1, slot))
    assert len(waiting) == MOST_SLOTS
    assert waiting.take(1)[0][0] == (1, 2)


def test_what_is_put_back_stays_under_what_was_said_since() -> None:
    waiting = Settlements()
    waiting.of((1, 1)).add(5, 1, ["a"], [], force=False)
    taken = waiting.take(256)
    waiting.of((1, 1)).add(4, 2, [], ["b"], force=False)
    waiting.of((1, 2))
    waiting.put_back(taken)
    (key, said), (other, _) = waiting.take(256)
    assert (key, other) == ((1, 1), (1, 2))
    assert (said.free, said.revision, list(said.booked), list(said.released)) == (4, 2, ["a"], ["b"])


def test_beyond_the_bound_the_holds_said_longest_ago_give_way() -> None:
    said = settled(1)
    said.add(None, 0, (str(n) for n in range(MOST_HOLDS + 3)), [], force=False)
    assert len(said.booked) == MOST_HOLDS
    assert next(iter(said.booked)) == "3"


def test_a_hold_at_the_bound_costs_what_one_below_it_does() -> None:
    """With plain dicts a hold at the bound costs about thirteen times as much."""
    said = settled(1)
    costs = []
    for first in range(0, 2 * MOST_HOLDS, MOST_HOLDS):
        began = process_time()
        for n in range(first, first + MOST_HOLDS):
            said.add(None, 0, [str(n)], [], force=False)
        costs.append(process_time() - began)
    assert costs[1] < 4 * costs[0]
