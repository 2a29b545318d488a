"""The spans of a long log: longer while they are quick, shorter when one was slow."""

from datetime import timedelta

from hub.rules.log_spans import FIRST_SPAN, SHORTEST_SPAN, next_span, shorter_span


def test_a_quick_span_is_followed_by_a_longer_one_and_a_slow_one_by_a_shorter() -> None:
    assert next_span(FIRST_SPAN, 0.01) == timedelta(days=4)
    assert next_span(FIRST_SPAN, 0.3) == FIRST_SPAN
    assert next_span(FIRST_SPAN, 0.6) == timedelta(hours=12)


def test_no_span_becomes_so_short_that_the_log_takes_for_ever() -> None:
    assert next_span(SHORTEST_SPAN, 2.0) == SHORTEST_SPAN


def test_a_cancelled_span_is_tried_again_much_shorter_but_not_for_ever() -> None:
    assert shorter_span(FIRST_SPAN) == timedelta(hours=3)
    assert shorter_span(2 * SHORTEST_SPAN) == SHORTEST_SPAN
