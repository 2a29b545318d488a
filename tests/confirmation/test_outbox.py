"""The outbox round against a real Postgres and a real SMTP server that is there, away, refusing or wavering."""

import asyncio
import json
from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from db import statements
from hub.clock import Clock
from hub.rounds import outbox
from hub.rounds.outbox import OutboxRound

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def events(monkeypatch):
    told = []
    monkeypatch.setattr(outbox.logs, "event", lambda name, **fields: told.append((name, fields)))
    return told


@pytest.fixture
def house(database, tmp_path, mail_server):
    clock = Clock()
    clock.set(NOW)
    settings = SimpleNamespace(smtp_url=mail_server.url, data_dir=tmp_path, public_url="https://hub.example.org")
    return SimpleNamespace(database=database, clock=clock, settings=settings)


@pytest.fixture
def sender(house, events):
    return OutboxRound(house, jitter=lambda: 0.5)


async def reserve(database, count=1, status="RESERVED"):
    """Rows as a booking leaves them; gives the ids of the reservations."""
    async with database.transaction() as connection:
        org = await connection.fetchval("INSERT INTO organisations (name) VALUES ('Org') RETURNING id")
        venue = await connection.fetchval(
            "INSERT INTO venues (org_id, name, timezone) VALUES ($1, 'Museo', 'Europe/Rome') RETURNING id", org
        )
        product = await connection.fetchval(
            "INSERT INTO products (org_id, name) VALUES ($1, 'Visit') RETURNING id", org
        )
        order = await connection.fetchval("INSERT INTO orders (org_id) VALUES ($1) RETURNING id", org)
        slot = await connection.fetchval(
            "INSERT INTO reservation_slots (org_id, venue_id, date, start_time, end_time, starts_at, ends_at) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            org, venue, date(2026, 11, 21), time(12), time(14), NOW + timedelta(hours=26), NOW + timedelta(hours=28),
        )  # fmt: skip
        reservations = []
        for number in range(count):
            ticket = await connection.fetchval(
                "INSERT INTO tickets (org_id, code, order_id, product_id, status, customer_name) "
                "VALUES ($1, $2, $3, $4, 'RESERVED', 'John') RETURNING id",
                org, f"TKT-2026-ABC234-DEF{number:03}", order, product,
            )  # fmt: skip
            reservation = await connection.fetchval(
                "INSERT INTO ticket_reservations (org_id, ticket_id, slot_id, venue_id, status, customer_email, "
                "customer_phone, manage_token_hash, reserved_at) "
                "VALUES ($1, $2, $3, $4, $5, 'j@example.org', '+12025551234', ''::bytea, $6) RETURNING id",
                org, ticket, slot, venue, status, NOW,
            )  # fmt: skip
            await connection.execute(
                "INSERT INTO mail_outbox (org_id, kind, reservation_id, recipient, payload, next_attempt_at) "
                "VALUES ($1, 'reservation.confirmed', $2, 'j@example.org', $3, $4)",
                org, reservation, json.dumps({"manage_token": f"secret-{number}"}), NOW,
            )  # fmt: skip
            reservations.append(reservation)
    return reservations


async def rows(database):
    return await database.fetch("SELECT * FROM mail_outbox ORDER BY id")


async def test_a_due_mail_is_sent_once_and_its_token_forgotten(house, sender, mail_server, events):
    (reservation,) = await reserve(house.database)
    assert await sender.send_due() == 1
    assert await sender.send_due() == 0
    (mail,) = mail_server.messages
    assert mail["To"] == "j@example.org"
    assert "https://hub.example.org/r/secret-0" in mail.get_body(("plain",)).get_content()
    assert "TKT-2026-ABC234-DEF000" in mail.get_body(("html",)).get_content()
    (row,) = await rows(house.database)
    assert (row["status"], row["payload"], row["attempts"], row["lease_id"]) == ("SENT", "{}", 1, None)
    assert row["sent_at"] is not None
    assert events == [("email.confirmation.sent", {"reservation_id": reservation, "attempt": 1})]


async def test_a_mail_server_that_is_away_costs_no_mail_a_try(house, sender, mail_server, events):
    await reserve(house.database, 3)
    await mail_server.stop()
    for _ in range(12):
        await sender.send_due()
        house.clock.advance(80)
    assert {(row["status"], row["attempts"]) for row in await rows(house.database)} == {("PENDING", 0)}
    assert all(row["last_error"].startswith("no connection") for row in await rows(house.database))
    assert len(events) == 12
    await mail_server.start()
    assert await sender.send_due() == 3
    assert len(mail_server.messages) == 3
    assert not any("example.org" in str(event) for event in events)


async def test_a_refusal_for_now_is_tried_again_ever_later_and_given_up_after_eight_tries(
    house, sender, mail_server, events
):
    await reserve(house.database)
    mail_server.data_answer = "451 try later"
    waits = []
    for _ in range(8):
        assert await sender.send_due() == 1
        (row,) = await rows(house.database)
        waits.append(round((row["next_attempt_at"] - house.clock.now()).total_seconds()))
        house.clock.advance(3 * 3600)
    assert waits[:7] == [2, 8, 32, 128, 512, 2048, 7200]
    assert (row["status"], row["attempts"], row["payload"], row["last_error"]) == (
        "DEAD",
        8,
        "{}",
        "SMTPDataError: 451",
    )
    assert await sender.send_due() == 0
    assert [fields.get("dead", False) for _, fields in events] == [False] * 7 + [True]


async def test_a_mail_refused_for_now_goes_out_once_the_server_takes_it(house, sender, mail_server):
    await reserve(house.database)
    mail_server.rcpt_answer = "450 busy"
    await sender.send_due()
    mail_server.rcpt_answer = None
    assert await sender.send_due() == 0
    house.clock.advance(3)
    assert await sender.send_due() == 1
    assert len(mail_server.messages) == 1


async def test_a_final_refusal_is_not_tried_again_and_holds_up_nobody(house, sender, mail_server, events):
    await reserve(house.database)
    mail_server.rcpt_answer = "550 no such user"
    assert await sender.send_due() == 1
    mail_server.rcpt_answer = None
    house.clock.advance(86400)
    assert await sender.send_due() == 0
    (row,) = await rows(house.database)
    assert (row["status"], row["last_error"]) == ("DEAD", "recipient refused: 550")
    assert events[0][0] == "email.confirmation.failed"


async def test_no_confirmation_goes_out_for_a_reservation_cancelled_meanwhile(house, sender, mail_server):
    await reserve(house.database, status="CANCELLED")
    await sender.send_due()
    assert mail_server.messages == []
    assert (await rows(house.database))[0]["status"] == "DEAD"


async def test_a_row_that_cannot_be_put_into_words_holds_up_nobody(house, sender, mail_server):
    await reserve(house.database)
    await house.database.execute("UPDATE venues SET timezone = 'Nowhere/Land'")
    await reserve(house.database)
    assert await sender.send_due() == 2
    assert len(mail_server.messages) == 1
    assert [row["status"] for row in await rows(house.database)] == ["PENDING", "SENT"]


async def test_two_processes_share_the_work_and_send_nothing_twice(house, sender, mail_server):
    await reserve(house.database, 120)
    other = OutboxRound(house)
    while sum(await asyncio.gather(sender.send_due(), other.send_due())):
        pass
    identities = [mail["Message-ID"] for mail in mail_server.messages]
    assert len(identities) == len(set(identities)) == 120


async def test_the_mails_of_a_process_that_died_come_back_after_the_lease_under_the_same_name(
    house, sender, mail_server
):
    await reserve(house.database)
    claim = statements.load("outbox").claim
    died = await house.database.fetch(claim, NOW, NOW + timedelta(seconds=60), 50, uuid4())
    assert len(died) == 1
    assert await sender.send_due() == 0
    house.clock.advance(61)
    assert await sender.send_due() == 1
    # The dead process had sent it and could not write that down: its mail bore the same Message-ID.
    assert mail_server.messages[0]["Message-ID"] == sender._envelope(died[0]).message_id


async def test_whoever_lost_the_lease_changes_nothing(house, sender):
    await reserve(house.database)
    sql = statements.load("outbox")
    (late,) = await house.database.fetch(sql.claim, NOW, NOW + timedelta(seconds=60), 50, uuid4())
    await house.database.fetch(sql.claim, NOW + timedelta(seconds=61), NOW + timedelta(seconds=121), 50, uuid4())
    await house.database.execute(sql.mark_dead, late["org_id"], late["id"], uuid4(), "late")
    assert (await rows(house.database))[0]["status"] == "PENDING"


async def test_the_loop_sends_at_once_when_woken_and_gives_the_rest_back_when_stopped(house, sender, mail_server):
    running = asyncio.create_task(sender.run())
    await asyncio.sleep(0.05)
    await reserve(house.database, 40)
    sender.wake()
    while not mail_server.messages:
        await asyncio.sleep(0.001)
    sender.stop()
    await asyncio.wait_for(running, 5)
    sent = len(mail_server.messages)
    states = [(row["status"], row["lease_id"], row["attempts"]) for row in await rows(house.database)]
    assert states.count(("SENT", None, 1)) == sent
    assert states.count(("PENDING", None, 0)) == 40 - sent
