"""Mails of the waiting list, from their rows in the outbox through a real SMTP server, read back in both languages."""

from datetime import timedelta

import pytest

from hub.confirmation.failure_texts import failure_text
from tests.support.mail_outbox import NOW, PUBLIC_URL
from tests.support.sent_mail import DAYS, HOURS, LANGUAGES, WAITLIST, bodies, check_every_mail, sent, shape


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
        ({"cause": "slot_over"}, "No spot opened up in time"),
        ({"cause": "slot_over", "had_offer": True}, "the offer wasn't accepted"),
        ({"cause": "slot_closed"}, "does not offer this time any more"),
        ({"cause": "no_waitlist", "good": 1, "ticket_codes": ["X"]}, "has closed its waiting list for this time"),
        ({"cause": "slot_over", "good": 0, "ticket_codes": []}, "No spot opened up in time"),
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
        still = {0: "", 1: "Your ticket is still valid", 2: "Your tickets are still valid"}[good]
        assert still in text
        assert bool(still) == ("still valid" in text)


async def test_a_closed_list_that_is_long_past_gets_no_mail(worker, outbox_rows, mail_server, database):
    for language in LANGUAGES:
        await outbox_rows.queue(
            "waitlist.closed", CLOSED | {"cause": "slot_over", "told_until": NOW.isoformat()}, language=language
        )
    await worker.send_due()
    assert mail_server.messages == []
    assert set(await outbox_rows.states()) == {("DROPPED", "obsolete: too late")}
    assert failure_text("obsolete: too late", "en") == "It would have arrived too late."


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["waitlist.joined", "waitlist.offer", "waitlist.lapsed", "waitlist.closed"])
async def test_the_waiting_list_of_a_performance_speaks_of_the_show_and_of_seats(
    worker, outbox_rows, mail_server, language, kind
):
    show = await outbox_rows.show(zh_Hans="暴风雨")
    performance = await outbox_rows.performance(show)
    slot = {**WAITLIST["slot"], "slot_id": performance}
    payload = {**CLOSED, "slot": slot, "cause": "slot_closed", "ends_at": (NOW + timedelta(minutes=30)).isoformat()}
    row = await outbox_rows.queue(kind, payload, language=language)
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    text, page = bodies(mail)
    title = {"en": "The Tempest", "zh_Hans": "暴风雨"}[language]
    assert title in mail["Subject"]
    for body in (text, page.text):
        assert title in body
        assert "Room of The Tempest" in body
    # A booking's ticket is of no use for another time, so nothing says that it is still valid.
    assert "ticket" not in text.lower()
    assert "TKT" not in "".join(page.links)
    over = kind in ("waitlist.lapsed", "waitlist.closed")
    assert page.links == [f"{PUBLIC_URL}/shows/{show[0]}" if over else f"{PUBLIC_URL}/w/wait-secret"]
    if language == "en":
        assert ("seats" in text) == (kind != "waitlist.closed")
        assert ("Your request still stands" in text) == (kind == "waitlist.lapsed")
