"""Calendar files and calendar links, each read back by an independent parser."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from urllib.parse import parse_qs, urlsplit

from icalendar import Calendar

from hub.confirmation.booked_party import Party, Place, VenueFacts, calendar_entries
from hub.confirmation.calendar_file import CalendarEntry, calendar_file, calendar_of
from hub.confirmation.calendar_links import calendar_links

STARTS = datetime(2026, 11, 20, 11, tzinfo=UTC)
ENDS = datetime(2026, 11, 20, 13, tzinfo=UTC)
STAMP = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
ENTRY = CalendarEntry(
    789, "hub.example.org", "Museum; Hall, A", "Europe/Rome", "TKT-2026-ABC234-DEF567", STARTS, ENDS,
    "https://hub.example.org/r/secret",
)  # fmt: skip


def only_event(text):
    (event,) = Calendar.from_ical(text).walk("VEVENT")
    return event


def test_the_calendar_file_holds_the_visit_in_the_venues_time():
    text = calendar_file(ENTRY, stamped_at=STAMP)
    event = only_event(text)
    assert event["UID"] == "reservation-789@hub.example.org"
    assert event["DTSTART"].params["TZID"] == "Europe/Rome"
    assert event.decoded("DTSTART") == STARTS
    assert event.decoded("DTEND") == ENDS
    assert event.decoded("DTSTART").hour == 12
    assert event["SUMMARY"] == "Visit to Museum; Hall, A"
    assert "TKT-2026-ABC234-DEF567" in event["DESCRIPTION"]
    assert (event["SEQUENCE"], event["STATUS"]) == (0, "CONFIRMED")
    assert Calendar.from_ical(text)["METHOD"] == "PUBLISH"
    assert all(len(line) <= 75 and not line.endswith(b"\n") for line in text.split(b"\r\n"))


def test_the_calendar_file_carries_the_rules_of_its_time_zone():
    (zone,) = Calendar.from_ical(calendar_file(ENTRY, stamped_at=STAMP)).walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Rome"
    rules = zone.to_tz()
    assert datetime(2026, 7, 1, 12, tzinfo=rules).utcoffset() == timedelta(hours=2)
    assert datetime(2026, 12, 1, 12, tzinfo=rules).utcoffset() == timedelta(hours=1)


def test_a_later_file_moves_the_same_event_and_a_last_one_removes_it():
    moved = replace(ENTRY, starts_at=STARTS + timedelta(days=1), ends_at=ENDS + timedelta(days=1))
    second = only_event(calendar_file(moved, stamped_at=STAMP, sequence=1))
    last = only_event(calendar_file(moved, stamped_at=STAMP, sequence=2, method="CANCEL"))
    assert second["UID"] == last["UID"] == only_event(calendar_file(ENTRY, stamped_at=STAMP))["UID"]
    assert (second["SEQUENCE"], last["SEQUENCE"], last["STATUS"]) == (1, 2, "CANCELLED")


def test_a_name_cannot_add_a_line_to_the_file():
    hostile = replace(
        ENTRY, venue_name='A"\r\nBEGIN:VALARM\nX: y', address="b\r\nEND:VEVENT", organizer="door@example.org"
    )
    text = calendar_of([hostile], stamped_at=STAMP)
    assert not {b"BEGIN:VALARM", b"X: y"} & set(text.splitlines())
    assert text.count(b"\nEND:VEVENT") == 1
    assert only_event(text)["ORGANIZER"] == "mailto:door@example.org"


def test_a_chinese_entry_is_read_back_whole():
    entry = replace(ENTRY, venue_name="国家博物馆" * 8, address="东长安街16号", language="zh_Hans")
    text = calendar_file(entry, stamped_at=STAMP)
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert only_event(text)["LOCATION"] == f"{entry.venue_name}, 东长安街16号"


def place(number, *, slot=5, status="RESERVED", sequence=0):
    starts = STARTS + timedelta(days=slot)
    return Place(
        number, status, sequence, f"CODE-{number}", "RESERVED", None, slot, starts.date(), time(12), time(14), starts,
        starts + timedelta(hours=2),
    )  # fmt: skip


def received(*places, about=None):
    """Return (id, slot's day, sequence, cancelled, codes) of every entry, as a calendar would store them."""
    party = Party(VenueFacts("Museo", "", "Europe/Rome", 24), places)
    about = about or [one.reservation_id for one in places]
    entries = calendar_entries(
        party, about, host="h.example.org", manage_url="https://h/r/x", language="en", organizer="a@h.example.org"
    )
    return [
        (e.reservation_id, (e.starts_at - STARTS).days, e.sequence, e.cancelled, (e.ticket_code, *e.more_codes))
        for e in entries
    ]


def test_a_family_is_one_entry_with_all_its_codes():
    assert received(place(1), place(2), place(3)) == [(1, 5, 0, False, ("CODE-1", "CODE-2", "CODE-3"))]


def test_a_family_that_moves_together_moves_its_one_entry():
    assert received(place(1, slot=6, sequence=1), place(2, slot=6, sequence=1)) == [
        (1, 6, 1, False, ("CODE-1", "CODE-2"))
    ]


def test_the_entry_stays_the_same_when_its_first_member_cancels():
    assert received(place(1, status="CANCELLED"), place(2), about=[1]) == [(1, 5, 0, False, ("CODE-2",))]


def test_nothing_left_is_a_cancelled_entry_with_a_higher_sequence():
    assert received(place(1, status="CANCELLED", sequence=2), place(2, status="CANCELLED", sequence=2)) == [
        (1, 5, 3, True, ("CODE-1", "CODE-2"))
    ]


def test_whoever_moves_alone_gets_an_entry_and_who_comes_back_loses_it():
    away = received(place(1), place(2, slot=7, sequence=1), about=[2])
    assert away == [(1, 5, 0, False, ("CODE-1",)), (2, 7, 1, False, ("CODE-2",))]
    back = received(place(1), place(2, sequence=2), about=[2])
    assert back == [(1, 5, 0, False, ("CODE-1", "CODE-2")), (2, 5, 3, True, ("CODE-2",))]
    followed = received(place(1, slot=7, sequence=1), place(2, slot=7, sequence=1), about=[1])
    assert (2, 7, 2, True, ("CODE-2",)) in followed


def test_a_file_that_keeps_an_entry_is_no_cancellation():
    party = [replace(ENTRY, reservation_id=1), replace(ENTRY, reservation_id=2, cancelled=True)]
    text = Calendar.from_ical(calendar_of(party, stamped_at=STAMP))
    assert text["METHOD"] == "PUBLISH"
    assert {event["UID"].partition("@")[0]: event["STATUS"] for event in text.walk("VEVENT")} == {
        "reservation-1": "CONFIRMED",
        "reservation-2": "CANCELLED",
    }
    assert Calendar.from_ical(calendar_of(party[1:], stamped_at=STAMP))["METHOD"] == "CANCEL"


def test_the_links_open_other_calendars_with_the_visit_filled_in():
    links = calendar_links(replace(ENTRY, address="Via Roma 1"))
    google, outlook = (urlsplit(links[name]) for name in ("google", "outlook"))
    assert (google.scheme, google.netloc, google.path) == ("https", "calendar.google.com", "/calendar/render")
    asked = {name: values[0] for name, values in parse_qs(google.query, strict_parsing=True).items()}
    assert asked["dates"] == "20261120T110000Z/20261120T130000Z"
    assert (asked["action"], asked["text"], asked["ctz"]) == ("TEMPLATE", "Visit to Museum; Hall, A", "Europe/Rome")
    assert asked["location"] == "Museum; Hall, A, Via Roma 1"
    assert (outlook.scheme, outlook.netloc) == ("https", "outlook.live.com")
    asked = {name: values[0] for name, values in parse_qs(outlook.query, strict_parsing=True).items()}
    assert (asked["startdt"], asked["enddt"]) == ("2026-11-20T11:00:00Z", "2026-11-20T13:00:00Z")
    assert asked["subject"] == "Visit to Museum; Hall, A"
    assert "+" not in outlook.query


def test_the_links_give_neither_code_nor_token_to_anybody():
    for link in calendar_links(ENTRY).values():
        assert "secret" not in link
        assert "TKT" not in link
