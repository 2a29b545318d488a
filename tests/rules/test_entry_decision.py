"""The entry decision: a row for every reason of the contract, and every boundary to the second."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.rules.entry_decision import (
    EntryPolicy,
    FirstEntry,
    ReservationFacts,
    TicketFacts,
    decide_entry,
    entry_recorded,
)
from hub.rules.product_at_gate import ProductAtGate, at_gate

ROME = ZoneInfo("Europe/Rome")
DENY = EntryPolicy("deny")
ALLOW = EntryPolicy("allow")
VENUE = 1


def ticket(status="RESERVED", channel="direct", valid_until=None, venue_id=None):
    return TicketFacts(123, "TKT-2025-ABC", status, channel, None, "j@example.org", "+1", valid_until, venue_id)


def reserved(day=date(2025, 11, 20), start=time(12), end=time(14), venue_id=VENUE, zone=ROME):
    starts = datetime.combine(day, start, zone).astimezone(UTC)
    last_day = day if end > start else day + timedelta(days=1)
    ends = datetime.combine(last_day, end, zone).astimezone(UTC)
    return ReservationFacts(789, 10, venue_id, day, start, end, starts, ends, 150, 200)


def rome(*parts):
    return datetime(*parts, tzinfo=ROME).astimezone(UTC)


NOON = rome(2025, 11, 20, 12, 30)
ENTRY = FirstEntry(rome(2025, 11, 20, 9, 30), 5, "Jane Smith", "A")

# One table for this rule and its twin in the browser. Its rows were written by hand, not taken from either.
TABLE = json.loads((Path(__file__).parent / "entry_cases.json").read_text(encoding="utf-8"))


def moment(text):
    return None if text is None else datetime.fromisoformat(text)


OF_A_PARTY = ("places", "admitted", "check_in_opens_minutes", "check_in_closes_minutes")


def facts_of(row):
    """Return a row of the table as the arguments of `decide_entry`."""
    t, r, e = row["ticket"], row["reservation"], row["first_entry"]
    presented = t and ticket(t["status"], t["channel"], moment(t["valid_until"]), t["venue_id"])
    reservation = r and reserved()._replace(
        venue_id=r["venue_id"], date=date.fromisoformat(r["date"]), start_time=time.fromisoformat(r["start_time"]),
        end_time=time.fromisoformat(r["end_time"]), starts_at=moment(r["starts_at"]), ends_at=moment(r["ends_at"]),
        **{name: r[name] for name in OF_A_PARTY if name in r},
    )  # fmt: skip
    entry = e and FirstEntry(moment(e["verified_at"]), 5, e["operator_name"], e["gate"])
    zone = ZoneInfo(row["timezone"])
    return presented, reservation, entry, EntryPolicy(**row["policy"]), TABLE["venue_id"], moment(row["now"]), zone


def decided(row):
    """Return the verdict on a row of the table: at a gate, if it has a product."""
    verdict = decide_entry(*facts_of(row))
    product = row.get("product")
    if product is None:
        return verdict
    gates = None if product["gates"] is None else tuple(product["gates"])
    at_this_gate = ProductAtGate(3, "Student", question=product["question"], gates=gates)
    return at_gate(verdict, at_this_gate, row["gate"], row["answer"])


@pytest.mark.parametrize("row", TABLE["cases"], ids=[row["case"] for row in TABLE["cases"]])
def test_the_case_table_holds(row):
    verdict = decided(row)
    given_answer = {name: getattr(verdict, name) for name in row["expect"]}
    assert given_answer == row["expect"]


def test_the_table_has_every_reason_of_the_entry_decision():
    found = {(row["expect"]["result"], row["expect"]["reason"]) for row in TABLE["cases"]}
    assert found == {
        ("GREEN", "VALID"), ("YELLOW", "ALREADY_VERIFIED"), ("YELLOW", "NO_RESERVATION"), ("RED", "NO_RESERVATION"),
        ("RED", "WRONG_DATE"), ("RED", "TOO_EARLY"), ("RED", "WRONG_VENUE"), ("RED", "TICKET_NOT_FOUND"),
        ("RED", "TICKET_NOT_ACTIVATED"), ("RED", "TICKET_EXPIRED"), ("RED", "TICKET_CANCELLED"),
        ("RED", "BOOKING_NOT_CONFIRMED"), ("RED", "WRONG_GATE"), ("YELLOW", "QUESTION_UNANSWERED"), ("RED", "QUESTION_DENIED"),
    }  # fmt: skip


def reason(reservation, policy, now, zone=ROME):
    return decide_entry(ticket(), reservation, None, policy, VENUE, now, zone).reason.value


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("late", [0, 1, 30])
def test_entry_ends_at_the_slots_end_plus_the_late_minutes_to_the_second(late):
    policy = EntryPolicy("deny", late)
    closes = rome(2025, 11, 20, 14) + timedelta(minutes=late)
    assert reason(reserved(), policy, closes - SECOND) == "VALID"
    assert reason(reserved(), policy, closes) == "TICKET_EXPIRED"
    assert reason(reserved(), policy, closes + SECOND) == "TICKET_EXPIRED"


def test_without_an_early_limit_the_day_begins_at_midnight_of_the_venue():
    midnight = rome(2025, 11, 20)
    assert midnight == datetime(2025, 11, 19, 23, tzinfo=UTC)
    assert reason(reserved(), DENY, midnight - SECOND) == "WRONG_DATE"
    assert reason(reserved(), DENY, midnight) == "VALID"


def test_the_early_limit_holds_to_the_second():
    policy = EntryPolicy("deny", 0, 30)
    assert reason(reserved(), policy, rome(2025, 11, 20, 11, 29, 59)) == "TOO_EARLY"
    assert reason(reserved(), policy, rome(2025, 11, 20, 11, 30)) == "VALID"
    assert reason(reserved(), policy, rome(2025, 11, 19, 23, 59, 59)) == "WRONG_DATE"


def test_an_early_limit_may_reach_into_the_evening_before():
    just_after_midnight = reserved(start=time(0, 15), end=time(2))
    policy = EntryPolicy("deny", 0, 30)
    assert reason(just_after_midnight, policy, rome(2025, 11, 19, 23, 44, 59)) == "WRONG_DATE"
    assert reason(just_after_midnight, policy, rome(2025, 11, 19, 23, 45)) == "VALID"


def test_a_slot_across_midnight_is_good_until_it_ends_the_next_day():
    night = reserved(start=time(22), end=time(2))
    assert reason(night, DENY, rome(2025, 11, 20, 23, 59, 59)) == "VALID"
    after_midnight = decide_entry(ticket(), night, None, DENY, VENUE, rome(2025, 11, 21, 1, 59, 59), ROME)
    assert after_midnight.reason == "VALID"
    assert after_midnight.detail == "Reserved for 2025-11-20 22:00-02:00"
    assert reason(night, DENY, rome(2025, 11, 21, 2)) == "TICKET_EXPIRED"


@pytest.mark.parametrize("zone_name", ["Pacific/Auckland", "America/Los_Angeles", "Asia/Kathmandu", "UTC"])
def test_today_is_the_venues_today_wherever_the_server_stands(zone_name):
    zone = ZoneInfo(zone_name)
    slot = reserved(start=time(20), end=time(22), zone=zone)
    midnight = datetime(2025, 11, 20, tzinfo=zone).astimezone(UTC)
    assert reason(slot, DENY, midnight - SECOND, zone) == "WRONG_DATE"
    assert reason(slot, DENY, midnight, zone) == "VALID"


def test_on_the_day_clocks_go_forward_the_slot_ends_by_the_clock_on_the_wall():
    slot = reserved(day=date(2026, 3, 29), start=time(1), end=time(4))
    assert slot.ends_at - slot.starts_at == timedelta(hours=2)
    assert reason(slot, DENY, datetime(2026, 3, 29, 1, 59, 59, tzinfo=UTC)) == "VALID"
    assert reason(slot, DENY, datetime(2026, 3, 29, 2, tzinfo=UTC)) == "TICKET_EXPIRED"


def test_on_the_day_clocks_go_back_the_day_is_an_hour_longer():
    slot = reserved(day=date(2026, 10, 25), start=time(1), end=time(4))
    assert slot.ends_at - slot.starts_at == timedelta(hours=4)
    assert reason(slot, DENY, datetime(2026, 10, 25, 2, 59, 59, tzinfo=UTC)) == "VALID"
    assert reason(slot, DENY, datetime(2026, 10, 25, 3, tzinfo=UTC)) == "TICKET_EXPIRED"


def test_a_recorded_entry_says_so_and_keeps_the_detail():
    verdict = entry_recorded(decide_entry(ticket(), reserved(), None, DENY, VENUE, NOON, ROME))
    assert (verdict.result, verdict.reason, verdict.message) == ("GREEN", "VERIFIED", "ENTRY RECORDED")
    assert verdict.detail == "Reserved for today 12:00-14:00"


@given(
    minutes=st.integers(-3 * 24 * 60, 3 * 24 * 60),
    late=st.integers(0, 120),
    early=st.none() | st.integers(0, 600),
    status=st.sampled_from(["RESERVED", "ACTIVATED", "CANCELLED", "PENDING_PAYMENT", "INACTIVE", "EXPIRED"]),
    entered=st.booleans(),
)
def test_green_is_given_only_inside_the_window_to_a_live_unused_ticket(minutes, late, early, status, entered):
    now = NOON + timedelta(minutes=minutes)
    slot = reserved()
    policy = EntryPolicy("allow", late, early)
    verdict = decide_entry(ticket(status), slot, ENTRY if entered else None, policy, VENUE, now, ROME)
    opens = rome(2025, 11, 20) if early is None else slot.starts_at - timedelta(minutes=early)
    good = opens <= now < slot.ends_at + timedelta(minutes=late)
    assert (verdict.result == "GREEN") == (good and not entered and status in ("RESERVED", "ACTIVATED"))
    assert verdict.result != "RED" or not verdict.can_verify
