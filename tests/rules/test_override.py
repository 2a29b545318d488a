"""The override rule: which refused holders a supervisor may let in."""

import pytest

from hub.rules.override import obstacle
from hub.rules.reasons import Reason
from hub.rules.ticket_lifecycle import TicketStatus


@pytest.mark.parametrize("status", ["RESERVED", "ACTIVATED", "EXPIRED"])
def test_a_day_an_hour_a_reservation_and_time_run_out_can_be_overlooked(status):
    assert obstacle(status, entered=False, left=False) is None


@pytest.mark.parametrize(
    ("status", "entered", "why"),
    [
        (None, False, Reason.TICKET_NOT_FOUND),
        ("PENDING_PAYMENT", False, Reason.TICKET_NOT_ACTIVATED),
        ("INACTIVE", False, Reason.TICKET_NOT_ACTIVATED),
        ("VERIFIED", True, Reason.ALREADY_VERIFIED),
        # An OTA ticket keeps its status after an entry.
        ("ACTIVATED", True, Reason.ALREADY_VERIFIED),
        ("CANCELLED", False, Reason.TICKET_CANCELLED),
        ("CANCELLED", True, Reason.TICKET_CANCELLED),
    ],
)
def test_what_has_to_be_done_first_cannot(status, entered, why):
    assert obstacle(status, entered=entered, left=False) is why


def test_the_rest_of_a_party_can_be_let_in():
    assert obstacle("VERIFIED", entered=True, left=False, part=True) is None
    assert obstacle("CANCELLED", entered=True, left=False, part=True) is Reason.TICKET_CANCELLED


@pytest.mark.parametrize("status", ["VERIFIED", "ACTIVATED", "EXPIRED"])
def test_whoever_has_left_can_be_let_back_in(status):
    assert obstacle(status, entered=True, left=True) is None


@pytest.mark.parametrize(
    ("status", "why"),
    [
        ("CANCELLED", Reason.TICKET_CANCELLED),
        # The status that an OTA ticket's owner has set.
        ("INACTIVE", Reason.TICKET_NOT_ACTIVATED),
        ("PENDING_PAYMENT", Reason.TICKET_NOT_ACTIVATED),
    ],
)
def test_what_keeps_out_for_the_first_time_keeps_out_those_who_left(status, why):
    assert obstacle(status, entered=True, left=True) is why


def test_every_status_is_decided():
    assert {obstacle(status, entered=False, left=False) for status in TicketStatus} == {
        None, Reason.TICKET_NOT_ACTIVATED, Reason.TICKET_CANCELLED
    }  # fmt: skip
