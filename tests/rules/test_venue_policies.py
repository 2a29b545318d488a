"""The table of venue policies: each row can be typed, is documented, and has its documented default."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hub.rules.venue_policies import POLICIES, known_policies, policies_in_words, policies_table, policy_of
from hub.text.policy_texts import GROUPS, POLICY_TEXTS
from tests.support.policy_table import with_table

MANUAL = Path(__file__).parents[2] / "docs" / "administration.md"


def test_the_table_in_the_documentation_is_this_table() -> None:
    assert policies_table() in MANUAL.read_text(encoding="utf-8"), "run python -m tests.support.policy_table"


def test_the_table_is_written_into_its_place_and_nothing_else_is_changed() -> None:
    page = MANUAL.read_text(encoding="utf-8")
    assert with_table(page) == page
    assert with_table(page.replace(POLICIES[1].sentence, "how it was")) == page
    with pytest.raises(ValueError, match="0 found"):
        with_table("no table")


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.column)
def test_a_default_can_be_typed_and_comes_back(policy) -> None:
    assert policy.type.parse(policy.default_text) == policy.default
    if policy.type.choices:
        assert policy.default in policy.type.choices
    if policy.type.off:
        assert policy.type.parse(policy.type.off) is None


def test_columns_and_options_are_named_once() -> None:
    assert len({policy.column for policy in POLICIES}) == len({policy.option for policy in POLICIES}) == len(POLICIES)


def test_a_venue_is_listed_without_what_is_empty_or_off() -> None:
    policies = {policy.column: None for policy in POLICIES}
    policies |= {"late_entry_minutes": 0, "reminder_hours": [24, 2], "address": "", "alert_emails": []}
    assert policies_in_words(policies) == "late_entry_minutes 0, reminder_hours 24+2"


def test_changes_come_in_the_order_of_the_table_whatever_the_order_given() -> None:
    assert list(known_policies({"country": "IT", "address": ""})) == ["address", "country"]


def test_every_text_of_the_table_is_in_the_catalogue() -> None:
    texts = {
        text
        for policy in POLICIES
        for text in (policy.label, policy.sentence, policy.noticed_by, policy.off, *policy.choices)
    }
    assert texts - {""} == set(POLICY_TEXTS)
    assert {policy.group for policy in POLICIES} == set(GROUPS)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.column)
def test_a_policy_says_who_will_notice_and_its_choices_have_words(policy) -> None:
    assert policy.label
    assert policy.noticed_by
    assert len(policy.choices) == len(policy.type.choices or ())
    assert bool(policy.off) >= bool(policy.type.off)
    assert policy.parse(policy.default) == policy.default
    with pytest.raises(ValueError, match=re.escape(policy.type.wrong)):
        policy.parse("x" * 501 + "\x00" if policy.type.metavar == "TEXT" else "\x00")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("22:00-08:00", "22:00-08:00"),
        (" 9:30 – 11:00 ", "09:30-11:00"),
        ("２２:00-8:00", "22:00-08:00"),
        ("none", None),
    ],
)
def test_hours_without_text_messages_are_read_as_people_write_them(typed: str, stored: str | None) -> None:
    assert policy_of("text_quiet_hours").parse(typed) == stored


@pytest.mark.parametrize(
    "typed", ["22-8", "24:00-08:00", "22:60-08:00", "08:00-8:00", "22:00", "22:00-08:00-09:00", ""]
)
def test_other_hours_without_text_messages_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="Give two different times"):
        policy_of("text_quiet_hours").parse(typed)
