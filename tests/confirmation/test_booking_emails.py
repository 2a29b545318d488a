"""Mails of a booking, from its row in the outbox through a real SMTP server, read back in both languages."""

from datetime import timedelta

import pytest

from hub.confirmation.failure_texts import failure_text
from tests.support.mail_outbox import NOW, PUBLIC_URL, SLOT, STARTS, change_outbox_row, read_outbox_row
from tests.support.reservations import change_reservation
from tests.support.sent_mail import (
    DAYS,
    HOURS,
    LANGUAGES,
    MAP,
    bodies,
    calendar,
    check_every_mail,
    read_qr,
    sent,
    shape,
)
from tests.support.slots import change_slot
from tests.support.venues import overwrite_venue

TITLES = {"en": "The Tempest", "zh_Hans": "暴风雨"}
PEOPLE = {"en": "For 3 people", "zh_Hans": "3 人"}
CODE = f"BKG-{'7' * 24}001"


@pytest.fixture
async def performance(outbox_rows):
    return await outbox_rows.performance(await outbox_rows.show(zh_Hans="暴风雨"))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_request_says_that_nothing_is_reserved_yet_and_leads_to_its_confirmation(
    urgent, outbox_rows, mail_server, performance, language
):
    booking, _ = await outbox_rows.booking(performance, status="PENDING")
    payload = {"booking_id": booking, "confirm_token": "secret"}
    row = await outbox_rows.queue("booking.requested", payload, language=language, not_after=NOW + timedelta(days=1))
    mail = await sent(urgent, mail_server)
    check_every_mail(mail, language, row)
    # No QR code and no calendar entry before the seats are theirs.
    assert shape(mail) == ["multipart/alternative", "text/plain", "text/html"]
    text, page = bodies(mail)
    assert [link for link in page.links if not link.startswith(MAP)] == [f"{PUBLIC_URL}/b/secret"]
    assert f"{PUBLIC_URL}/b/secret" in text
    assert CODE not in text + page.text
    assert TITLES[language] in mail["Subject"]
    assert DAYS[language] in mail["Subject"]
    for body in (text, page.text):
        for words in (
            TITLES[language],
            DAYS[language],
            HOURS[language],
            "Room of The Tempest",
            "Museo",
            PEOPLE[language],
        ):
            assert words in body
        assert "10:00" in body  # until when the link is valid, in Rome
    if language == "en":
        assert "Hello Ada," in text
        assert "aren't reserved yet" in text
        assert "Confirm booking:" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("people", [1, 3])
async def test_a_confirmation_has_one_code_for_the_whole_party_and_a_calendar_entry(
    worker, outbox_rows, mail_server, performance, database, language, people
):
    await overwrite_venue(database, outbox_rows.venue, early_entry_minutes=30)
    _, reservation = await outbox_rows.booking(performance, people=people)
    row = await outbox_rows.queue("booking.confirmed", {"manage_token": "secret"}, reservation, language=language)
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    related = ["multipart/related", "text/html", "image/png"]
    assert shape(mail) == ["multipart/mixed", ["multipart/alternative", "text/plain", related], "text/calendar"]
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert read_qr(picture) == CODE
    assert picture.get_filename() == f"booking-{CODE}.png"
    assert picture.get_content_disposition() == "inline"
    text, page = bodies(mail)
    for body in (text, page.text):
        assert TITLES[language] in body
        assert CODE in body
        assert "11:30" in body  # doors open
    assert {f"{PUBLIC_URL}/b/secret", f"{PUBLIC_URL}/b/secret/print"} <= set(page.links)
    assert any(link.startswith("https://calendar.google.com/") for link in page.links)
    # The links to calendars of other companies hold neither the code nor our link.
    assert not any("BKG" in link or "secret" in link for link in page.links if not link.startswith(PUBLIC_URL))
    if language == "en":
        assert ("admits 3 people" in text) == (people == 3)
        assert f"For {people} {'person' if people == 1 else 'people'}" in text

    parsed = calendar(mail)
    (event,) = parsed.walk("VEVENT")
    assert event["SUMMARY"] == TITLES[language]
    assert event["LOCATION"] == "Room of The Tempest, Museo, Via Roma 1, Roma"
    assert event["UID"] == f"reservation-{reservation}@hub.example.org"
    assert (event["SEQUENCE"], event["STATUS"], parsed["METHOD"]) == (0, "CONFIRMED", "PUBLISH")
    assert event.decoded("DTSTART") == STARTS
    assert event["URL"] == f"{PUBLIC_URL}/b/secret"
    assert "BKG" not in event["DESCRIPTION"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_moved_booking_names_both_times_and_moves_its_calendar_entry(
    worker, outbox_rows, mail_server, performance, database, language
):
    show = await outbox_rows.show("Emma")
    later = await outbox_rows.performance(show, STARTS + timedelta(days=1))
    _, reservation = await outbox_rows.booking(later)
    await change_reservation(database, reservation, calendar_sequence=1)
    payload = {"manage_token": "secret", "was": {**SLOT, "room": "The old room"}}
    row = await outbox_rows.queue("booking.moved", payload, reservation, language=language)
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    now = {"en": "Sunday, 22 November 2026", "zh_Hans": "2026年11月22日"}[language]
    assert now in mail["Subject"]
    assert "Emma" in mail["Subject"]  # a show without a translation keeps its title
    for body in (text, page.text):
        assert body.index(DAYS[language]) < body.index(now)
        assert "The old room" in body
    assert "line-through" in mail.get_body(("html",)).get_content()
    assert len(page.pictures) == 1
    (event,) = calendar(mail).walk("VEVENT")
    assert (event["UID"], event["SEQUENCE"]) == (f"reservation-{reservation}@hub.example.org", 1)
    assert event.decoded("DTSTART") == STARTS + timedelta(days=1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", ["holder", "staff", "no_show", "performance"])
async def test_a_cancellation_says_why_and_takes_the_calendar_entry_out(
    worker, outbox_rows, mail_server, performance, language, cause
):
    _, reservation = await outbox_rows.booking(performance, status="CANCELLED", end_cause=cause)
    row = await outbox_rows.queue("booking.cancelled", {"cause": cause}, reservation, language=language)
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    assert page.pictures == []
    assert "BKG" not in text + page.text
    assert not any("/b/" in link for link in page.links)
    assert TITLES[language] in mail["Subject"]
    parsed = calendar(mail)
    (event,) = parsed.walk("VEVENT")
    assert (parsed["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert event["UID"] == f"reservation-{reservation}@hub.example.org"
    if language == "en":
        words = {"holder": "is cancelled", "staff": "The venue has cancelled", "no_show": "Nobody from your party arrived",
                 "performance": "it can't take place"}[cause]  # fmt: skip
        assert words in text


OFFERS = [
    {"performance_id": 7, "date": "2026-11-22", "start_time": "20:00:00", "end_time": "22:00:00", "room": "Studio",
     "available_count": 3},
    {"performance_id": 6, "date": "2026-11-20", "start_time": "09:59:00", "end_time": "12:00:00", "room": "Studio",
     "available_count": 9},
]  # fmt: skip
"""Two alternatives in Rome. The second began a minute ago."""


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_cancelled_performance_offers_others_to_requests_too(
    worker, outbox_rows, mail_server, performance, language
):
    _, reservation = await outbox_rows.booking(performance, status="CANCELLED", end_cause="performance")
    # A request that was never confirmed gets it, too: it names its booking, because it has no reservation.
    pending, _ = await outbox_rows.booking(performance, status="PENDING")
    await outbox_rows.cancel_request(pending)
    payload = {
        "cause": "performance",
        "message": "The boiler burst.\n\nWe play again from Sunday.",
        "alternatives": OFFERS,
    }
    for booking, of in ((None, reservation), (pending, None)):
        await outbox_rows.queue("booking.cancelled", {**payload, "booking_id": booking}, of, language=language)
    assert await worker.send_due() == 2
    for mail in mail_server.messages:
        text, page = bodies(mail)
        (link,) = [link for link in page.links if "/book/" in link]
        assert link.startswith(f"{PUBLIC_URL}/shows/")
        assert link.endswith("/book/7")
        assert any(
            link.startswith(other) for other in page.links if other.rpartition("/")[2].isdigit() and "book" not in other
        )
        for body in (text, page.text):
            assert "The boiler burst." in body
            assert "We play again from Sunday." in body
            assert "Studio" in body
    # What never stood in a calendar is not taken out of it.
    assert [shape(mail)[0] for mail in mail_server.messages] == ["multipart/mixed", "multipart/alternative"]


@pytest.mark.parametrize("alternatives", [None, "odd", [], [7], {"a": 1}])
async def test_a_cancellation_without_alternatives_leads_to_the_show(
    worker, outbox_rows, mail_server, performance, alternatives
):
    _, reservation = await outbox_rows.booking(performance, status="CANCELLED", end_cause="performance")
    await outbox_rows.queue("booking.cancelled", {"cause": "performance", "alternatives": alternatives}, reservation)
    text, page = bodies(await sent(worker, mail_server))
    assert "Other performances" not in text
    (link,) = page.links
    assert link.startswith(f"{PUBLIC_URL}/shows/")


@pytest.mark.parametrize(
    ("was", "words"),
    [
        ({**SLOT, "start_time": "11:00:00", "room": "Studio"}, "The performance has a new time"),
        ({**SLOT, "room": "Studio"}, "The performance is in another room"),
    ],
)
async def test_a_performance_that_is_moved_says_so_in_the_organisers_words(
    worker, outbox_rows, mail_server, performance, was, words
):
    _, reservation = await outbox_rows.booking(performance)
    payload = {"manage_token": "secret", "was": was, "cause": "performance", "message": "The stage is being repaired."}
    await outbox_rows.queue("booking.moved", payload, reservation)
    text, page = bodies(await sent(worker, mail_server))
    assert words in text
    assert "your seats move with it" in text
    assert "The stage is being repaired." in page.text
    assert text.index("Studio") < text.index("Room of The Tempest")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("before", "words"), [(26, "Tomorrow"), (2, "Today")])
async def test_a_reminder_says_which_day_that_is(
    worker, outbox_rows, mail_server, performance, services, language, before, words
):
    _, reservation = await outbox_rows.booking(performance)
    payload = {"manage_token": "secret", "reservation_ids": [reservation], "hours": before}
    row = await outbox_rows.queue("booking.reminder", payload, reservation, language=language)
    services.clock.set(STARTS - timedelta(hours=before))
    mail = await sent(worker, mail_server)
    mail.replace_header("Date", NOW)
    check_every_mail(mail, language, row)
    _, page = bodies(mail)
    assert len(page.pictures) == 1
    if language == "en":
        assert mail["Subject"] == f"{words} at 12:00: The Tempest"


@pytest.mark.parametrize(
    ("kind", "status", "admitted", "error", "words"),
    [
        ("booking.requested", "CONFIRMED", 0, "obsolete: confirmed", "The booking was confirmed"),
        ("booking.requested", "CANCELLED", 0, "obsolete: cancelled", "cancelled before the message"),
        ("booking.requested", "EXPIRED", 0, "obsolete: too late", "too late"),
        ("booking.confirmed", "CANCELLED", 0, "obsolete: cancelled", "cancelled before the message"),
        ("booking.moved", "CANCELLED", 0, "obsolete: cancelled", "cancelled before the message"),
        ("booking.reminder", "CONFIRMED", 1, "obsolete: used", "had come in"),
        ("booking.cancelled", "CONFIRMED", 0, "obsolete: gone", "no longer exists"),
    ],
)
async def test_a_message_that_time_has_overtaken_is_dropped_with_its_reason(
    worker, outbox_rows, mail_server, performance, kind, status, admitted, error, words
):
    booking, reservation = await outbox_rows.booking(performance, status=status, admitted=admitted)
    payload = {"booking_id": booking, "confirm_token": "secret", "manage_token": "secret"}
    await outbox_rows.queue(kind, payload, reservation)
    await worker.send_due()
    assert mail_server.messages == []
    assert await outbox_rows.states() == [("DROPPED", error)]
    assert words in failure_text(error, "en")


async def test_the_mail_of_an_expired_request_is_dropped_at_the_moment_of_expiry(
    urgent, outbox_rows, mail_server, performance, services
):
    booking, _ = await outbox_rows.booking(performance, status="PENDING", expires_at=NOW + timedelta(hours=1))
    payload = {"booking_id": booking, "confirm_token": "secret"}
    await outbox_rows.queue("booking.requested", payload, not_after=NOW + timedelta(hours=1))
    services.clock.set(NOW + timedelta(hours=1))
    await urgent.send_due()
    assert mail_server.messages == []
    assert await outbox_rows.states() == [("DROPPED", "too late")]


async def test_a_message_about_a_booking_that_is_gone_or_unreadable_is_dropped(worker, outbox_rows, mail_server):
    for payload in (
        "{}",
        "[]",
        '"odd"',
        "null",
        '{"booking_id": "7"}',
        '{"booking_id": true}',
        '{"booking_id": 999999}',
    ):
        row = await outbox_rows.queue("booking.confirmed", {})
        await change_outbox_row(outbox_rows.database, row, payload=payload)
    await worker.send_due()
    assert mail_server.messages == []
    assert set(await outbox_rows.states()) == {("DROPPED", "obsolete: gone")}


async def test_a_request_without_its_link_is_given_up_and_keeps_no_secret(
    worker, outbox_rows, mail_server, performance, database
):
    booking, _ = await outbox_rows.booking(performance, status="PENDING")
    row = await outbox_rows.queue("booking.requested", {"booking_id": booking, "confirm_token": "secret"})
    mail_server.rcpt_answer = "550 5.1.1 no such user"
    await worker.send_due()
    assert (await read_outbox_row(database, id=row))["payload"] == f'{{"booking_id": {booking}}}'
    await outbox_rows.queue("booking.requested", {"booking_id": booking})
    await worker.send_due()
    assert [error for _, error in await outbox_rows.states()] == ["recipient refused: 550 5.1.1", "token gone"]


async def test_a_mail_says_how_long_a_booking_can_be_changed_and_no_more_once_it_cannot(
    worker, outbox_rows, mail_server, performance, services
):
    _, reservation = await outbox_rows.booking(performance)
    await outbox_rows.queue("booking.confirmed", {"manage_token": "secret"}, reservation)
    await worker.send_due()
    services.clock.set(STARTS - timedelta(hours=23))
    await outbox_rows.queue("booking.confirmed", {"manage_token": "secret"}, reservation)
    await worker.send_due()
    early, late = [bodies(mail)[0] for mail in mail_server.messages]
    assert "Free changes until 12:00 on Friday, 20 November 2026." in early
    assert "View, move or cancel:" in early
    assert "until" not in late
    assert "This visit can no longer be changed online." in late
    assert "View your booking:" in late


async def test_the_doors_of_a_performance_open_at_its_own_time(worker, outbox_rows, mail_server, performance, database):
    await overwrite_venue(database, outbox_rows.venue, early_entry_minutes=30)
    await change_slot(database, performance, check_in_opens_minutes=60)
    _, reservation = await outbox_rows.booking(performance)
    await outbox_rows.queue("booking.confirmed", {"manage_token": "secret"}, reservation)
    text, _ = bodies(await sent(worker, mail_server))
    assert "Doors open at 11:00." in text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_organisers_own_message_comes_with_code_and_link(
    worker, outbox_rows, mail_server, performance, language
):
    _, reservation = await outbox_rows.booking(performance)
    payload = {"manage_token": "secret", "message": "The car park is closed.\nPlease come by tram."}
    row = await outbox_rows.queue("booking.message", payload, reservation, language=language)
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    for body in (text, page.text):
        assert "The car park is closed." in body
        assert "Please come by tram." in body
    assert f"{PUBLIC_URL}/b/secret" in page.links
    assert TITLES[language] in mail["Subject"]
