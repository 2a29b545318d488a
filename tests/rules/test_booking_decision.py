"""The booking decision: every refusal, and which of two takes precedence."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.rules.booking_decision import (
    BookedPerformance,
    BookingSlot,
    BookingTicket,
    RequestedBooking,
    decide_booking,
    refuse_booking_request,
    refuse_confirmation,
    refuse_slot,
    refuse_ticket,
)
from hub.rules.performance_booking import BookingTimes

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SLOT = BookingSlot(10, 1, 1, "ACTIVE", NOW + timedelta(hours=2), NOW + timedelta(hours=4), 200, 150)
TICKET = BookingTicket(123, 1, "ACTIVATED", None, None, False)
FULL = replace(SLOT, booked_count=200)


@pytest.mark.parametrize(
    ("name", "ticket", "slot", "reason"),
    [
        ("a free place", TICKET, SLOT, None),
        ("the last place", TICKET, replace(SLOT, booked_count=199), None),
        ("a slot that has begun", TICKET, replace(SLOT, starts_at=NOW - timedelta(hours=1)), None),
        ("the last second of a slot", TICKET, replace(SLOT, ends_at=NOW + timedelta(seconds=1)), None),
        ("no slot", TICKET, None, "SLOT_NOT_FOUND"),
        ("a closed slot", TICKET, replace(SLOT, status="CLOSED"), "SLOT_CLOSED"),
        ("a slot that is over", TICKET, replace(SLOT, ends_at=NOW), "SLOT_PAST"),
        ("a full slot", TICKET, FULL, "SLOT_FULL"),
        ("a slot cut below its bookings", TICKET, replace(SLOT, total_capacity=100), "SLOT_FULL"),
        ("no ticket", None, SLOT, "TICKET_NOT_FOUND"),
        ("another organisation", replace(TICKET, org_id=2), SLOT, "ORGANIZATION_MISMATCH"),
        ("another organisation, whatever its status", replace(TICKET, org_id=2, status="CANCELLED"), SLOT,
         "ORGANIZATION_MISMATCH"),
        ("not paid", replace(TICKET, status="PENDING_PAYMENT"), SLOT, "TICKET_NOT_ACTIVATED"),
        ("not active", replace(TICKET, status="INACTIVE"), SLOT, "TICKET_NOT_ACTIVATED"),
        ("reserved", replace(TICKET, status="RESERVED"), SLOT, "TICKET_ALREADY_RESERVED"),
        ("an OTA ticket with a reservation", replace(TICKET, has_reservation=True), SLOT, "TICKET_ALREADY_RESERVED"),
        ("used", replace(TICKET, status="VERIFIED", has_reservation=True), SLOT, "TICKET_ALREADY_USED"),
        ("expired", replace(TICKET, status="EXPIRED"), SLOT, "TICKET_EXPIRED"),
        ("past its validity", replace(TICKET, valid_until=NOW), SLOT, "TICKET_EXPIRED"),
        ("past its validity by the time of the slot", replace(TICKET, valid_until=SLOT.starts_at), SLOT, "TICKET_EXPIRED"),
        ("cancelled", replace(TICKET, status="CANCELLED"), SLOT, "TICKET_CANCELLED"),
        ("a ticket of another venue", replace(TICKET, venue_id=2), SLOT, "WRONG_VENUE"),
        ("the slot before the ticket", None, FULL, "SLOT_FULL"),
        ("closed before past before full", TICKET, replace(FULL, status="CLOSED", ends_at=NOW), "SLOT_CLOSED"),
        ("past before full", TICKET, replace(FULL, ends_at=NOW), "SLOT_PAST"),
    ],
)  # fmt: skip
def test_the_booking_is_decided(name, ticket, slot, reason):
    assert decide_booking(ticket, slot, NOW) == reason, name


def test_a_ticket_can_be_decided_before_a_slot_is_chosen():
    assert refuse_ticket(TICKET, NOW) is None
    assert refuse_ticket(None, NOW) == "TICKET_NOT_FOUND"


@pytest.mark.parametrize(
    ("free", "held", "places", "reason"),
    [(5, 0, 5, None), (4, 0, 5, "SLOT_FULL"), (5, 1, 5, "SLOT_FULL"), (1, 1, 1, "SLOT_FULL"), (2, 1, 1, None)],
)
def test_a_party_needs_a_place_for_each_and_places_held_for_others_are_not_free(free, held, places, reason):
    slot = replace(SLOT, booked_count=SLOT.total_capacity - free, held_count=held)
    assert refuse_slot(slot, NOW, places) == reason


TIMES = BookingTimes("ACTIVE", NOW + timedelta(hours=5), None, None, False)
OPEN = BookedPerformance("PUBLISHED", TIMES, 4)
REQUEST = RequestedBooking("PENDING", NOW + timedelta(hours=1))


def performance(free: int = 4, show: str = "PUBLISHED", **times) -> BookedPerformance:
    return BookedPerformance(show, replace(TIMES, **times), free)


SEATS = [
    ("seats for all", performance(), 4, None),
    ("one seat too few", performance(), 5, "NO_CAPACITY"),
    ("more booked than there are seats now", performance(-2), 1, "NO_CAPACITY"),
    ("cancelled", performance(slot_status="CLOSED"), 1, "BOOKING_CLOSED"),
    ("over", performance(ends_at=NOW), 1, "BOOKING_CLOSED"),
    ("the last moment before its end", performance(ends_at=NOW + timedelta(microseconds=1)), 1, None),
    ("closed by the organiser", performance(booking_closed=True), 1, "BOOKING_CLOSED"),
    ("not open yet", performance(booking_opens_at=NOW + timedelta(seconds=1)), 1, "BOOKING_CLOSED"),
    ("open from this moment on", performance(booking_opens_at=NOW), 1, None),
    ("closed from this moment on", performance(booking_closes_at=NOW), 1, "BOOKING_CLOSED"),
    ("of an archived show", performance(show="ARCHIVED"), 1, "BOOKING_CLOSED"),
    ("closed before full", performance(0, booking_closed=True), 1, "BOOKING_CLOSED"),
]


@pytest.mark.parametrize(("name", "asked", "places", "reason"), SEATS, ids=[one[0] for one in SEATS])
def test_seats_are_refused_alike_at_the_request_and_at_the_confirmation(name, asked, places, reason):
    assert refuse_booking_request(asked, NOW, places) == reason
    assert refuse_confirmation(REQUEST, asked, NOW, places) == reason


def test_an_unknown_performance_is_not_found():
    assert refuse_booking_request(None, NOW, 1) == "PERFORMANCE_NOT_FOUND"
    assert refuse_booking_request(performance(show="DRAFT"), NOW, 1) == "PERFORMANCE_NOT_FOUND"
    assert refuse_confirmation(REQUEST, performance(show="DRAFT"), NOW, 1) == "BOOKING_CLOSED"


@pytest.mark.parametrize(
    ("booking", "reason"),
    [
        (REQUEST, None),
        (None, "CONFIRMATION_NOT_FOUND"),
        (RequestedBooking("CONFIRMED", NOW - timedelta(hours=1)), "CONFIRMATION_USED"),
        (RequestedBooking("CANCELLED", NOW + timedelta(hours=1)), "BOOKING_CANCELLED"),
        (RequestedBooking("EXPIRED", NOW + timedelta(hours=1)), "CONFIRMATION_EXPIRED"),
        (RequestedBooking("PENDING", NOW + timedelta(microseconds=1)), None),
        (RequestedBooking("PENDING", NOW), "CONFIRMATION_EXPIRED"),
    ],
)
def test_the_link_is_decided_before_the_performance(booking, reason):
    assert refuse_confirmation(booking, OPEN, NOW, 4) == reason
    assert refuse_confirmation(booking, performance(0), NOW, 4) == (reason or "NO_CAPACITY")
