"""Any mail: text from customers stays plain text, and a malformed row or address affects no other mail."""

import copy
from datetime import date, timedelta
from email import message_from_bytes
from email.policy import SMTP, default

import pytest
from hypothesis import given
from hypothesis import strategies as some

from hub.confirmation import qr_code
from hub.confirmation.email_message import new_email
from tests.support.mail_outbox import NOW, PUBLIC_URL, SLOT, STARTS
from tests.support.rows import add_row
from tests.support.sent_mail import WAITLIST, Page, bodies
from tests.support.venues import overwrite_venues


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


async def test_a_domain_in_another_script_needs_no_special_mail_server(worker, outbox_rows, mail_server):
    mail_server.takes_every_script = False
    ids = await outbox_rows.party()
    for recipient in ("anna@münchen.de", "müller@example.org"):
        await outbox_rows.queue("reservation.confirmed", {"manage_token": "secret"}, ids[0], to=recipient)
    assert await worker.send_due() == 2
    assert sorted(await outbox_rows.states()) == [("DEAD", "address not supported"), ("SENT", None)]
    assert mail_server.recipients == [("anna@xn--mnchen-3ya.de",)]
    assert mail_server.messages[0]["To"] == "anna@xn--mnchen-3ya.de"


@pytest.mark.parametrize("recipient", ["müller@example.org", "用户@example.org", '"odd, one"@example.org'])
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
    await outbox_rows.queue("reservation.moved", {}, ids[0], channel="sms", to="+12025550100")
    await outbox_rows.queue("reservation.confirmed", {"manage_token": "secret"}, ids[0], language="tlh")
    assert await worker.send_due() == 3
    assert await outbox_rows.states() == [("DEAD", "unknown kind"), ("DEAD", "unknown kind"), ("SENT", None)]
    assert mail_server.messages[0]["Content-Language"] == "en"


SUBJECTS = some.lists(
    some.text(some.characters(codec="utf-8"), min_size=1, max_size=80) | some.text("abcdefgh:,.-", min_size=1, max_size=20),
    min_size=1, max_size=30,
)  # fmt: skip


@given(SUBJECTS.map(" ".join))
def test_a_subject_begins_on_its_line_and_is_read_as_it_was_written(text):
    email = new_email(text)
    if not email["Subject"]:
        return
    # As the mail carrier's library does: a copy, under the usual policy.
    sent = copy.deepcopy(email).as_bytes(policy=SMTP)
    assert not sent.startswith((b"Subject:\r\n", b"Subject: \r\n"))
    assert max(len(line) for line in sent.split(b"\r\n")) <= 200
    assert message_from_bytes(sent, policy=default)["Subject"] == email["Subject"]


def test_the_subject_of_a_moved_visit_is_folded_after_its_first_words():
    subject = "Moved: your visit to Museum Hall is now on Friday, 20 November 2026, 12:00"
    assert new_email(subject).as_bytes() == (
        b"Subject: Moved: your visit to Museum Hall is now on Friday, 20 November 2026,\r\n 12:00\r\n\r\n"
    )


async def test_the_logo_of_the_venue_is_a_picture_in_the_mail_itself(worker, outbox_rows, mail_server, database):
    logo = qr_code.png("LOGO")
    await add_row(
        database,
        "venue_logos",
        org_id=outbox_rows.org,
        venue_id=outbox_rows.venue,
        hash=b"h",
        width=480,
        height=120,
        image=logo,
    )
    ids = await outbox_rows.party()
    show = await outbox_rows.show()
    booking, reservation = await outbox_rows.booking(await outbox_rows.performance(show, STARTS + timedelta(days=1)))
    slot = await outbox_rows.slot(STARTS + timedelta(days=2), day=date(2026, 11, 23))
    await outbox_rows.queue("reservation.confirmed", {"manage_token": "secret"}, ids[0])
    await outbox_rows.queue("booking.confirmed", {"manage_token": "secret", "booking_id": booking}, reservation)
    waiting = {**WAITLIST, "slot": {**SLOT, "slot_id": slot}, "places": 1}
    await outbox_rows.queue("waitlist.joined", waiting)
    await outbox_rows.queue("contact.code", {"code": "123456", "minutes": 5, "venue_id": outbox_rows.venue})
    await outbox_rows.queue("contact.code", {"code": "123456", "minutes": 5})
    assert await worker.send_due() == 5
    *with_logo, without = mail_server.messages
    for mail in with_logo:
        first = bodies(mail)[1].pictures[0]
        assert (first["width"], first["height"], first["alt"]) == (
            "240",
            "60",
            str(mail["From"].addresses[0].display_name),
        )
        (part,) = [part for part in mail.walk() if part["Content-ID"] == f"<{first['src'].removeprefix('cid:')}>"]
        assert (part.get_content_type(), part.get_content_disposition(), part.get_content()) == (
            "image/png",
            "inline",
            logo,
        )
    assert len({mail["Message-ID"] for mail in with_logo}) == len(with_logo)
    assert bodies(without)[1].pictures == []
