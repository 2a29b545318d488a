"""What a customer takes home: the calendar file and the mail, each read back by a parser of its own."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes
from email.policy import default

import zxingcpp
from icalendar import Calendar
from PIL import Image

from hub.confirmation.calendar_file import CalendarEntry, calendar_file
from hub.confirmation.mail import ConfirmationMail, Envelope, confirmation_message

STARTS = datetime(2026, 11, 20, 11, tzinfo=UTC)
ENDS = datetime(2026, 11, 20, 13, tzinfo=UTC)
STAMP = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
ENTRY = CalendarEntry(
    789, "hub.example.org", "Museum; Hall, A", "Europe/Rome", "TKT-2026-ABC234-DEF567", STARTS, ENDS,
    "https://hub.example.org/r/secret",
)  # fmt: skip
MAIL = ConfirmationMail(
    789, "john@example.org", "Jürgen <b>", "Museo & Co", "Europe/Rome", "TKT-2026-ABC234-DEF567", date(2026, 11, 20),
    time(12), time(14), STARTS, ENDS, "https://hub.example.org/r/secret", "TKT-2026-ABC234-DEF567",
)  # fmt: skip
ENVELOPE = Envelope("no-reply@hub.example.org", "hub.example.org", "<1.5.abc@hub.example.org>", STAMP)


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


def parsed(mail=MAIL):
    return message_from_bytes(confirmation_message(mail, ENVELOPE).as_bytes(), policy=default)


def test_the_mail_says_where_when_and_with_which_code_in_both_bodies():
    message = parsed()
    assert message["Subject"] == "Your visit to Museo & Co on Friday, 20 November 2026"
    assert message["To"] == "john@example.org"
    assert message["Message-ID"] == "<1.5.abc@hub.example.org>"
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    for body in (text, html):
        assert "Friday, 20 November 2026" in body
        assert "12:00 – 14:00" in body
        assert "TKT-2026-ABC234-DEF567" in body
        assert "https://hub.example.org/r/secret" in body
    assert "Hello Jürgen <b>," in text
    assert "Hello Jürgen &lt;b&gt;," in html
    assert "Museo &amp; Co" in html


def test_the_qr_code_stands_in_the_mail_and_beside_it():
    message = parsed()
    html = message.get_body(("html",)).get_content()
    pictures = [part for part in message.walk() if part.get_content_type() == "image/png"]
    inline, attached = pictures
    assert f'src="cid:{inline["Content-ID"].strip("<>")}"' in html
    assert attached.get_filename() == "ticket-TKT-2026-ABC234-DEF567.png"
    for picture in pictures:
        image = Image.open(io.BytesIO(picture.get_content())).convert("L")
        assert [found.text for found in zxingcpp.read_barcodes(image)] == ["TKT-2026-ABC234-DEF567"]


def test_the_calendar_file_is_attached():
    (part,) = [part for part in parsed().walk() if part.get_content_type() == "text/calendar"]
    assert part.get_filename() == "visit.ics"
    assert part.get_param("method") == "PUBLISH"
    assert only_event(part.get_content())["UID"] == "reservation-789@hub.example.org"


def test_no_name_can_add_a_header_or_a_tag():
    hostile = replace(MAIL, venue_name="A\r\nBcc: x@example.org\r\n\r\n<script>", customer_name="\x00\nJ")
    message = parsed(hostile)
    assert message["Bcc"] is None
    assert "<script>" not in message.get_body(("html",)).get_content()


def test_a_mail_without_a_link_has_none():
    message = parsed(replace(MAIL, manage_url=""))
    for kind in ("plain", "html"):
        assert "cancel" not in message.get_body((kind,)).get_content()
