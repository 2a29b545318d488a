"""What a logged scan would have been under another policy, and that it is said where it cannot be told."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.rules.entry_decision import EntryPolicy, FirstEntry, ReservationFacts, TicketFacts, decide_entry
from hub.rules.policy_effect import Effect, LoggedScans, decide_again
from hub.rules.reasons import Reason

ROME = ZoneInfo("Europe/Rome")
DAY = date(2026, 11, 20)
SLOT = ReservationFacts(
    1,
    10,
    1,
    DAY,
    time(12),
    time(14),
    datetime(2026, 11, 20, 11, tzinfo=UTC),
    datetime(2026, 11, 20, 13, tzinfo=UTC),
    3,
    9,
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-20T{text}+01:00")


def logged(result: Any, reason: Reason, moment: str = "14:10", **more: Any) -> LoggedScans:
    usual: dict[str, Any] = {"slot_id": 10, "ran_out": False, "left_on": None, "left_here": True, "scans": 5}
    return LoggedScans(result, reason, at(moment), **{**usual, **more})


def again(scans: LoggedScans, slot: ReservationFacts | None = SLOT, **policy: Any) -> Effect | None:
    usual: dict[str, Any] = {"unreserved_entry": "deny"}
    return decide_again(scans, slot, EntryPolicy(**{**usual, **policy}), 1, ROME)


@pytest.mark.parametrize(
    ("scans", "policy", "effect"),
    [
        (logged("RED", Reason.NO_RESERVATION, slot_id=None), {"unreserved_entry": "allow"}, ("YELLOW", "NO_RESERVATION")),
        (logged("YELLOW", Reason.NO_RESERVATION, slot_id=None), {}, ("RED", "NO_RESERVATION")),
        (logged("GREEN", Reason.VERIFIED, slot_id=None), {}, ("RED", "NO_RESERVATION")),
        (logged("GREEN", Reason.VERIFIED, slot_id=None), {"unreserved_entry": "allow"}, ("GREEN", "VERIFIED")),
        (logged("RED", Reason.TICKET_EXPIRED), {"late_entry_minutes": 15}, ("GREEN", "VALID")),
        (logged("RED", Reason.TICKET_EXPIRED, "14:15"), {"late_entry_minutes": 15}, ("RED", "TICKET_EXPIRED")),
        (logged("RED", Reason.TICKET_EXPIRED, ran_out=True), {"late_entry_minutes": 15}, ("RED", "TICKET_EXPIRED")),
        (logged("GREEN", Reason.VERIFIED), {"late_entry_minutes": 15}, ("GREEN", "VERIFIED")),
        (logged("GREEN", Reason.VERIFIED), {"late_entry_minutes": 5}, ("RED", "TICKET_EXPIRED")),
        (logged("GREEN", Reason.VALID, "11:00"), {"early_entry_minutes": 30}, ("RED", "TOO_EARLY")),
        (logged("RED", Reason.TOO_EARLY, "11:00"), {"early_entry_minutes": 60}, ("GREEN", "VALID")),
        (logged("YELLOW", Reason.ALREADY_VERIFIED, left_on=DAY), {"re_entry": "allow"}, ("GREEN", "MAY_RETURN")),
        (logged("YELLOW", Reason.ALREADY_VERIFIED, left_on=DAY, left_here=False), {"re_entry": "allow"}, ("YELLOW", "ALREADY_VERIFIED")),
        (logged("YELLOW", Reason.ALREADY_VERIFIED), {"re_entry": "allow"}, ("YELLOW", "ALREADY_VERIFIED")),
        (logged("GREEN", Reason.RE_ENTRY, left_on=DAY), {"re_entry": "allow"}, ("GREEN", "RE_ENTRY")),
        (logged("GREEN", Reason.RE_ENTRY, left_on=DAY), {}, ("YELLOW", "ALREADY_VERIFIED")),
        (logged("RED", Reason.TICKET_CANCELLED), {"unreserved_entry": "allow"}, ("RED", "TICKET_CANCELLED")),
        (logged("RED", Reason.TICKET_NOT_FOUND), {"unreserved_entry": "allow"}, ("RED", "TICKET_NOT_FOUND")),
    ],
)  # fmt: skip
def test_a_scan_is_decided_again(scans: LoggedScans, policy: dict[str, Any], effect: tuple[str, str]) -> None:
    found = again(scans, **policy)
    assert found is not None
    assert (found.result, found.reason.value) == effect


@pytest.mark.parametrize(
    ("scans", "slot"),
    [
        (logged("RED", Reason.TICKET_EXPIRED), None),
        (logged("RED", Reason.TICKET_EXPIRED, "12:30"), SLOT),
        (logged("RED", Reason.WRONG_DATE), SLOT),
        (logged("RED", Reason.TOO_EARLY, "12:30"), SLOT),
        (logged("GREEN", Reason.RE_ENTRY), SLOT),
    ],
)
def test_what_the_facts_of_today_do_not_explain_is_not_told(scans: LoggedScans, slot: ReservationFacts | None) -> None:
    assert again(scans, slot, late_entry_minutes=1440) is None


@pytest.mark.parametrize("unreserved_entry", ["deny", "allow"])
@pytest.mark.parametrize("late", [0, 20])
@pytest.mark.parametrize("early", [None, 30])
@pytest.mark.parametrize("moment", ["00:30", "11:40", "12:00", "13:59", "14:00", "14:19", "14:20", "23:59"])
@pytest.mark.parametrize("slot", [None, SLOT, SLOT._replace(date=date(2026, 11, 21), starts_at=datetime(2026, 11, 21, 11, tzinfo=UTC),
                                                            ends_at=datetime(2026, 11, 21, 13, tzinfo=UTC))])  # fmt: skip
def test_under_the_policy_of_then_nothing_changes(
    unreserved_entry: Any, late: int, early: int | None, moment: str, slot: ReservationFacts | None
) -> None:
    """The log of any decision, decided again under the same policy, is the same decision."""
    policy = EntryPolicy(unreserved_entry, late, early)
    ticket = TicketFacts(1, "", "RESERVED" if slot else "ACTIVATED", "direct", None, None, None, None, None)
    for first in (None, FirstEntry(at("00:10"), 1, "", None)):
        verdict = decide_entry(ticket, slot, first, policy, 1, at(moment), ROME)
        scans = LoggedScans(verdict.result, verdict.reason, at(moment), slot and 10, False, None, False, 1)
        assert decide_again(scans, slot, policy, 1, ROME) == (verdict.result, verdict.reason)
