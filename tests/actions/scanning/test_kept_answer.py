"""The kept answer: what is kept of a decision gives the same decision again."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import orjson
from hypothesis import given
from hypothesis import strategies as st

from hub.actions.scanning.kept_answer import as_text, from_text, other_code
from hub.rules.decisions import Decision, Presence
from hub.rules.entry_decision import FirstEntry, ReservationFacts, TicketFacts, Verdict
from hub.rules.parties import Party
from hub.rules.product_at_gate import ProductAtGate
from hub.rules.reasons import Reason

DAY, SCAN = date(2026, 11, 20), UUID("7b0c0000-0000-4000-8000-000000000000")
moments = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
hours = st.times().map(lambda at: at.replace(microsecond=0))  # as Postgres has the times of a slot
few, many = st.integers(0, 1000), st.integers(1, 2**53 - 1)
ticket = TicketFacts(7, "TKT-2026-ABC123-DEF456", "VERIFIED", "direct", "Ada", "ada@example.com", "+39333", None, None)
reservations = st.builds(
    ReservationFacts, many, many, many, st.dates(), hours, hours, moments, moments, few, few, st.none() | few,
    st.none() | few, few, few, few,
)  # fmt: skip
products = st.builds(
    ProductAtGate, many, texts, texts, texts, texts, st.booleans(), texts, texts, st.none() | st.lists(texts).map(tuple)
)
decisions = st.builds(
    Decision,
    st.builds(
        Verdict, st.sampled_from(["GREEN", "RED", "YELLOW"]), st.sampled_from(Reason), st.booleans(), texts, texts,
        st.none() | st.integers(-400, 400),
    ),
    st.just(ticket),
    st.sampled_from(["ACTIVATED", "RESERVED", "VERIFIED"]),
    st.none() | reservations | reservations.map(lambda one: ReservationFacts(*one[:10])),
    st.none() | st.builds(FirstEntry, moments, many, texts, st.none() | texts),
    st.just(DAY),
    st.just(SCAN),
    st.booleans(),
    st.just(True),
    st.none() | st.builds(Presence, st.none() | moments, st.none() | moments, st.none() | texts, st.none() | few),
    few,
    st.none() | st.builds(Party, st.none() | many, few, few),
    st.none() | products,
    st.none(),
)  # fmt: skip


def again(decision: Decision, now: TicketFacts | None = ticket) -> Decision:
    return from_text(
        as_text(decision), decision.verdict.result, decision.verdict.reason, now, scan_id=SCAN, today=DAY,
        entered=decision.entered,
    )  # fmt: skip


@given(decisions)
def test_what_is_kept_of_a_decision_gives_it_again(decision: Decision) -> None:
    assert again(decision) == decision
    assert again(decision).as_dict() == decision.as_dict()


def usual(ticket: TicketFacts | None = ticket) -> Decision:
    noon = datetime(2026, 11, 20, 11, tzinfo=UTC)
    reserved = ReservationFacts(9, 10, 1, DAY, time(12), time(14), noon, noon + timedelta(hours=2), 150, 200)
    verdict = Verdict("GREEN", Reason.VERIFIED, True, "ENTRY RECORDED", "Reserved for today 12:00-14:00", 0)
    entry = FirstEntry(noon, 5, "Jane Smith", "A")
    if ticket is None:
        return Decision(Verdict("RED", Reason.TICKET_NOT_FOUND, False, "INVALID TICKET", "", None), None, None, None, None, DAY, SCAN, False, True)  # fmt: skip
    return Decision(verdict, ticket, ticket.status, reserved, entry, DAY, SCAN, True, True)


def test_a_code_that_was_unknown_stays_unknown_and_contact_details_are_those_of_now() -> None:
    assert again(usual(None)).ticket is None
    erased = ticket._replace(customer_name=None, customer_email=None, customer_phone=None)
    assert again(usual(), erased).ticket == erased
    kept = as_text(usual())
    assert not [word for word in ("Ada", "example.com", "39333") if word in kept]


def test_the_scanned_code_is_kept_where_the_log_has_another() -> None:
    assert other_code(as_text(usual())) is None
    assert other_code(as_text(usual(), code="TKT-2026-OTHER1-234567")) == "TKT-2026-OTHER1-234567"


def test_what_most_scans_keep_is_short() -> None:
    assert len(as_text(usual())) < 230


def test_an_answer_that_was_kept_as_an_object_is_still_read() -> None:
    decision = usual()._replace(people=2, party=Party(None, 3, 2))
    verdict, reserved, entry = decision.verdict, decision.reservation, decision.first_entry
    assert reserved is not None
    assert entry is not None
    before = {
        "verdict": [verdict.can_verify, verdict.message, verdict.detail, verdict.days_from_now],
        "status": decision.status, "reservation": [*reserved], "verified": [*entry], "people": 2, "party": [None, 3, 2],
    }  # fmt: skip
    text = orjson.dumps(before).decode()
    read = from_text(text, "GREEN", Reason.VERIFIED, ticket, scan_id=SCAN, today=DAY, entered=True)
    assert read == decision
    assert other_code(text) is None
