"""E-mails about orders: what the customer of a shop gets, and what to do next."""

from __future__ import annotations

import pytest

from tests.support.rows import add_row
from tests.support.sent_mail import LANGUAGES, bodies, sent


async def order_of(outbox_rows, tickets: list[str], *, status: str = "PAID") -> int:
    """Add an order with tickets of these statuses."""
    database, org = outbox_rows.database, outbox_rows.org
    order = await add_row(
        database, "orders", org_id=org, reference="WEB-1001", status=status, customer_name="Ada", customer_email="ada@example.com"
    )  # fmt: skip
    product = await add_row(database, "products", org_id=org, name="Day ticket", name_zh="日票")
    for n, one in enumerate(tickets):
        await add_row(
            database, "tickets", org_id=org, code=f"TKT-2026-ABC234-DEG{n:03}", order_id=order["id"], product_id=product["id"], status=one
        )  # fmt: skip
    return int(order["id"])


async def mail_of(outbox_rows, worker, mail_server, kind: str, order_id: int, language: str = "en"):
    await outbox_rows.queue(kind, {"order_id": order_id}, None, language=language)
    return bodies(await sent(worker, mail_server))


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_tickets_come_with_their_codes_and_the_way_to_book(worker, outbox_rows, mail_server, language):
    order = await order_of(outbox_rows, ["ACTIVATED", "INACTIVE", "CANCELLED"])
    text, page = await mail_of(outbox_rows, worker, mail_server, "order.confirmed", order, language)
    steps = {"en": ("Choose the day and time", "Activate a ticket"), "zh_Hans": ("选择参观", "激活")}[language]
    for body in (text, page.text):
        for said in ("TKT-2026-ABC234-DEG000", "TKT-2026-ABC234-DEG001", "WEB-1001", *steps):
            assert said in body
        assert "DEG002" not in body
        assert {"en": "Day ticket", "zh_Hans": "日票"}[language] in body
    assert len(page.pictures) == 2
    assert any("/reserve?ticket=TKT-2026-ABC234-DEG000" in link for link in page.links)


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
