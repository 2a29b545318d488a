"""The memory of admitted requests in this process: bounded, and as fast at the bound as below it."""

from __future__ import annotations

from time import process_time

from hub.guards.local_rate_limit import MOST_BUCKETS, LocalRateLimit
from hub.settings import Rate

RATE = Rate(1, 60)


def test_beyond_the_bound_the_bucket_unused_for_longest_gives_way() -> None:
    known = LocalRateLimit()
    assert known.admit("first", RATE) == 0.0
    assert known.admit("second", RATE) == 0.0
    for n in range(MOST_BUCKETS - 2):
        known.admit(f"b{n}", RATE)
    assert known.admit("first", RATE) > 0, "there is room for all of these"
    known.admit("one more", RATE)
    assert known.admit("first", RATE) > 0, "it was asked for last"
    assert known.admit("second", RATE) == 0.0, "it gave way"


def test_beyond_the_bound_the_bucket_blocked_first_is_asked_about_again() -> None:
    known = LocalRateLimit()
    for n in range(MOST_BUCKETS + 1):
        known.block(f"b{n}", until=100.0)
    assert known.blocked("b0", 10.0) == 0.0
    assert known.blocked("b1", 10.0) == 90.0


def test_a_bucket_at_the_bound_costs_what_one_below_it_does() -> None:
    """With a plain dict a bucket at the bound costs about forty times as much."""
    known = LocalRateLimit()
    costs = []
    for first in range(0, 2 * MOST_BUCKETS, MOST_BUCKETS):
        began = process_time()
        for n in range(first, first + MOST_BUCKETS):
            known.block(f"b{n}", until=100.0)
        costs.append(process_time() - began)
    assert costs[1] < 8 * costs[0]
