"""E-mails about orders: what the customer of a shop gets, and what to do next."""

from __future__ import annotations

import pytest

from hub.confirmation import qr_code
from tests.support.mail_outbox import NOW
from tests.support.orders import change_order, change_products
from tests.support.rows import add_row
from tests.support.sent_mail import LANGUAGES, bodies, check_every_mail, sent
from tests.support.tickets import read_tickets
from tests.support.venues import overwrite_venues


async def order_of(outbox_rows, tickets: list[str], *, status: str = "PAID", **columns) -> int:
    """Add an order with tickets of these statuses."""
    database, org = outbox_rows.database, outbox_rows.org
    order = await add_row(
        database, "orders", org_id=org, reference="WEB-1001", status=status, customer_name="Ada", customer_email="ada@example.com"
    )  # fmt: skip
    product = await add_row(database, "products", org_id=org, name="Day ticket", name_zh="日票")
    for n, one in enumerate(tickets):
        await add_row(
            database, "tickets", org_id=org, code=f"TKT-2026-ABC234-DEG{n:03}", order_id=order["id"], product_id=product["id"], status=one,
            **columns,
        )  # fmt: skip
    return int(order["id"])


async def mail_of(outbox_rows, worker, mail_server, kind: str, order_id: int, language: str = "en", **payload):
    await outbox_rows.queue(kind, {"order_id": order_id, **payload}, None, language=language)
    return bodies(await sent(worker, mail_server))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_tickets_come_with_their_codes_and_the_way_to_book(worker, outbox_rows, mail_server, language):
    order = await order_of(outbox_rows, ["ACTIVATED", "INACTIVE", "CANCELLED"])
    text, page = await mail_of(outbox_rows, worker, mail_server, "order.confirmed", order, language)
    steps = {"en": ("Choose the day and time", "not active yet"), "zh_Hans": ("选择参观", "激活")}[language]
    for body in (text, page.text):
        for said in ("TKT-2026-ABC234-DEG000", "TKT-2026-ABC234-DEG001", "WEB-1001", *steps):
            assert said in body
        assert "DEG002" not in body
        assert {"en": "Day ticket", "zh_Hans": "日票"}[language] in body
    assert len(page.pictures) == 2
    assert any("/reserve?ticket=TKT-2026-ABC234-DEG000" in link for link in page.links)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_where_nobody_needs_a_reservation_the_customer_may_come_without_one(
    worker, outbox_rows, mail_server, language, database
):
    order = await order_of(outbox_rows, ["ACTIVATED"])
    await overwrite_venues(database, unreserved_entry="allow")
    text, page = await mail_of(outbox_rows, worker, mail_server, "order.confirmed", order, language)
    said = {"en": ("without booking a time", "Choose the day"), "zh_Hans": ("无需预约时间", "选择参观")}[language]
    assert (said[0] in text, said[1] in text) == (True, False)
    assert any("/reserve?ticket=TKT-2026-ABC234-DEG000" in link for link in page.links)


@pytest.mark.parametrize("kind", ["order.confirmed", "order.reminder"])
@pytest.mark.parametrize("entry", ["deny", "allow"])
@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_inactive_ticket_has_a_link_to_the_page_where_it_is_activated(
    worker, outbox_rows, mail_server, language, database, entry, kind
):
    order = await order_of(outbox_rows, ["INACTIVE"])
    await overwrite_venues(database, unreserved_entry=entry)
    text, page = await mail_of(outbox_rows, worker, mail_server, kind, order, language)
    said, label, other = {
        "en": ("Your ticket is not active yet.", "Activate your ticket", "Choose your time:"),
        "zh_Hans": ("您的门票尚未激活。", "激活您的门票", "选择时间："),
    }[language]
    for body in (text, page.text):
        assert said in body
        assert label in body
        assert other not in body
    assert [link for link in page.links if "/reserve?ticket=TKT-2026-ABC234-DEG000" in link]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_each_of_ten_inactive_tickets_has_its_link_beside_the_way_to_book(
    worker, outbox_rows, mail_server, language
):
    order = await order_of(outbox_rows, ["INACTIVE"] * 12 + ["ACTIVATED"])
    _, page = await mail_of(outbox_rows, worker, mail_server, "order.confirmed", order, language)
    links = [link.rpartition("ticket=")[2][:22] for link in page.links if "/reserve?ticket=" in link]
    assert links == [f"TKT-2026-ABC234-DEG{n:03}" for n in (12, *range(10))]
    assert {"en": "Activate ticket TKT-2026-ABC234-DEG009", "zh_Hans": "激活门票 TKT-2026-ABC234-DEG009"}[
        language
    ] in page.text


async def test_an_active_ticket_has_nothing_to_activate(worker, outbox_rows, mail_server):
    order = await order_of(outbox_rows, ["ACTIVATED", "RESERVED"])
    text, _ = await mail_of(outbox_rows, worker, mail_server, "order.confirmed", order)
    assert "active" not in text.lower()


async def test_an_unpaid_order_says_pay_first_and_shows_no_code(worker, outbox_rows, mail_server):
    order = await order_of(outbox_rows, ["PENDING_PAYMENT"], status="PENDING_PAYMENT")
    text, page = await mail_of(outbox_rows, worker, mail_server, "order.placed", order)
    assert "Please pay your order first" in text
    assert page.pictures == []


async def test_a_large_order_shows_ten_pictures_names_fifty_and_counts_the_rest(worker, outbox_rows, mail_server):
    order = await order_of(outbox_rows, ["ACTIVATED"] * 60)
    text, page = await mail_of(outbox_rows, worker, mail_server, "order.confirmed", order)
    assert (len(page.pictures), text.count("TKT-2026-")) == (10, 51)  # one more is in the link
    assert "10 more tickets are not named here" in text


async def test_a_cancelled_order_is_said_to_be_cancelled(worker, outbox_rows, mail_server):
    order = await order_of(outbox_rows, ["CANCELLED"], status="CANCELLED")
    text, _ = await mail_of(outbox_rows, worker, mail_server, "order.cancelled", order)
    assert "Your order WEB-1001 is cancelled" in text


REMINDED = {
    "en": ("2 tickets for Museo have no time yet", "haven't chosen a day and time", "not active yet"),
    "zh_Hans": ("您有 2 张 Museo 门票尚未选择时间", "尚未选择参观日期和时间", "激活"),
}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_reminder_names_the_tickets_that_have_no_time_and_the_way_to_book(
    worker, outbox_rows, mail_server, language, database
):
    order = await order_of(outbox_rows, ["ACTIVATED", "INACTIVE", "RESERVED", "CANCELLED"])
    ids = [row["id"] for row in await read_tickets(database, "id", order_id=order)]
    row = await outbox_rows.queue("order.reminder", {"order_id": order, "ticket_ids": ids}, None, language=language)
    mail = await sent(worker, mail_server)
    check_every_mail(mail, language, row)
    subject, *said = REMINDED[language]
    assert mail["Subject"] == subject
    for body in (text := bodies(mail)[0], (page := bodies(mail)[1]).text):
        for words in (*said, "TKT-2026-ABC234-DEG000", "TKT-2026-ABC234-DEG001", "WEB-1001"):
            assert words in body
        assert "DEG002" not in body
        assert "DEG003" not in body
    assert "QR" not in text
    assert page.pictures == []
    assert any("/reserve?ticket=TKT-2026-ABC234-DEG00" in link for link in page.links)


async def test_a_reminder_to_one_of_many_people_names_that_persons_tickets_alone(
    worker, outbox_rows, mail_server, database
):
    order = await order_of(outbox_rows, ["ACTIVATED"] * 3)
    await change_order(database, order, customer_email=None, customer_name=None, reference="import-0f")
    (mine,) = [row["id"] for row in await read_tickets(database, "id", code="TKT-2026-ABC234-DEG001")]
    text, _ = await mail_of(outbox_rows, worker, mail_server, "order.reminder", order, ticket_ids=[mine])
    assert "DEG001" in text
    assert "DEG000" not in text
    assert "DEG002" not in text
    assert "import-0f" not in text, "the name of a file says nothing to its people"


@pytest.mark.parametrize("left", ["RESERVED", "CANCELLED", "VERIFIED"])
async def test_nobody_is_reminded_of_tickets_that_were_booked_or_cancelled_meanwhile(
    worker, outbox_rows, mail_server, left
):
    verified = {"verified_at": NOW} if left == "VERIFIED" else {}
    order = await order_of(outbox_rows, [left], **verified)
    await outbox_rows.queue("order.reminder", {"order_id": order}, None)
    assert await worker.send_due() == 1
    assert await outbox_rows.states() == [("DROPPED", "obsolete: booked")]
    assert mail_server.messages == []


@pytest.mark.parametrize(("kind", "status"), [("order.confirmed", "ACTIVATED"), ("order.cancelled", "CANCELLED")])
async def test_a_mail_about_an_order_is_from_its_venue_and_has_its_logo(
    worker, outbox_rows, mail_server, database, kind, status
):
    stage = await add_row(database, "venues", org_id=outbox_rows.org, name="Teatro", timezone="Europe/Rome")
    await add_row(
        database,
        "venue_logos",
        org_id=outbox_rows.org,
        venue_id=stage["id"],
        hash=b"h",
        width=48,
        height=12,
        image=qr_code.png("LOGO"),
    )
    order = await order_of(outbox_rows, [status], status="CANCELLED" if status == "CANCELLED" else "PAID")
    for venue, name, logos in ((stage["id"], "Teatro", 1), (outbox_rows.venue, "Museo", 0)):
        await change_products(database, venue_id=venue)
        mail_server.messages.clear()
        await outbox_rows.queue(kind, {"order_id": order}, None)
        mail = await sent(worker, mail_server)
        assert mail["From"].addresses[0].display_name == name
        assert [part.get_filename() for part in mail.walk()].count("logo.png") == logos
