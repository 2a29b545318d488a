"""Readings of alerts: the share, number or time of each kind, by venue, and nothing from too few cases."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from db.database import Database
from hub.actions.reporting.alert_readings import FEWEST_MAILS, LEAST, WATCHES, Measured, readings_of_counts
from hub.confirmation.alert_words import ALERT_WORDS, PARTS
from hub.observability.alert_metrics import AlertMetrics, at
from hub.rules.venue_policies import POLICIES

ROOT = Path(__file__).parents[3]
ORG, FIRST, SECOND = 7, 31, 32
FROM_TABLES = {"utilisation", "people_inside"}
"""Kinds that are read from tables, in alerts.py."""


def venues(*ids: int) -> dict[int, dict[str, Any]]:
    usual = {policy.column: policy.default for policy in POLICIES if policy.group == "alerts"}
    return {venue_id: {"id": venue_id, **usual} for venue_id in ids}


def read(counted: dict[str, int], *ids: int, span: str = "quarter", **policies: Any) -> dict[tuple[int, str], Any]:
    measured = {"hour": Counter(), "quarter": Counter(), "recent": Counter(), span: Counter(counted)}
    found = venues(*(ids or (FIRST,)))
    for venue in found.values():
        venue.update(policies)
    return {(one.venue_id, one.kind): one for one in readings_of_counts(ORG, found, Measured(**measured))}


def reaches(reading: Any) -> bool:
    return bool(reading.value >= reading.threshold)


SHARES = [
    ("failure_rate", "quarter", "not_booked", "booked", 10, FIRST),
    ("activation_failures", "quarter", "not_activated", "activated", 20, FIRST),
    ("rejections", "quarter", "turned_away", "let_in", 30, FIRST),
    ("check_failures", "quarter", "check_refused", "check_passed", 20, 0),
    ("mail_failures", "quarter", "mail_failed", "mail_sent", 5, 0),
]


@pytest.mark.parametrize(("kind", "span", "bad", "good", "percent", "place"), SHARES, ids=lambda value: str(value))
def test_a_share_reaches_its_threshold_and_one_case_less_does_not(
    kind: str, span: str, bad: str, good: str, percent: int, place: int
) -> None:
    names = [at(name, ORG, place) for name in (bad, good)]
    over = read({names[0]: percent, names[1]: 100 - percent}, span=span)[FIRST, kind]
    assert (over.value, over.threshold) == (percent, percent)
    assert not reaches(read({names[0]: percent - 1, names[1]: 101 - percent}, span=span)[FIRST, kind])
    least = FEWEST_MAILS if kind == "mail_failures" else LEAST
    assert reaches(read({names[0]: least}, span=span)[FIRST, kind])
    assert not reaches(read({names[0]: least - 1}, span=span)[FIRST, kind]), "too few to say"


def test_full_slots_are_a_share_of_the_bookings_of_an_hour() -> None:
    names = [at(name, ORG, FIRST) for name in ("slot_full", "not_booked", "booked")]
    assert read(dict(zip(names, (15, 40, 60), strict=True)), span="hour")[FIRST, "slot_full"].value == 15
    assert reaches(read(dict(zip(names, (15, 40, 60), strict=True)), span="hour")[FIRST, "slot_full"])
    assert not reaches(read(dict(zip(names, (14, 40, 60), strict=True)), span="hour")[FIRST, "slot_full"])
    assert not reaches(read(dict(zip(names, (15, 40, 60), strict=True)))[FIRST, "slot_full"])


@pytest.mark.parametrize(
    ("kind", "name"),
    [("booking_errors", "booking_error"), ("scan_timeouts", "scan_late"), ("login_failures", "login_failed")],
)
def test_a_number_reaches_its_threshold(kind: str, name: str) -> None:
    threshold = int(read({})[FIRST, kind].threshold)
    assert reaches(read({at(name, ORG, FIRST): threshold})[FIRST, kind])
    assert not reaches(read({at(name, ORG, FIRST): threshold - 1})[FIRST, kind])


@pytest.mark.parametrize(("kind", "what", "seconds"), [("latency", "t", 1.4), ("booking_latency", "booking", 2.9)])
def test_a_slow_twentieth_is_read_and_other_times_are_not_mixed_in(kind: str, what: str, seconds: float) -> None:
    metrics = AlertMetrics()
    for n in range(200):
        metrics.took(seconds if n % 15 == 0 else 0.01, what)
    (counted,) = metrics._to_add.values()
    found = read(counted, span="recent")
    assert [reaches(found[FIRST, one]) for one in ("latency", "booking_latency")] == [
        one == kind for one in ("latency", "booking_latency")
    ]
    assert not reaches(read(dict.fromkeys(counted, 1), span="recent")[FIRST, kind])


def test_the_pool_with_most_failed_transactions_counts() -> None:
    counted = {"committed.anonymous": 9000, "failed.anonymous": 1, "committed.bookings": 90, "failed.bookings": 6,
               "refused.bookings": 4, "failed.jobs": LEAST - 1}  # fmt: skip
    reading = read(counted)[FIRST, "rollbacks"]
    assert (reading.value, reading.details) == (6, {"pool": "bookings"})
    assert not reaches(read({**counted, "failed.bookings": 4})[FIRST, "rollbacks"])
    assert not reaches(read({"refused.bookings": 50})[FIRST, "rollbacks"]), "a refusal is no trouble of the database"
    assert read({})[FIRST, "rollbacks"].value == 0


def test_venues_are_read_apart_and_what_has_no_venue_goes_to_the_first() -> None:
    bad, nowhere = at("scan_late", ORG, SECOND), at("scan_late", ORG, 0)
    found = read({bad: 9, nowhere: 3, at("scan_late", ORG + 1, FIRST): 50}, FIRST, SECOND)
    assert (found[FIRST, "scan_timeouts"].value, found[SECOND, "scan_timeouts"].value) == (3, 9)
    assert found[FIRST, "scan_timeouts"].details == {"unplaced": 3}
    assert read({nowhere: 3})[FIRST, "scan_timeouts"].details == {}, "it can only be that of the only venue"


def test_what_belongs_to_the_organisation_is_held_to_the_threshold_of_each_venue() -> None:
    counted = {at("mail_failed", ORG, 0): 2, at("mail_sent", ORG, 0): 18}
    found = read(counted, FIRST, SECOND)
    assert [found[venue, "mail_failures"].value for venue in (FIRST, SECOND)] == [10, 10]


def test_a_policy_that_is_off_is_not_watched() -> None:
    off = {column: None for _, column, _ in WATCHES}
    assert read({at("scan_late", ORG, FIRST): 99}, **off) == {}


def test_every_kind_has_a_policy_words_in_mails_and_on_screen_and_a_row_in_the_documents() -> None:
    kinds = {kind for kind, *_ in WATCHES} | FROM_TABLES | {"names_locked"}
    policies = {policy.column for policy in POLICIES}
    assert {column for _, column, _ in WATCHES} <= policies
    assert set(ALERT_WORDS) == kinds
    screen = (ROOT / "web/static/js/features/control_room/alert_words.js").read_text(encoding="utf-8")
    for table in ("TITLES", "BRIEF", "LINES", "ADVICE"):
        rows = screen.partition(f"export const {table} = {{")[2].partition("\n};")[0]
        assert set(re.findall(r"^  (\w+): ", rows, re.MULTILINE)) == kinds, table
    page = (ROOT / "docs/alerts.md").read_text(encoding="utf-8")
    what_to_do, measured = page.split("## What is measured")
    for part in (what_to_do, measured):
        assert set(re.findall(r"^\|[^`\n]*`([a-z_]+)` \|", part, re.MULTILINE)) == kinds


def test_every_pool_that_an_alert_may_name_has_words() -> None:
    assert set(PARTS) == {*Database("postgresql://localhost/none").pools()} - {"readiness"}
    screen = (ROOT / "web/static/js/features/control_room/alert_words.js").read_text(encoding="utf-8")
    rows = screen.partition("export const PARTS = {")[2]
    assert dict(re.findall(r'^  (\w+): \(\) => t\("(.*)"\),$', rows, re.MULTILINE)) == dict(PARTS)


def test_mails_and_the_screen_say_the_same() -> None:
    screen = (ROOT / "web/static/js/features/control_room/alert_words.js").read_text(encoding="utf-8")
    assert [kind for kind, words in ALERT_WORDS.items() if not all(f'"{text}"' in screen for text in words)] == []


def test_the_documents_thirteen_alerts_have_a_row_with_the_option_that_sets_their_threshold() -> None:
    page = (ROOT / "docs/alerts.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| `(\w+)` \| [CP56 ]+ \| `(--[a-z-]+)` \|", page, re.MULTILINE)
    options = {policy.column: policy.option for policy in POLICIES}
    wanted = {kind: options[column] for kind, column, _ in WATCHES} | {"utilisation": "--alert-utilisation-percent"}
    assert dict(rows) == wanted
    assert len(rows) == 13
