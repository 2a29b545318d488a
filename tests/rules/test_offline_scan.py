"""Offline scans: admission, conflict kind and time, rule by rule."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.rules.offline_scan import OLDEST, conflict_kind, moment_of_scan, surplus_of, was_admitted
from hub.rules.reasons import Reason

NOW = datetime(2026, 11, 20, 11, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("mode", "shown", "said", "let_in"),
    [("verify", "GREEN", None, True), ("verify", "YELLOW", None, True), ("verify", "RED", None, False),
     ("verify", "GREEN", False, False), ("verify", "RED", True, True), ("validate", "GREEN", None, False),
     ("validate", "GREEN", True, False)],
)  # fmt: skip
def test_who_was_let_in(mode, shown, said, let_in):
    assert was_admitted(mode, shown, said) is let_in


def test_every_reason_not_to_let_in_is_a_conflict_and_no_other():
    kinds = {reason: conflict_kind("GREEN", None, reason) for reason in Reason}
    assert {reason for reason, kind in kinds.items() if kind} == {
        Reason.ALREADY_VERIFIED, Reason.TICKET_CANCELLED, Reason.TICKET_NOT_FOUND, Reason.WRONG_DATE, Reason.WRONG_VENUE,
        Reason.TOO_EARLY, Reason.TICKET_EXPIRED, Reason.TICKET_NOT_ACTIVATED, Reason.NO_RESERVATION,
        Reason.BOOKING_NOT_CONFIRMED, Reason.PARTY_TOO_LARGE, Reason.WRONG_GATE, Reason.QUESTION_UNANSWERED,
        Reason.QUESTION_DENIED,
    }  # fmt: skip
    assert conflict_kind("YELLOW", None, Reason.ALREADY_VERIFIED) is None
    assert conflict_kind("YELLOW", True, Reason.ALREADY_VERIFIED) == "already_verified"


@pytest.mark.parametrize(
    ("count", "people", "entered", "surplus"),
    [(3, 3, True, 0), (4, 2, True, 2), (None, 5, True, 0), (3, 1, False, 3), (None, 4, False, 4), (None, 0, False, 1)],
)  # fmt: skip
def test_how_many_the_hub_does_not_count(count, people, entered, surplus):
    assert surplus_of(count, people, entered=entered) == surplus


@pytest.mark.parametrize(
    ("claimed", "ahead", "was"),
    [(NOW - 5 * MINUTE, timedelta(), NOW - 5 * MINUTE), (NOW - 5 * MINUTE, 2 * MINUTE, NOW - 7 * MINUTE),
     (NOW - 5 * MINUTE, -2 * MINUTE, NOW - 3 * MINUTE), (NOW + MINUTE, timedelta(), NOW), (NOW + MINUTE, 2 * MINUTE, NOW - MINUTE),
     (datetime.min.replace(tzinfo=UTC), OLDEST, NOW - OLDEST), (datetime.max.replace(tzinfo=UTC), -OLDEST, NOW)],
)  # fmt: skip
def test_when_it_was_by_the_hubs_clock(claimed, ahead, was):
    assert moment_of_scan(claimed, ahead, NOW) == was
