"""One-time codes: six digits, five minutes, three guesses, and a limited number of codes."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hub.rules.contact_code import CodeFacts, may_look, may_send, needed_channels, new_code, tidy_code
from hub.rules.reasons import Reason

NOW = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
FRESH = CodeFacts(tries=0, expires_at=NOW + timedelta(minutes=5), voided=False, confirmed=False)


def ago(*seconds: float) -> list[datetime]:
    return [NOW - timedelta(seconds=second) for second in seconds]


def test_a_code_has_six_digits_whatever_was_drawn() -> None:
    assert new_code(lambda below: 7) == "000007"
    assert new_code(lambda below: below - 1) == "999999"
    assert all(len(new_code(secrets.randbelow)) == 6 for _ in range(100))


@pytest.mark.parametrize(
    "typed",
    ["123456", " 123 456 ", "123-456", "１２３４５６", "١٢٣٤٥٦", "۱۲۳ ۴۵۶", "1 2 3 4 5 6\n", "\u00a0123456", "123–456"],
)
def test_what_people_type_around_six_digits_is_forgiven(typed: str) -> None:
    assert tidy_code(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12345a", "²³⁴⁵⁶⁷x", "12 34", "+123456"])
def test_what_is_not_six_digits_is_no_guess(typed: str) -> None:
    assert tidy_code(typed) is None


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (FRESH, None),
        (replace(FRESH, tries=2), None),
        (replace(FRESH, tries=3), Reason.CODE_LOCKED),
        (replace(FRESH, expires_at=NOW), Reason.CODE_EXPIRED),
        (replace(FRESH, voided=True), Reason.CODE_EXPIRED),
        (replace(FRESH, confirmed=True), Reason.CODE_USED),
        (replace(FRESH, confirmed=True, expires_at=NOW - timedelta(hours=1)), Reason.CODE_USED),
    ],
)
def test_a_guess_is_looked_at_while_the_code_is_good(code: CodeFacts, reason: Reason | None) -> None:
    assert may_look(code, NOW) is reason


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        ([], None),
        (ago(60), None),
        (ago(59), (Reason.CODE_TOO_SOON, 1)),
        (ago(100, 200, 300, 400), None),
        (ago(100, 200, 300, 400, 3000), (Reason.CODE_TOO_MANY, 600)),
        (ago(100, 200, 300, 400, 3600), None),
        # The wait is for the next code, not for the next minute.
        (ago(10, 200, 300, 400, 3000), (Reason.CODE_TOO_MANY, 600)),
    ],
)
def test_an_address_gets_a_code_a_minute_and_five_an_hour(
    sent: list[datetime], answer: tuple[Reason, float] | None
) -> None:
    assert may_send(sent, NOW) == answer


def test_a_venue_asks_for_what_its_policy_names() -> None:
    assert [needed_channels(policy) for policy in ("format", "email", "sms", "both")] == [
        (), ("email",), ("sms",), ("email", "sms"),
    ]  # fmt: skip
