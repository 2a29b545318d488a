"""Mails of a reservation, from its row in the outbox through a real SMTP server, read back in both languages."""

from datetime import timedelta

import pytest

from tests.support.mail_outbox import NOW, PUBLIC_URL, SLOT, STARTS, change_outbox_row
from tests.support.reservations import change_reservation, change_reservations
from tests.support.sent_mail import (
    DAYS,
    HOURS,
    LANGUAGES,
    bodies,
    calendar,
    check_every_mail,
    read_qr,
    sent,
    shape,
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("size", [1, 3, 20])
async def test_a_confirmation_holds_every_ticket_of_the_party(worker, outbox_rows, mail_server, language, size):
    ids = await outbox_rows.party(size)
    row = await outbox_rows.queue(
        "reservation.confirmed", {"manage_token": "secret", "reservation_ids": ids}, ids[0], language=language
    )
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    related = ["multipart/related", "text/html", *["image/png"] * size]
    assert shape(mail) == ["multipart/mixed", ["multipart/alternative", "text/plain", related], "text/calendar"]
    text, page = bodies(mail)
    codes = [f"TKT-2026-ABC234-DEF{number:03}" for number in range(1, size + 1)]
    by_cid = {part["Content-ID"]: part for part in mail.walk() if part.get_content_type() == "image/png"}
    shown = [by_cid[f"<{picture['src'].removeprefix('cid:')}>"] for picture in page.pictures]
    assert [read_qr(part) for part in shown] == codes
    assert [part.get_filename() for part in shown] == [f"ticket-{code}.png" for code in codes]
    assert {part.get_content_disposition() for part in shown} == {"inline"}
    assert all(code in picture["alt"] for code, picture in zip(codes, page.pictures, strict=True))
    for body in (text, page.text):
        assert all(code in body for code in codes)
        assert DAYS[language] in body
        assert HOURS[language] in body
        assert "Via Roma 1, Roma" in body
    assert "Museo" in mail["Subject"]
    assert DAYS[language] in mail["Subject"]
    assert f"{PUBLIC_URL}/r/secret" in text
    assert f"{PUBLIC_URL}/r/secret" in page.links
    assert any(link.startswith("https://calendar.google.com/") for link in page.links)
    assert any(link.startswith("https://outlook.live.com/") for link in page.links)
    assert len(mail.as_bytes()) < 100_000  # mail programs cut the rest

    parsed = calendar(mail)
    (event,) = parsed.walk("VEVENT")
    (zone,) = parsed.walk("VTIMEZONE")
    assert zone["TZID"] == event["DTSTART"].params["TZID"] == "Europe/Rome"
    assert event["UID"] == f"reservation-{ids[0]}@hub.example.org"
    assert (event["SEQUENCE"], event["STATUS"], parsed["METHOD"]) == (0, "CONFIRMED", "PUBLISH")
    assert event.decoded("DTSTART") == STARTS
    assert event["URL"] == f"{PUBLIC_URL}/r/secret"
    assert all(code in event["DESCRIPTION"] for code in codes)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_moved_visit_names_both_times_and_moves_its_calendar_entry(
    worker, outbox_rows, mail_server, language, database
):
    later = await outbox_rows.slot(STARTS + timedelta(days=1), day=NOW.date() + timedelta(days=2))
    ids = await outbox_rows.party(2, slot=later)
    await change_reservations(database, calendar_sequence=1)
    row = await outbox_rows.queue(
        "reservation.moved",
        {"manage_token": "secret", "reservation_ids": ids, "was": SLOT},
        ids[0],
        language=language,
    )
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    now = {"en": "Sunday, 22 November 2026", "zh_Hans": "2026年11月22日"}[language]
    assert now in mail["Subject"]
    for body in (text, page.text):
        assert body.index(DAYS[language]) < body.index(now)
    assert "line-through" in mail.get_body(("html",)).get_content()
    assert len(page.pictures) == 2
    (event,) = calendar(mail).walk("VEVENT")
    assert (event["UID"], event["SEQUENCE"]) == (f"reservation-{ids[0]}@hub.example.org", 1)
    assert event.decoded("DTSTART") == STARTS + timedelta(days=1)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_cancelled_ticket_takes_its_visit_along_and_leads_to_no_other_time(
    worker, outbox_rows, mail_server, language
):
    ids = await outbox_rows.party(1, status="CANCELLED", ticket_status="CANCELLED")
    payload = {"reservation_ids": ids, "cause": "ticket"}
    row = await outbox_rows.queue("reservation.cancelled", payload, ids[0], language=language)
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    assert {"en": "The ticket can no longer be used.", "zh_Hans": "此门票不能再用于入场。"}[language] in text
    assert not any("/reserve" in link for link in page.links)
    assert calendar(mail)["METHOD"] == "CANCEL"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("cause", ["holder", "staff", "no_show", "closed"])
async def test_a_cancellation_says_why_takes_the_calendar_entry_out_and_leads_to_another_time(
    worker, outbox_rows, mail_server, language, cause
):
    ids = await outbox_rows.party(2, status="CANCELLED", ticket_status="ACTIVATED")
    row = await outbox_rows.queue(
        "reservation.cancelled", {"reservation_ids": ids, "cause": cause}, ids[0], language=language
    )
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    assert page.pictures == []
    assert "TKT-2026-ABC234-DEF002" in text
    assert f"{PUBLIC_URL}/v/museo/reserve?ticket=TKT-2026-ABC234-DEF001" in page.links
    assert not any("/r/" in link for link in page.links)
    parsed = calendar(mail)
    (event,) = parsed.walk("VEVENT")
    assert (parsed["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 1)
    assert event["UID"] == f"reservation-{ids[0]}@hub.example.org"


async def test_the_three_causes_of_a_cancellation_have_words_of_their_own(worker, outbox_rows, mail_server):
    ids = await outbox_rows.party(1, status="CANCELLED")
    for cause in ("holder", "staff", "no_show"):
        await outbox_rows.queue("reservation.cancelled", {"reservation_ids": ids, "cause": cause}, ids[0])
    assert await worker.send_due() == 3
    texts = [bodies(mail)[0] for mail in mail_server.messages]
    assert len(set(texts)) == 3
    # The mail does not call a ticket valid if it cannot be booked again.
    assert not any("/reserve" in text for text in texts)


async def test_cancelling_one_of_a_family_keeps_the_others_in_the_calendar_and_the_link(
    worker, outbox_rows, mail_server, database
):
    ids = await outbox_rows.party(3)
    await change_reservation(database, ids[0], status="CANCELLED")
    await outbox_rows.queue(
        "reservation.cancelled", {"reservation_ids": ids[:1], "cause": "holder", "manage_token": "secret"}, ids[0]
    )
    mail = await sent(worker, mail_server)
    text, page = bodies(mail)
    assert "2 spots of your party are still booked." in text
    assert f"{PUBLIC_URL}/r/secret" in page.links
    (event,) = calendar(mail).walk("VEVENT")
    assert (event["UID"], event["STATUS"]) == (f"reservation-{ids[0]}@hub.example.org", "CONFIRMED")
    assert "DEF001" not in event["DESCRIPTION"]
    assert "DEF003" in event["DESCRIPTION"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("before", "words"), [(26, "Tomorrow"), (2, "Today")])
async def test_a_reminder_says_which_day_that_is(worker, outbox_rows, mail_server, services, language, before, words):
    ids = await outbox_rows.party(2)
    row = await outbox_rows.queue(
        "reservation.reminder",
        {"manage_token": "secret", "reservation_ids": ids, "hours": before},
        ids[0],
        language=language,
    )
    services.clock.set(STARTS - timedelta(hours=before))
    mail = await sent(worker, mail_server)
    mail.replace_header("Date", NOW)
    check_every_mail(mail, language, row)
    _, page = bodies(mail)
    assert len(page.pictures) == 2
    if language == "en":
        assert mail["Subject"].startswith(f"{words} at 12:00")
    (event,) = calendar(mail).walk("VEVENT")
    assert event["UID"] == f"reservation-{ids[0]}@hub.example.org"


async def test_a_row_from_before_there_were_parties_is_written_without_a_link(
    worker, outbox_rows, mail_server, database
):
    (reservation,) = await outbox_rows.party()
    for payload in ("{}", "[]", '"odd"', "null"):
        row = await outbox_rows.queue("reservation.confirmed", {}, reservation)
        await change_outbox_row(database, row, payload=payload)
    assert await worker.send_due() == 4
    for mail in mail_server.messages:
        text, page = bodies(mail)
        assert "TKT-2026-ABC234-DEF001" in text
        assert not any("/r/" in link for link in page.links)
        assert "cancel" not in text.lower()
        (event,) = calendar(mail).walk("VEVENT")
        assert "URL" not in event


async def test_a_mail_says_how_long_a_visit_can_be_changed_and_no_more_once_it_cannot(
    worker, outbox_rows, mail_server, services
):
    ids = await outbox_rows.party()
    await outbox_rows.queue("reservation.confirmed", {"manage_token": "secret"}, ids[0])
    await worker.send_due()
    services.clock.set(STARTS - timedelta(hours=23))
    await outbox_rows.queue("reservation.confirmed", {"manage_token": "secret"}, ids[0])
    await worker.send_due()
    early, late = [bodies(mail)[0] for mail in mail_server.messages]
    assert "Free changes until 12:00 on Friday, 20 November 2026." in early
    assert "View, move or cancel:" in early
    assert "until" not in late
    assert "This visit can no longer be changed online." in late
    assert "View your visit:" in late


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_may_choose_gets_the_link_and_the_venues_own_words(worker, outbox_rows, mail_server, language):
    ids = await outbox_rows.party(2)
    payload = {"manage_token": "secret", "reservation_ids": ids, "message": "The lift is broken.\nSorry!"}
    row = await outbox_rows.queue("reservation.choose", payload, ids[0], language=language)
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    assert DAYS[language] in text
    assert "The lift is broken." in text
    assert f"{PUBLIC_URL}/r/secret" in page.links
    assert page.pictures == [], "nobody comes in with it then"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_was_cancelled_by_a_closed_slot_is_offered_other_times(worker, outbox_rows, mail_server, language):
    ids = await outbox_rows.party(1, status="CANCELLED", ticket_status="ACTIVATED")
    later = {"slot_id": 7, "date": "2026-11-22", "start_time": "14:00:00", "end_time": "16:00:00", "available_count": 3}
    over = {**later, "date": "2026-11-19"}
    payload = {"reservation_ids": ids, "cause": "closed", "message": "Storm", "alternatives": [later, over]}
    await outbox_rows.queue("reservation.cancelled", payload, ids[0], language=language)
    text, page = bodies(await sent(worker, mail_server))
    assert "Storm" in text
    assert {"en": "Sunday, 22 November 2026", "zh_Hans": "2026年11月22日"}[language] in text
    assert len([link for link in page.links if "/reserve?ticket=" in link]) == 2
