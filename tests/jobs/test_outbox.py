"""The outbox job against real Postgres and a real SMTP server that works, is down, refuses or defers."""

import asyncio
from datetime import timedelta
from types import SimpleNamespace

import orjson
import pytest

from hub.events.announcements import MessagesWritten
from hub.events.codec import encode
from hub.jobs.outbox import LEASE, MOST_TRIES, OutboxJob, OutboxWorker
from tests.support.mail_outbox import NOW, STARTS, change_outbox
from tests.support.venues import overwrite_venues

LATER = NOW + timedelta(minutes=5)


async def test_a_due_mail_is_sent_once_and_its_token_forgotten(worker, outbox_rows, mail_server, events):
    (reservation,) = await outbox_rows.confirmations()
    assert await worker.send_due() == 1
    assert await worker.send_due() == 0
    (mail,) = mail_server.messages
    assert mail["To"] == "j@example.org"
    assert "https://hub.example.org/r/secret-0" in mail.get_body(("plain",)).get_content()
    (row,) = await outbox_rows.rows()
    assert (row["status"], row["payload"], row["attempts"], row["lease_id"]) == ("SENT", "{}", 1, None)
    assert row["sent_at"] is not None
    received = {"kind": "reservation.confirmed", "channel": "mail", "reservation_id": reservation, "attempt": 1}
    assert events == [("email.confirmation.sent", received)]


async def test_a_mail_server_that_is_away_costs_no_mail_a_try(worker, outbox_rows, services, mail_server, events):
    await outbox_rows.confirmations(3)
    await mail_server.stop()
    for _ in range(12):
        await worker.send_due()
        services.clock.advance(80)
    rows = await outbox_rows.rows()
    assert {(row["status"], row["attempts"]) for row in rows} == {("PENDING", 0)}
    assert all(row["last_error"].startswith("no connection") for row in rows)
    assert len(events) == 12
    await mail_server.start()
    assert await worker.send_due() == 3
    assert len(mail_server.messages) == 3
    assert not any("example.org" in str(event) for event in events)


async def test_what_a_hub_without_a_mail_server_has_written_is_sent_once_it_has_one(
    worker, outbox_rows, services, mail_server, events
):
    await outbox_rows.confirmations(3)
    services.settings.smtp_url, services.settings.keeps_mail_back, url = None, True, services.settings.smtp_url
    without = OutboxWorker(services)
    for _ in range(12):
        assert await without.send_due() == 0
        services.clock.advance(80)
    rows = await outbox_rows.rows()
    assert {(row["status"], row["attempts"], row["last_error"]) for row in rows} == {
        ("PENDING", 0, "not set: HUB_SMTP_URL")
    }
    services.settings.smtp_url, services.settings.keeps_mail_back = url, False
    assert await OutboxWorker(services).send_due() == 3
    assert len(mail_server.messages) == 3


async def test_a_refusal_for_now_is_tried_again_ever_later_and_given_up_after_eight_tries(
    worker, outbox_rows, services, mail_server, events
):
    await outbox_rows.confirmations()
    mail_server.data_answer = "451 try later"
    waits = []
    for _ in range(8):
        assert await worker.send_due() == 1
        (row,) = await outbox_rows.rows()
        waits.append(round((row["next_attempt_at"] - services.clock.now()).total_seconds()))
        services.clock.advance(3 * 3600)
    assert waits[:7] == [2, 8, 32, 128, 512, 2048, 7200]
    assert (row["status"], row["attempts"], row["last_error"]) == ("DEAD", 8, "message refused: 451")
    assert await worker.send_due() == 0
    assert [fields.get("dead", False) for _, fields in events] == [False] * 7 + [True]


async def test_many_mails_refused_in_one_moment_do_not_all_come_back_in_one_moment(
    services, events, outbox_rows, mail_server
):
    await outbox_rows.confirmations(30)
    mail_server.rcpt_answer = "450 busy"
    services.clock = SimpleNamespace(now=lambda: NOW)
    assert await OutboxWorker(services).send_due() == 30
    waits = [(row["next_attempt_at"] - NOW).total_seconds() for row in await outbox_rows.rows()]
    assert all(1.6 <= wait <= 2.4 for wait in waits)
    assert len(set(waits)) == 30


async def test_a_greylisting_server_gets_every_mail_at_the_second_try(worker, outbox_rows, services, mail_server):
    await outbox_rows.confirmations(5, to="guest{}@example.org")
    mail_server.greylist = set()
    assert await worker.send_due() == 5
    assert mail_server.messages == []
    assert await outbox_rows.states() == [("PENDING", "recipient refused: 450 4.7.1")] * 5
    assert await worker.send_due() == 0
    services.clock.advance(3)
    assert await worker.send_due() == 5
    assert sorted(mail["To"] for mail in mail_server.messages) == [f"guest{n}@example.org" for n in range(5)]


async def test_an_address_that_bounces_is_dead_at_once_and_holds_up_nobody(
    worker, outbox_rows, services, mail_server, events
):
    await outbox_rows.confirmations(3, to="guest{}@example.org")
    mail_server.answers["guest1@example.org"] = "550 5.1.1 no such user"
    assert await worker.send_due() == 3
    assert [mail["To"] for mail in mail_server.messages] == ["guest0@example.org", "guest2@example.org"]
    assert (await outbox_rows.states())[1] == ("DEAD", "recipient refused: 550 5.1.1")
    mail_server.answers.clear()
    services.clock.advance(86400)
    assert await worker.send_due() == 0
    assert ("email.confirmation.failed", True) in [(name, fields.get("dead")) for name, fields in events]


async def test_what_is_given_up_keeps_what_it_was_about_but_no_key_to_it(worker, outbox_rows, database, mail_server):
    ids = await outbox_rows.party(2)
    await outbox_rows.queue("reservation.moved", {"manage_token": "secret", "reservation_ids": ids}, ids[0])
    await outbox_rows.queue("contact.code", {"code": "042137", "minutes": 5})
    mail_server.rcpt_answer = "550 no"
    assert await worker.send_due() == 2
    payloads = [row["payload"] for row in await outbox_rows.rows()]
    assert payloads == [f'{{"reservation_ids": [{ids[0]}, {ids[1]}]}}', '{"minutes": 5}']


async def test_a_message_that_breaks_the_connection_holds_up_nobody_and_is_given_up_in_the_end(
    worker, outbox_rows, services, mail_server
):
    await outbox_rows.confirmations(1, to="poison@example.org")
    mail_server.hangs_up_on = ("poison@example.org",)
    for number in range(12):
        await outbox_rows.confirmations(1, to=f"good{number}@example.org")
        await worker.send_due()
        services.clock.advance(3 * 3600)
    assert len(mail_server.messages) == 12
    poison, *good = await outbox_rows.rows()
    assert {row["status"] for row in good} == {"SENT"}
    assert (poison["status"], poison["attempts"]) == ("DEAD", 8)
    assert poison["last_error"].startswith("line broke: ")


async def test_a_server_that_breaks_every_connection_costs_one_mail_one_try(worker, outbox_rows, services, mail_server):
    await outbox_rows.confirmations(3, to="guest{}@example.org")
    mail_server.hangs_up_on = tuple(f"guest{n}@example.org" for n in range(3))
    for _ in range(10):
        await worker.send_due()
        services.clock.advance(3600)
    rows = await outbox_rows.rows()
    assert {row["status"] for row in rows} == {"PENDING"}
    assert sum(row["attempts"] for row in rows) == 1
    mail_server.hangs_up_on = ()
    while await worker.send_due():
        services.clock.advance(10)
    assert len(mail_server.messages) == 3


@pytest.mark.parametrize(
    ("kind", "payload"),
    [("reservation.confirmed", {}), ("reservation.moved", {}), ("reservation.reminder", {"hours": 24})],
)
async def test_what_was_cancelled_meanwhile_is_dropped_and_says_so(
    worker, outbox_rows, mail_server, events, kind, payload
):
    ids = await outbox_rows.party(status="CANCELLED")
    await outbox_rows.queue(kind, {"manage_token": "secret", **payload}, ids[0])
    assert await worker.send_due() == 1
    assert mail_server.messages == []
    (row,) = await outbox_rows.rows()
    assert (row["status"], row["last_error"], row["payload"]) == ("DROPPED", "obsolete: cancelled", "{}")
    assert events == [
        ("mail.dropped", {"kind": kind, "reservation_id": ids[0], "reason": "obsolete: cancelled"}),
    ]


async def test_a_reminder_is_dropped_where_the_visit_has_been_moved_away_or_is_over(worker, outbox_rows, database):
    far = await outbox_rows.slot(STARTS + timedelta(days=3), day=NOW.date() + timedelta(days=4))
    moved = await outbox_rows.party(slot=far, token="a")
    inside = await outbox_rows.party(status="VERIFIED", token="b")
    for ids in (moved, inside):
        await outbox_rows.queue("reservation.reminder", {"manage_token": "secret", "hours": 26}, ids[0])
    await outbox_rows.queue("reservation.reminder", {"hours": 24}, 2**40)
    assert await worker.send_due() == 3
    assert await outbox_rows.states() == [
        ("DROPPED", "obsolete: moved"),
        ("DROPPED", "obsolete: used"),
        ("DROPPED", "obsolete: gone"),
    ]


async def test_what_comes_too_late_is_dropped_and_says_so(urgent, outbox_rows, services, mail_server):
    await outbox_rows.queue("contact.code", {"code": "042137", "minutes": 5}, not_after=LATER)
    mail_server.data_answer = "451 try later"
    assert await urgent.send_due() == 1
    services.clock.set(LATER - timedelta(seconds=1))
    assert await urgent.send_due() == 1
    mail_server.data_answer = None
    services.clock.set(LATER + timedelta(minutes=1))
    assert await urgent.send_due() == 1
    assert mail_server.messages == []
    (row,) = await outbox_rows.rows()
    assert (row["status"], row["last_error"], row["payload"]) == ("DROPPED", "too late", "{}")


def announce_rush(services):
    """As two other processes do, of which neither alone has a rush."""
    for process in ("a", "b"):
        services.announcer.receive(orjson.dumps([process, encode(MessagesWritten(process, 150))]))


async def test_what_is_urgent_goes_out_in_the_middle_of_a_rush(services, outbox_rows, mail_server, events):
    await outbox_rows.confirmations(20)
    until = NOW + timedelta(minutes=5)
    outbox = OutboxJob(services)
    running = asyncio.create_task(outbox.run())
    async with asyncio.timeout(20):
        while not mail_server.messages:
            announce_rush(services)
            await asyncio.sleep(0.01)
        await outbox_rows.queue(
            "contact.code", {"code": "042137", "minutes": 5}, to="code@example.org", not_after=until
        )
        while "code@example.org" not in [mail["To"] for mail in mail_server.messages]:
            announce_rush(services)
            await asyncio.sleep(0.01)
    outbox.stop()
    await asyncio.wait_for(running, 5)
    assert len(mail_server.messages) < 10  # at half a second each, most of the first group is still unsent


async def test_a_row_that_cannot_be_made_into_a_mail_holds_up_nobody(worker, outbox_rows, database, mail_server):
    await outbox_rows.confirmations()
    await overwrite_venues(database, timezone="Nowhere/Land")
    await outbox_rows.open()
    await outbox_rows.confirmations()
    assert await worker.send_due() == 2
    assert len(mail_server.messages) == 1
    assert [row["status"] for row in await outbox_rows.rows()] == ["PENDING", "SENT"]


async def test_the_loop_sends_at_once_when_woken_and_gives_the_rest_back_when_stopped(worker, outbox_rows, mail_server):
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.05)
    await outbox_rows.confirmations(40)
    worker.wake()
    while not mail_server.messages:
        await asyncio.sleep(0.001)
    worker.stop()
    await asyncio.wait_for(running, 5)
    sent = len(mail_server.messages)
    states = [(row["status"], row["lease_id"], row["attempts"]) for row in await outbox_rows.rows()]
    assert states.count(("SENT", None, 1)) == sent
    assert states.count(("PENDING", None, 0)) == 40 - sent


AHEAD = timedelta(hours=2)


async def test_mails_written_while_the_clock_was_ahead_are_sent_when_it_is_right_again(
    worker, outbox_rows, services, mail_server, events
):
    await outbox_rows.confirmations(3)
    await change_outbox(services.database, next_attempt_at=NOW + AHEAD)
    assert await worker.send_due() == 0
    assert await worker.bring_back() == 3
    assert events == [("mail.brought_back", {"level": "WARNING", "messages": 3})]
    assert await worker.send_due() == 3
    assert len(mail_server.messages) == 3


async def test_processes_with_different_clocks_use_up_no_tries(worker, outbox_rows, services, mail_server):
    """Each finds the waits of the other over, so that the eight tries of days would be made in a minute."""
    await outbox_rows.confirmations()
    mail_server.data_answer = "451 try later"
    for _ in range(MOST_TRIES):
        for ahead in (AHEAD, timedelta()):
            services.clock.set(NOW + ahead)
            await worker.bring_back()
            await worker.send_due()
    assert [row["status"] for row in await outbox_rows.rows()] == ["PENDING"]


async def test_a_lease_taken_while_the_clock_was_ahead_ends_as_soon_as_any(worker, outbox_rows, services, mail_server):
    await outbox_rows.confirmations()
    await change_outbox(services.database, leased_until=NOW + AHEAD, attempts=1)
    assert await worker.bring_back() == 1
    assert await worker.send_due() == 0
    services.clock.advance(2 * LEASE.total_seconds() + 1)
    assert await worker.send_due() == 1


async def test_a_wait_that_a_message_may_have_is_left_to_it(worker, outbox_rows, services, mail_server):
    await outbox_rows.confirmations()
    mail_server.data_answer = "451 try later"
    for _ in range(7):
        await worker.send_due()
        assert await worker.bring_back() == 0
        (row,) = await outbox_rows.rows()
        services.clock.set(row["next_attempt_at"])
    services.clock.set(row["next_attempt_at"] - timedelta(hours=2))
    assert await worker.bring_back() == 0
    services.clock.set(row["next_attempt_at"] - timedelta(hours=3))
    assert await worker.bring_back() == 1


async def test_the_job_looks_for_what_a_wrong_clock_wrote_by_itself(services, outbox_rows, mail_server, events):
    await outbox_rows.confirmations(2)
    await change_outbox(services.database, next_attempt_at=NOW + AHEAD)
    job = OutboxJob(services)
    running = asyncio.ensure_future(job.run())
    async with asyncio.timeout(15):
        while len(mail_server.messages) < 2:
            await asyncio.sleep(0.01)
    job.stop()
    await running
