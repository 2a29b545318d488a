"""Text messages about visits, as the provider gets them: one segment, in both languages."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.confirmation.development_mailbox import list_development_mail
from tests.support.mail_outbox import NOW, STARTS, OutboxRows
from tests.support.reservations import change_reservations
from tests.support.text_segments import segments
from tests.support.venues import overwrite_venues

TOKEN = "t" * 43
UNTIL = NOW + timedelta(hours=4)
PAYLOAD = {"manage_token": TOKEN, "hours": 26}
CODE = "TKT-2026-ABC234-DEF001"


@pytest.fixture
def text_of(urgent, outbox_rows: OutboxRows, services):
    """Queue a text message and return what was sent."""

    async def send(kind: str, reservations: list[int], language: str = "en", **payload) -> str:
        payload = {**PAYLOAD, "reservation_ids": reservations, **payload}
        await outbox_rows.queue(
            kind, payload, reservations[0], to="+12025551234", channel="sms", language=language, not_after=UNTIL
        )
        assert await urgent.send_due() == 1
        (found,) = list_development_mail(services.settings.data_dir)
        assert (found.channel, found.recipient) == ("sms", "+12025551234")
        assert segments(found.subject) == 1
        return found.subject

    return send


@pytest.mark.parametrize(
    ("kind", "language", "text"),
    [
        ("reservation.confirmed", "en", f"Museo: your visit on Sat 21 Nov, 12:00 is booked. QR code: https://hub.example.org/r/{TOKEN}"),
        ("reservation.reminder", "en", f"Museo: see you on Sat 21 Nov at 12:00. QR code: https://hub.example.org/r/{TOKEN}"),
        ("reservation.confirmed", "zh_Hans", f"Museo：您已预约 11月21日周六 12:00 参观。入场请出示 {CODE}。"),
        ("reservation.reminder", "zh_Hans", f"Museo：11月21日周六 12:00 期待您的光临。入场请出示 {CODE}。"),
    ],
)  # fmt: skip
async def test_a_text_message_has_the_link_or_where_it_does_not_fit_the_code(
    text_of, outbox_rows, kind, language, text
):
    assert await text_of(kind, await outbox_rows.party(), language) == text


async def test_a_long_name_is_cut_before_the_link_is_left_out(text_of, outbox_rows, database):
    await overwrite_venues(database, name="Museo nazionale della scienza e della tecnologia di Sant’Agata")
    text = await text_of("reservation.confirmed", await outbox_rows.party())
    assert text.startswith("Museo nazionale della sc...: your visit on ")
    assert text.endswith(f"/r/{TOKEN}")


async def test_a_party_at_several_times_reads_the_first_one(text_of, outbox_rows):
    (second,) = await outbox_rows.party(
        slot=await outbox_rows.slot(STARTS + timedelta(days=1), day=NOW.date() + timedelta(days=2))
    )
    (first,) = await outbox_rows.party()
    text = await text_of("reservation.confirmed", [first, second])
    assert text.startswith("Museo: your visits are booked, the first on Sat 21 Nov, 12:00.")


@pytest.mark.parametrize(
    ("kind", "language", "text"),
    [
        ("booking.confirmed", "en", f"The Tempest: your seats are booked for Sat 21 Nov, 12:00. QR code: https://hub.example.org/b/{TOKEN}"),
        ("booking.reminder", "zh_Hans", "暴风雨：11月21日周六 12:00 期待您的光临。二维码在邮件中。"),
    ],
)  # fmt: skip
async def test_a_booking_of_seats_names_its_show(text_of, outbox_rows, kind, language, text):
    performance = await outbox_rows.performance(await outbox_rows.show(zh_Hans="暴风雨"))
    _, reservation = await outbox_rows.booking(performance)
    assert await text_of(kind, [reservation], language) == text


@pytest.mark.parametrize(
    ("kind", "changes", "error"),
    [
        ("reservation.confirmed", {"status": "CANCELLED", "cancelled_at": NOW}, "obsolete: cancelled"),
        ("reservation.reminder", {"status": "VERIFIED", "admitted": 1, "verified_at": NOW}, "obsolete: used"),
    ],
)
async def test_what_is_no_longer_true_is_not_sent(urgent, outbox_rows, database, services, kind, changes, error):
    ids = await outbox_rows.party()
    await change_reservations(database, **changes)
    await outbox_rows.queue(kind, PAYLOAD, ids[0], to="+12025551234", channel="sms", not_after=UNTIL)
    assert await urgent.send_due() == 1
    assert await outbox_rows.states() == [("DROPPED", error)]
    assert list_development_mail(services.settings.data_dir) == []
