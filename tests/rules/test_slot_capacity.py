"""How full a slot is, in a word and as a count."""

from datetime import time

import pytest

from hub.rules.slot_capacity import SlotCount, capacity_status


@pytest.mark.parametrize(
    ("capacity", "booked", "word"),
    [
        (200, 0, "AVAILABLE"),
        (200, 99, "AVAILABLE"),
        (200, 100, "LIMITED"),
        (200, 150, "LIMITED"),
        (200, 190, "LIMITED"),
        (200, 199, "LIMITED"),
        (200, 200, "FULL"),
        (1, 0, "AVAILABLE"),
        (1, 1, "FULL"),
        (0, 0, "FULL"),
        (3, 1, "AVAILABLE"),
        (3, 2, "LIMITED"),
        (10, 11, "FULL"),
    ],
)
def test_a_slot_is_limited_from_half_full(capacity, booked, word):
    assert capacity_status(capacity, booked) == word


def test_a_count_is_written_with_whole_seconds():
    count = SlotCount(10, time(12), time(14), 200, 150, 7, 912)
    assert count.as_dict() == {
        "slot_id": 10, "start_time": "12:00:00", "end_time": "14:00:00",
        "capacity": 200, "booked": 150, "verified": 7, "revision": 912,
    }  # fmt: skip
