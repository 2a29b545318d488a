"""Whom a supervisor may let in against the door's word."""

import pytest

from hub.rules.override import obstacle
from hub.rules.reasons import Reason
from hub.rules.ticket_lifecycle import TicketStatus


@pytest.mark.parametrize("status", ["RESERVED", "ACTIVATED", "EXPIRED"])
def test_a_day_an_hour_a_reservation_and_time_run_out_can_be_overlooked(status):
    assert obstacle(status, entered=False) is None


@pytest.mark.parametrize(
    ("status", "entered", "why"),
    [
        (None, False, Reason.TICKET_NOT_FOUND),
        ("PENDING_PAYMENT", False, Reason.TICKET_NOT_ACTIVATED),
        ("INACTIVE", False, Reason.TICKET_NOT_ACTIVATED),
        ("VERIFIED", True, Reason.ALREADY_VERIFIED),
        # An OTA ticket keeps its status word when it is in.
        ("ACTIVATED", True, Reason.ALREADY_VERIFIED),
        ("CANCELLED", False, Reason.TICKET_CANCELLED),
        ("CANCELLED", True, Reason.TICKET_CANCELLED),
    ],
)
def test_what_has_to_be_done_first_cannot(status, entered, why):
    assert obstacle(status, entered=entered) is why


def test_every_status_is_decided():
    assert {obstacle(status, entered=False) for status in TicketStatus} == {
        None, Reason.TICKET_NOT_ACTIVATED, Reason.TICKET_CANCELLED
    }  # fmt: skip
