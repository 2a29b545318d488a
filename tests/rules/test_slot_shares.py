"""Shares of a day: every slot is in one of them, or every ticket of it in one."""

from hub.rules.slot_shares import Share, shares_of


def test_slots_stand_together_up_to_the_most_people() -> None:
    assert shares_of([(1, 4), (2, 6), (3, 1), (4, 0)], 10) == [Share([1, 2]), Share([3, 4])]
    assert shares_of([], 10) == []


def test_a_slot_with_too_many_people_is_read_in_parts() -> None:
    assert shares_of([(1, 4), (2, 21), (3, 1)], 10) == [
        Share([1]),
        Share([2], 3, 0),
        Share([2], 3, 1),
        Share([2], 3, 2),
        Share([3]),
    ]
