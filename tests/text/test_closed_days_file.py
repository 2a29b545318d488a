"""A calendar file gives closed days: several days in one event, repeated ones, and wrong files by name."""

from __future__ import annotations

from datetime import date

import pytest

from hub.text.closed_days_file import LeftOut, read_closed_days

FIRST, LAST = date(2026, 11, 20), date(2028, 11, 19)


def calendar(*events: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0"]
    for event in events:
        lines += ["BEGIN:VEVENT", "UID:1", *event.split("|"), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def days_of(*events: str) -> list[tuple[str, str]]:
    return [(one.date.isoformat(), one.name) for one in read_closed_days(calendar(*events), FIRST, LAST).days]


def test_an_event_of_several_days_gives_each_of_them_without_its_end():
    assert days_of("SUMMARY:Christmas|DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20261227") == [
        ("2026-12-24", "Christmas"), ("2026-12-25", "Christmas"), ("2026-12-26", "Christmas"),
    ]  # fmt: skip


def test_a_holiday_repeats_every_year_apart_from_its_exceptions():
    event = "SUMMARY:New Year|DTSTART;VALUE=DATE:20200101|RRULE:FREQ=YEARLY|EXDATE;VALUE=DATE:20270101"
    assert days_of(event) == [("2028-01-01", "New Year")]
    thanksgiving = "SUMMARY:Thanksgiving|DTSTART;VALUE=DATE:20201126|RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH"
    assert days_of(thanksgiving) == [("2026-11-26", "Thanksgiving"), ("2027-11-25", "Thanksgiving")]


def test_a_repeated_event_of_several_days_counts_on_the_days_after_it_began():
    assert days_of("SUMMARY:Inventory|DTSTART;VALUE=DATE:20261118|DTEND;VALUE=DATE:20261122|RRULE:FREQ=YEARLY;COUNT=1") == [
        ("2026-11-20", "Inventory"), ("2026-11-21", "Inventory"),
    ]  # fmt: skip


def test_midnight_to_midnight_is_a_whole_day_and_a_duration_is_an_end():
    assert days_of("SUMMARY:A|DTSTART:20261224T000000|DTEND:20261225T000000") == [("2026-12-24", "A")]
    assert [day for day, _ in days_of("SUMMARY:B|DTSTART;VALUE=DATE:20261224|DURATION:P2D")] == [
        "2026-12-24",
        "2026-12-25",
    ]


def test_a_day_of_two_events_is_there_once_with_the_first_name():
    event = "|DTSTART;VALUE=DATE:20261225"
    assert days_of(f"SUMMARY:First{event}", f"SUMMARY:Second{event}") == [("2026-12-25", "First")]


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        ("SUMMARY:X|DTSTART:20261224T120000Z|DTEND:20261224T180000Z", "does not last whole days"),
        ("SUMMARY:X|DTSTART:20261224T000000", "does not last whole days"),
        ("SUMMARY:X|DTSTART;VALUE=DATE:20261399", "has no day that can be read"),
        ("SUMMARY:X", "has no day that can be read"),
        ("SUMMARY:X|DTSTART;VALUE=DATE:20201224", "is over, or not within two years"),
        ("SUMMARY:X|STATUS:CANCELLED|DTSTART;VALUE=DATE:20261224", "is cancelled"),
        ("SUMMARY:X|DTSTART;VALUE=DATE:20261224|DTEND;VALUE=DATE:20991224", "lasts longer than a year"),
        ("SUMMARY:X|DTSTART;VALUE=DATE:20261224|RRULE:FREQ=SECONDLY", "repeats by a rule that is not supported"),
        ("SUMMARY:X|DTSTART;VALUE=DATE:20261224|RRULE:FREQ=YEARLY;BYHOUR=1", "repeats by a rule that is not supported"),
        ("SUMMARY:X|DTSTART;VALUE=DATE:20261224|RRULE:FREQ=FOO", "repeats by a rule that cannot be read"),
        ("SUMMARY:X|DTSTART;VALUE=DATE:20261224|RRULE:FREQ=YEARLY;INTERVAL=0", "repeats by a rule that cannot be read"),
        ("SUMMARY:X|DTSTART;VALUE=DATE:19900101|RRULE:FREQ=YEARLY;COUNT=99", "counts its occurrences from too long ago"),
    ],
)  # fmt: skip
def test_an_event_that_gives_no_closed_day_is_named(event, reason):
    assert read_closed_days(calendar(event), FIRST, LAST).left_out == (LeftOut("X", reason),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no calendar file"),
        (b"%PDF-1.7", "no calendar file"),
        (b"BEGIN:VCALENDAR\r\nnonsense\r\n", "damaged"),
        (calendar(), "no events"),
        (b"BEGIN:VCALENDAR" + b" " * 600_000, "at most 512 KB"),
        (calendar(*["SUMMARY:X|DTSTART;VALUE=DATE:20261224"] * 2001), "at most 2000 events"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(content, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_closed_days(content, FIRST, LAST)


def test_a_name_is_one_printable_line():
    (day,) = read_closed_days(calendar("SUMMARY:Line\\none\u202e|DTSTART;VALUE=DATE:20261224"), FIRST, LAST).days
    assert day.name == "Line one"
