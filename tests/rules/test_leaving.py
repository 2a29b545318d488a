"""The exit and return decisions, case by case."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.rules.entry_decision import EntryPolicy, FirstEntry, ReservationFacts, Verdict
from hub.rules.leaving import Absence, decide_exit, decide_return, party_leaves, party_returns
from hub.rules.reasons import Reason

ROME = ZoneInfo("Europe/Rome")
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
TODAY = date(2026, 11, 20)
ENTRY = FirstEntry(NOON, 5, "Jane Smith", "A")
IN_ALREADY = Verdict("YELLOW", Reason.ALREADY_VERIFIED, True, "ALREADY VERIFIED", "Verified at 12:00", None)
ALLOW, DENY = EntryPolicy("deny", re_entry="allow"), EntryPolicy("deny")


def leaving(minutes=60, *, known=True, entry=ENTRY, venue=1, left=None, since=NOON):
    verdict = decide_exit(known, entry, venue, left, since, 1, NOON + timedelta(minutes=minutes), ROME)
    return verdict.result, verdict.reason.value, verdict.detail


def test_whoever_is_inside_leaves_in_green():
    assert leaving() == ("GREEN", "EXIT_RECORDED", "Inside since 12:00")


def test_whoever_has_come_back_is_inside_since_then():
    assert leaving(since=NOON + timedelta(minutes=30)) == ("GREEN", "EXIT_RECORDED", "Inside since 12:30")


def test_an_entry_of_yesterday_is_named_with_its_date():
    assert leaving(24 * 60)[2] == "Inside since 2026-11-20 12:00"


def test_whoever_has_left_already_sees_when_and_where():
    left = (NOON + timedelta(minutes=10), "B")
    assert leaving(left=left) == ("YELLOW", "ALREADY_LEFT", "Left at 12:10, gate B")
    assert leaving(left=(left[0], None))[2] == "Left at 12:10"


def test_nobody_leaves_who_never_came():
    assert leaving(entry=None, since=None) == ("YELLOW", "NOT_INSIDE", "No entry is recorded for this ticket")
    assert leaving(venue=2) == ("YELLOW", "NOT_INSIDE", "The entry of this ticket was at another venue")
    assert leaving(known=False)[:2] == ("RED", "TICKET_NOT_FOUND")


def test_an_exit_from_before_the_entry_is_none():
    assert leaving(-5) == ("YELLOW", "NOT_INSIDE", "Came in only at 12:00")
    # The hub has an exit at 12:10, and the scan was made at 12:05.
    assert leaving(5, left=(NOON + timedelta(minutes=10), None))[1] == "NOT_INSIDE"


def returning(minutes=60, policy=ALLOW, *, day=TODAY, venue=1, reservation=None, gate="B"):
    absence = Absence(venue, day, NOON + timedelta(minutes=10), gate)
    now = NOON + timedelta(minutes=minutes)
    verdict = decide_return(IN_ALREADY, absence, reservation, policy, 1, now, ROME)
    return verdict.result, verdict.reason.value, verdict.can_verify, verdict.detail


def test_whoever_left_comes_back_where_the_venue_allows_it():
    assert returning() == ("GREEN", "MAY_RETURN", True, "Left at 12:10, gate B")


def test_where_the_venue_denies_it_the_answer_says_when_they_left():
    assert returning(policy=DENY) == ("YELLOW", "ALREADY_VERIFIED", True, "Left at 12:10, gate B; no re-entry")


@pytest.mark.parametrize(("minutes", "reason"), [(11 * 60 + 59, "MAY_RETURN"), (12 * 60, "ALREADY_VERIFIED")])
def test_coming_back_ends_with_the_day_at_the_venue(minutes, reason):
    assert returning(minutes)[1] == reason


def test_a_night_past_midnight_is_one_visit():
    starts, ends = NOON + timedelta(hours=10), NOON + timedelta(hours=14)
    night = ReservationFacts(1, 1, 1, TODAY, starts.time(), ends.time(), starts, ends, 1, 1)
    late = EntryPolicy("deny", late_entry_minutes=30, re_entry="allow")
    assert returning(14 * 60 - 1, reservation=night)[1] == "MAY_RETURN"
    assert (
        returning(14 * 60, reservation=night)[3]
        == "Left at 2026-11-20 12:10, gate B; re-entry was until the end of that day"
    )
    assert returning(14 * 60 + 29, late, reservation=night)[1] == "MAY_RETURN"


def test_an_absence_elsewhere_or_later_changes_nothing():
    assert returning(venue=2)[3] == IN_ALREADY.detail
    assert returning(5)[3] == IN_ALREADY.detail


# One table for these rules and their twin in the browser.
TABLE = json.loads((Path(__file__).parent / "leaving_cases.json").read_text(encoding="utf-8"))


def moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def said(verdict: Verdict) -> dict[str, Any]:
    names = ("result", "reason", "can_verify", "message", "detail", "days_from_now")
    return {name: getattr(verdict, name) for name in names}


@pytest.mark.parametrize("row", TABLE["exits"], ids=[row["case"] for row in TABLE["exits"]])
def test_every_exit_of_the_table(row):
    left = row["left"] and (moment(row["left"]["left_at"]), row["left"]["gate"])
    since = moment(row["inside_since"])
    entry = since and FirstEntry(since, 5, "Jane Smith", "A")
    zone = ZoneInfo(row["timezone"])
    assert said(decide_exit(True, entry, 1, left, since, 1, moment(row["now"]), zone)) == row["expect"]


@pytest.mark.parametrize("row", TABLE["returns"], ids=[row["case"] for row in TABLE["returns"]])
def test_every_return_of_the_table(row):
    left, r, policy = row["left"], row["reservation"], row["policy"]
    absence = Absence(1, date.fromisoformat(left["date"]), moment(left["left_at"]), left["gate"])
    reservation = r and ReservationFacts(
        1, 1, 1, date.fromisoformat(r["date"]), time.fromisoformat(r["start_time"]), time.fromisoformat(r["end_time"]),
        moment(r["starts_at"]), moment(r["ends_at"]), 1, 1,
    )  # fmt: skip
    rule = EntryPolicy("deny", policy["late_entry_minutes"], None, policy["re_entry"])
    verdict = decide_return(IN_ALREADY, absence, reservation, rule, 1, moment(row["now"]), ZoneInfo(row["timezone"]))
    assert said(verdict) == row["expect"]


def test_a_part_leaves_if_so_many_are_inside():
    left = party_leaves(2, 3)
    assert (left.result, left.reason, left.detail) == ("GREEN", Reason.EXIT_RECORDED, "2 out, 1 still inside")
    refused = party_leaves(4, 3)
    assert (refused.result, refused.reason, refused.detail) == ("RED", Reason.PARTY_TOO_LARGE, "Only 3 inside")


def test_a_part_comes_back_if_so_many_are_out():
    may = Verdict("GREEN", Reason.MAY_RETURN, True, "MAY COME BACK IN", "Left at 13:05", None)
    assert (party_returns(may, 1, 1).reason, party_returns(may, 1, 1).detail) == (Reason.RE_ENTRY, "Left at 13:05")
    assert party_returns(may, 2, 3).detail == "2 back, 1 still out"
    assert party_returns(may, 4, 3).reason is Reason.PARTY_TOO_LARGE
