"""A slot of the calendar whose numbers do not agree fails the request or frame that it came with."""

from __future__ import annotations

import pytest

from loadtests.scenarios.slots import slot_problem

SLOT = {
    "id": 7, "status": "ACTIVE", "total_capacity": 10, "booked_count": 4, "available_count": 6, "capacity_status": "AVAILABLE",
}  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"booked_count": 10, "available_count": 0, "capacity_status": "FULL"},
        {"booked_count": 5, "available_count": 5, "capacity_status": "LIMITED"},
        {"available_count": 5, "capacity_status": "LIMITED"},  # a place is kept for the waiting list
        {"status": "CLOSED", "available_count": 0},
    ],
)
def test_numbers_that_agree_are_no_problem(changes: dict[str, object]) -> None:
    assert slot_problem({**SLOT, **changes}) is None


@pytest.mark.parametrize(
    "changes",
    [{"available_count": 7}, {"available_count": -1}, {"capacity_status": "LIMITED"}, {"booked_count": 5}],
)
def test_numbers_that_do_not_are(changes: dict[str, object]) -> None:
    assert str(slot_problem({**SLOT, **changes})).startswith("slot 7: ")
