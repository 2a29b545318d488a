"""The order of the waiting list: by joining, never more places than there are, and one chance for a large party."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.waitlist_order import Serving, Waiting, notify_until, offer_end, offer_stands, serve

NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)


def line(*places: int) -> list[Waiting]:
    return [Waiting(n, p) for n, p in enumerate(places, 1)]


def given_to(
    waiting: list[Waiting], *, held: int = 0, offered: int = 0, free: int = 0, until: datetime = LATER
) -> Serving:
    return serve(waiting, held=held, offered=offered, free=free, now=NOW, gather_until=until)


def test_what_came_free_goes_to_the_first_on_the_list():
    assert given_to(line(1, 1, 1), held=2) == Serving((1, 2), None, 2)


def test_what_nobody_waits_for_goes_to_the_public():
    assert given_to(line(1), held=4, offered=1) == Serving((1,), None, 2)
    assert given_to([], held=3) == Serving((), None, 0)


def test_what_is_offered_already_is_not_offered_again():
    assert given_to(line(1), held=1, offered=1) == Serving((), None, 1)


def test_who_waits_comes_before_the_public_at_free_places():
    assert given_to(line(3), held=1, free=2) == Serving((1,), None, 3)


def test_a_family_first_in_line_has_what_came_free_kept_together_for_it():
    assert given_to(line(3, 1), held=2) == Serving((), 1, 2)


def test_while_places_gather_those_behind_may_have_what_the_public_could():
    """A free place that the public can book is not kept for the family, so those behind it may have it too."""
    assert given_to(line(4, 1), held=2, free=1) == Serving((2,), 1, 3)


def test_after_its_chance_a_family_holds_up_nobody_and_keeps_its_turn():
    waiting = [Waiting(1, 3, NOW), Waiting(2, 1), Waiting(3, 1)]
    assert given_to(waiting, held=1) == Serving((2,), None, 1)
    assert given_to(waiting, held=3) == Serving((1,), None, 3)


def test_a_chance_lasts_until_its_moment_and_not_at_it():
    waiting = [Waiting(1, 3, NOW + timedelta(microseconds=1)), Waiting(2, 1)]
    assert given_to(waiting, held=1) == Serving((), 1, 1)
    assert given_to([Waiting(1, 3, NOW), Waiting(2, 1)], held=1) == Serving((2,), None, 1)


def test_only_the_first_in_line_has_a_chance():
    assert given_to([Waiting(1, 9, NOW), Waiting(2, 3), Waiting(3, 1)], held=2) == Serving((3,), None, 1)


def test_whoever_is_first_once_others_are_served_has_its_chance():
    assert given_to(line(1, 5, 1), held=3) == Serving((1,), 2, 3)


def test_no_chance_begins_that_would_be_over():
    """A slot that has begun keeps no places empty."""
    assert given_to(line(3, 1), held=2, until=NOW) == Serving((2,), None, 1)


@given(
    st.lists(st.tuples(st.integers(1, 20), st.sampled_from([None, NOW, LATER])), max_size=12),
    st.integers(0, 30), st.integers(0, 30), st.integers(0, 30),
)  # fmt: skip
def test_never_more_than_there_is_and_nobody_passed_over_that_fits(wants, came_free, offered, free):
    waiting = [Waiting(n, places, chance) for n, (places, chance) in enumerate(wants, 1)]
    serving = given_to(waiting, held=offered + came_free, offered=offered, free=free)
    given_places = sum(entry.places for entry in waiting if entry.id in serving.offers)
    assert offered + given_places <= serving.held <= offered + came_free + free
    left = came_free + free - given_places
    if serving.gathering is None:
        assert serving.held == offered + given_places, "what is not offered is the public's"
        assert all(entry.places > left for entry in waiting if entry.id not in serving.offers)
    else:
        first = next(entry for entry in waiting if entry.id not in serving.offers)
        assert serving.gathering == first.id
        assert first.places > left


@pytest.mark.parametrize(("minutes", "ends"), [(30, LATER), (90, NOW + timedelta(hours=1))])
def test_an_offer_never_outlasts_its_slot(minutes, ends):
    assert offer_end(NOW, minutes, NOW + timedelta(hours=1)) == ends


def test_an_offer_stands_until_its_end_and_not_at_it():
    assert offer_stands(NOW + timedelta(microseconds=1), NOW)
    assert not offer_stands(NOW, NOW)


def test_a_closed_list_is_reported_until_a_day_after_its_slot():
    for cause in ("slot_over", "slot_closed", "no_waitlist"):
        assert notify_until(cause, LATER) == LATER + timedelta(days=1)
    assert notify_until("ticket", LATER) is None
