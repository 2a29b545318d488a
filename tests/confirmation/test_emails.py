"""Every kind of mail, from its row in the outbox through a real SMTP server, read back in both languages."""

import io
from datetime import timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser

import pytest
import zxingcpp
from icalendar import Calendar
from PIL import Image

from hub.confirmation.failure_texts import failure_text
from tests.support.mail_outbox import NOW, PUBLIC_URL, SLOT, STARTS, change_outbox_row
from tests.support.reservations import change_reservation, change_reservations
from tests.support.venues import overwrite_venues

LANGUAGES = ("en", "zh_Hans")
DAYS = {"en": "Saturday, 21 November 2026", "zh_Hans": "2026年11月21日"}
HOURS = {"en": "12:00 – 14:00", "zh_Hans": "12:00–14:00"}
WAITLIST = {"waitlist_token": "wait-secret", "slot": SLOT, "venue_name": "Museo", "timezone": "Europe/Rome"}


class Page(HTMLParser):
    """What stands in an HTML body."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.pictures, self.words = [], [], [], []
        self.lang = None
        self._unseen = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.append(tag)
        if tag == "a":
            self.links.append(attrs["href"])
        if tag == "img":
            self.pictures.append(attrs)
        if tag == "html":
            self.lang = attrs["lang"]
        if tag in ("title", "style") or "display:none" in (attrs.get("style") or ""):
            self._unseen = tag

    def handle_endtag(self, tag):
        if tag == self._unseen:
            self._unseen = None

    def handle_data(self, data):
        if self._unseen is None:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def shape(part):
    """The tree of a message as nested lists of types."""
    if part.is_multipart():
        return [part.get_content_type(), *(shape(child) for child in part.iter_parts())]
    return part.get_content_type()


def read_qr(part):
    (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(part.get_content())).convert("L"))
    return found.text


def bodies(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n"), Page(mail.get_body(("html",)).get_content())


def calendar(mail):
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    parsed = Calendar.from_ical(part.get_content())
    assert part.get_param("method") == parsed["METHOD"]
    assert part.get_filename() == "visit.ics"
    return parsed


async def sent(worker, mail_server):
    """The one mail that this worker has to send."""
    assert await worker.send_due() == 1
    (mail,) = mail_server.messages
    return mail


def check_every_mail(mail, language, row_id):
    """What holds for whatever kind."""
    assert mail["To"] == "j@example.org"
    assert mail["From"].addresses[0].addr_spec == "no-reply@hub.example.org"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == language.replace("_", "-")
    assert mail["Message-ID"].endswith(f".{row_id}.{int(NOW.timestamp()):x}@hub.example.org>")
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert mail["List-Unsubscribe"] is None
    text, page = bodies(mail)
    assert page.lang == language.replace("_", "-")
    assert not {"script", "link", "form", "iframe", "video", "svg"} & set(page.tags)
    for picture in page.pictures:
        assert picture["src"].startswith("cid:")
        assert picture["alt"]
    assert all(link.startswith("https://") for link in page.links)
    assert "{" not in text
    assert "%(" not in text
    assert not {"{venue}", "{day}", "%(code)s"} & set(page.text.split())
    assert text == text.strip() + "\n"
    assert "\n\n\n" not in text
    # Text and page say the same; only links, labels and where to find the pictures differ.
    missing = [line.strip() for line in text.split("\n") if line.split()[-1:] and line.split()[-1] not in page.text]
    assert all(line.startswith(PUBLIC_URL) or line.endswith((":", ".", "。", "：")) for line in missing), missing


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
    assert len(mail.as_bytes()) < 100_000  # beyond, a program shows only the beginning

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
@pytest.mark.parametrize("cause", ["holder", "staff", "no_show"])
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
    assert f"{PUBLIC_URL}/reserve?ticket=TKT-2026-ABC234-DEF001" in page.links
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
    # A ticket that cannot be booked again is not called good.
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
    assert "2 places of your party stay booked." in text
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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["waitlist.joined", "waitlist.offer", "waitlist.lapsed"])
async def test_the_waiting_lists_mails_lead_to_its_page(worker, outbox_rows, mail_server, language, kind):
    payload = {**WAITLIST, "places": 2}
    if kind == "waitlist.offer":
        payload["ends_at"] = (NOW + timedelta(minutes=30)).isoformat()
    row = await outbox_rows.queue(kind, payload, language=language)
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    assert shape(mail) == ["multipart/alternative", "text/plain", "text/html"]
    text, page = bodies(mail)
    assert "Museo" in mail["Subject"]
    assert DAYS[language] in mail["Subject"]
    assert HOURS[language] in text
    if kind == "waitlist.lapsed":
        assert page.links == [f"{PUBLIC_URL}/reserve"]
    else:
        assert page.links == [f"{PUBLIC_URL}/w/wait-secret"]
    if kind == "waitlist.offer":
        assert "10:30" in text  # in Rome; 09:30 in UTC
    if language == "en":
        assert mail["From"].addresses[0].display_name == "Museo"


CLOSED = {
    **WAITLIST, "places": 2, "had_offer": False, "told_until": (NOW + timedelta(days=1)).isoformat(), "orq": 7, "good": 2,
    "ticket_codes": ["TKT-2026-ABC234-DEF001", "OTA/1 &2"],
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("received", "words"),
    [
        ({"cause": "slot_over"}, "no place came free before"),
        ({"cause": "slot_over", "had_offer": True}, "the offer was not taken"),
        ({"cause": "slot_closed"}, "does not offer this time any more"),
        ({"cause": "no_waitlist", "good": 1, "ticket_codes": ["X"]}, "has closed its waiting list for this time"),
        ({"cause": "slot_over", "good": 0, "ticket_codes": []}, "no place came free before"),
    ],
)
async def test_a_list_that_was_closed_says_why_and_leads_to_another_time(
    worker, outbox_rows, mail_server, language, received, words
):
    row = await outbox_rows.queue("waitlist.closed", CLOSED | received, language=language)
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    assert "Museo" in mail["Subject"]
    assert DAYS[language] in mail["Subject"]
    good = received.get("good", 2)
    tickets = {2: "TKT-2026-ABC234-DEF001%2COTA%2F1%20%262", 1: "X"}
    assert page.links == ([f"{PUBLIC_URL}/reserve?ticket={tickets[good]}&orq=7"] if good else [])
    if language == "en":
        assert words in text
        still = {0: "", 1: "Your ticket is still good", 2: "Your tickets are still good"}[good]
        assert still in text
        assert bool(still) == ("still good" in text)


async def test_a_list_that_was_closed_is_not_told_of_when_it_is_long_past(worker, outbox_rows, mail_server, database):
    for language in LANGUAGES:
        await outbox_rows.queue(
            "waitlist.closed", CLOSED | {"cause": "slot_over", "told_until": NOW.isoformat()}, language=language
        )
    await worker.send_due()
    assert mail_server.messages == []
    assert set(await outbox_rows.states()) == {("DROPPED", "obsolete: too late")}
    assert failure_text("obsolete: too late", "en") == "It would have come too late to be of use."


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_code_stands_in_the_subject_and_large_in_the_mail(urgent, outbox_rows, mail_server, language):
    row = await outbox_rows.queue(
        "contact.code", {"code": "042137", "minutes": 5}, language=language, not_after=NOW + timedelta(minutes=5)
    )
    mail = await sent(urgent, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    assert "042137" in mail["Subject"]
    assert "\n    042137\n" in text
    assert "042137" in page.text
    assert page.links == []
    assert mail["From"].addresses[0].display_name == "Arte Spa"


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
    assert "until Friday, 20 November 2026, 12:00" in early
    assert "View, move or cancel:" in early
    assert "until" not in late
    assert "View your visit:" in late


async def test_no_text_of_a_customer_or_venue_becomes_a_header_or_markup(worker, outbox_rows, mail_server, database):
    hostile = "A\r\nBcc: x@evil.example\r\n\r\n<script>alert(1)</script>{{ 7*7 }} {venue} %(code)s"
    await overwrite_venues(database, name=hostile, address=hostile)
    ids = await outbox_rows.party(name=hostile)
    await outbox_rows.queue("reservation.confirmed", {"manage_token": 'a"><b>/../x', "reservation_ids": ids}, ids[0])
    await outbox_rows.queue(
        "waitlist.joined", {**WAITLIST, "venue_name": hostile, "places": 1, "waitlist_token": '"><i>'}, language="en"
    )
    assert await worker.send_due() == 2
    assert mail_server.recipients == [("j@example.org",)] * 2
    for mail in mail_server.messages:
        assert mail["Bcc"] is None
        assert "\n" not in mail["Subject"]
        source = mail.get_body(("html",)).get_content()
        assert "<script" not in source
        assert "<b>" not in source
        assert "<i>" not in source
        assert "49" not in source.replace("#49", "")
        page = Page(source)
        assert "script" not in page.tags
        assert "<script>alert(1)</script>" in page.text
        assert "{{ 7*7 }} {venue} %(code)s" in page.text
    assert f"{PUBLIC_URL}/r/a%22%3E%3Cb%3E%2F..%2Fx" in bodies(mail_server.messages[0])[1].links


@pytest.mark.parametrize(
    "recipient", ["a@example.org, b@example.org", "a@example.org\r\nBcc: b@example.org", "a b", "", "<a@example.org"]
)
async def test_an_address_that_is_not_one_gets_no_mail_and_neither_does_anybody_else(
    worker, outbox_rows, mail_server, recipient
):
    ids = await outbox_rows.party()
    await outbox_rows.queue("reservation.confirmed", {"manage_token": "secret"}, ids[0], to=recipient)
    assert await worker.send_due() == 1
    assert mail_server.messages == []
    assert await outbox_rows.states() == [("DEAD", "address not readable")]


@pytest.mark.parametrize("recipient", ["müller@example.org", "用户@例子.广告", '"odd, one"@example.org'])
async def test_an_unusual_address_is_written_to_as_it_is(worker, outbox_rows, mail_server, recipient):
    ids = await outbox_rows.party()
    await outbox_rows.queue("reservation.confirmed", {"manage_token": "secret"}, ids[0], to=recipient)
    assert await worker.send_due() == 1
    assert await outbox_rows.states() == [("SENT", None)]
    assert mail_server.recipients == [(recipient,)]


@pytest.mark.parametrize(
    "payload",
    [
        {"places": 1},
        {**WAITLIST, "slot": {"date": "soon"}},
        {**WAITLIST, "slot": 7},
        {**WAITLIST, "timezone": "Nowhere/Land", "ends_at": NOW.isoformat()},
        {**WAITLIST, "ends_at": "2026-11-20T10:00:00"},
        {**WAITLIST, "waitlist_token": ""},
    ],
)
async def test_a_row_that_cannot_be_read_is_dead_and_says_so(worker, outbox_rows, mail_server, payload):
    await outbox_rows.queue("waitlist.offer", payload)
    assert await worker.send_due() == 1
    ((status, error),) = await outbox_rows.states()
    assert status == "DEAD"
    assert error == "token gone" or error.startswith("unreadable: ")
    assert mail_server.messages == []


async def test_an_unknown_kind_or_language_harms_nobody(worker, outbox_rows, mail_server):
    ids = await outbox_rows.party()
    await outbox_rows.queue("reservation.sung", {}, ids[0])
    await outbox_rows.queue("reservation.confirmed", {}, ids[0], channel="sms", to="+12025550100")
    await outbox_rows.queue("reservation.confirmed", {"manage_token": "secret"}, ids[0], language="tlh")
    assert await worker.send_due() == 3
    assert await outbox_rows.states() == [("DEAD", "unknown kind"), ("DEAD", "unknown kind"), ("SENT", None)]
    assert mail_server.messages[0]["Content-Language"] == "en"
