"""Unsent messages over HTTP: managers list them with the error, send them again, or discard them."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from hub.actions.shows.booking_views import booking_of_token
from hub.confirmation.development_mailbox import list_development_mail, read_development_mail
from tests.support.api_client import Api
from tests.support.mail_outbox import add_outbox_row, change_outbox_row, read_outbox_row
from tests.support.rows import count_rows
from tests.support.shows import add_booking, add_stage, read_booking_row
from tests.support.still_outbox import bring_nothing_back
from tests.support.world import World

LIST = "/api/admin/mail"
NEVER = timedelta(days=400)


@pytest.fixture(autouse=True)
def never_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    bring_nothing_back(monkeypatch)


async def queue(world: World, kind: str = "reservation.confirmed", **columns: Any) -> int:
    """Add a row that no job sends by itself: it is due in the far future."""
    now = world.hub.clock.now()
    row = {
        "org_id": world.org_id,
        "kind": kind,
        "recipient": "john@example.com",
        "next_attempt_at": now + NEVER,
        "created_at": now - timedelta(hours=2),
        **columns,
    }
    return await add_outbox_row(world.hub.database, **row)


async def dead(world: World, **columns: Any) -> int:
    how = {"status": "DEAD", "attempts": 8, "last_error": "recipient refused: 550 5.1.1", **columns}
    return await queue(world, **how)


async def row_of(world: World, number: int) -> Any:
    return await read_outbox_row(world.hub.database, id=number)


async def arrived(world: World, recipient: str) -> EmailMessage:
    folder = world.hub.settings.data_dir
    for _ in range(400):
        for item in list_development_mail(folder):
            mail = read_development_mail(folder, item.name)
            if recipient in item.recipient and isinstance(mail, EmailMessage):
                return mail
        await asyncio.sleep(0.02)
    raise AssertionError(f"no mail for {recipient}")


async def test_what_is_given_up_or_overdue_is_stuck_and_nothing_else_is(api: Api, world: World) -> None:
    now = world.hub.clock.now()
    given_up = await dead(world)
    failing = await queue(world, attempts=3, last_error="no connection: ConnectionRefusedError")
    await queue(world)  # waits for its time, never tried
    await queue(world, attempts=1, last_error="recipient refused: 450", created_at=now - timedelta(minutes=4))
    await queue(world, status="SENT", sent_at=now)
    await queue(world, status="DROPPED", last_error="too late")
    data = (await api.get(LIST, token=await world.staff("MANAGER"))).data
    assert [(mail["id"], mail["status"], mail["overdue"]) for mail in data["mails"]] == [
        (failing, "PENDING", True),
        (given_up, "DEAD", False),
    ]
    assert data["next"] is None
    figures = data["figures"]
    assert (figures["dead"], figures["overdue"], figures["waiting"]) == (1, 1, 3)
    assert figures["last_sent_at"] is not None


@pytest.mark.parametrize(("status", "count"), [("dead", 1), ("pending", 2), ("sent", 1), ("dropped", 1)])
async def test_each_standing_can_be_listed(api: Api, world: World, status: str, count: int) -> None:
    now = world.hub.clock.now()
    await dead(world)
    await queue(world)
    await queue(world, attempts=2, last_error="message refused: 451")
    await queue(world, status="SENT", sent_at=now)
    await queue(world, status="DROPPED", last_error="obsolete: cancelled")
    data = (await api.get(f"{LIST}?status={status}", token=await world.staff("ADMIN"))).data
    assert {mail["status"].lower() for mail in data["mails"]} == {status}
    assert len(data["mails"]) == count
    assert sum(mail["overdue"] for mail in data["mails"]) == (1 if status == "pending" else 0)


async def test_the_list_says_what_is_wrong_in_words_and_never_to_whom_or_what(api: Api, world: World) -> None:
    payload = json.dumps({"manage_token": "sesame-token", "code": "042137"})
    await dead(world, payload=payload)
    await dead(world, channel="sms", kind="contact.code", recipient="+12025551234", payload=payload)
    answer = await api.get(LIST, token=await world.staff("MANAGER"))
    text, mail = answer.data["mails"]
    assert (mail["recipient"], text["recipient"]) == ("j***@example.com", "***34")
    assert mail["trouble"].startswith("The address does not exist.")
    assert "550 5.1.1" in mail["trouble"]
    for secret in (b"john@", b"sesame-token", b"042137", b"2025551234"):
        assert secret not in answer.body


async def test_a_long_list_comes_in_pages_without_gap_or_repeat(api: Api, world: World) -> None:
    numbers = [await dead(world) for _ in range(60)]
    numbers += [await queue(world, attempts=1, last_error="message refused: 451") for _ in range(65)]
    token = await world.staff("MANAGER")
    seen: list[int] = []
    before = ""
    for _ in range(3):
        data = (await api.get(f"{LIST}?status=stuck{before}", token=token)).data
        seen += [mail["id"] for mail in data["mails"]]
        before = f"&before={data['next']}"
    assert seen == sorted(numbers, reverse=True)
    assert data["next"] is None


async def test_what_was_given_up_is_sent_again_with_a_link_that_opens_the_party(api: Api, world: World) -> None:
    ticket = await world.reserved(await world.slot(world.hub.clock.now().date() + timedelta(days=3)))
    await arrived(world, "john@example.com")
    number = await dead(
        world, kind="reservation.moved", reservation_id=ticket.reservation_id, recipient="again@example.com"
    )
    answer = await api.post(f"{LIST}/{number}/retry", token=await world.staff("MANAGER"))
    assert (answer.status, answer.data["status"], answer.data["attempts"]) == (200, "PENDING", 0)
    text = (await arrived(world, "again@example.com")).get_body(("plain",))
    assert isinstance(text, EmailMessage)
    (link,) = [line for line in text.get_content().splitlines() if "/r/" in line]
    opened = await api.get(f"/api/reservations/by-token?token={link.rpartition('/')[2]}")
    assert opened.data["reservation_id"] == ticket.reservation_id
    for _ in range(100):
        row = await row_of(world, number)
        if row["status"] == "SENT":
            break
        await asyncio.sleep(0.02)
    assert (row["status"], row["payload"]) == ("SENT", "{}")


async def test_what_waits_is_sent_at_once_and_keeps_its_own_link(api: Api, world: World) -> None:
    number = await queue(world, attempts=5, last_error="message refused: 451", payload='{"manage_token": "mine"}')
    # The hub's jobs do not send this row, so that the result of the retry can be read.
    await change_outbox_row(world.hub.database, number, kind="reservation.moved")
    before = await count_rows(world.hub.database, "manage_links")
    await api.post(f"{LIST}/{number}/retry", token=await world.staff("MANAGER"))
    assert await count_rows(world.hub.database, "manage_links") == before


async def test_a_request_for_seats_that_was_given_up_goes_out_with_a_new_link_that_confirms(
    api: Api, world: World
) -> None:
    stage = await add_stage(world)
    booking = await add_booking(world, stage.performance_id, 3, "PENDING", email="again@example.com")
    columns = {"recipient": "again@example.com", "payload": json.dumps({"booking_id": booking.id})}
    number = await dead(world, kind="booking.requested", **columns)
    answer = await api.post(f"{LIST}/{number}/retry", token=await world.staff("MANAGER"))
    assert answer.data["status"] == "PENDING"
    text = (await arrived(world, "again@example.com")).get_body(("plain",))
    assert isinstance(text, EmailMessage)
    (link,) = [line for line in text.get_content().splitlines() if "/b/" in line]
    old = await api.post("/api/bookings/confirm", {"token": booking.confirm_token})
    assert (old.status, old.code) == (404, "CONFIRMATION_NOT_FOUND"), "a booking has one link that confirms it"
    confirmed = await api.post("/api/bookings/confirm", {"token": link.rpartition("/")[2]})
    assert (confirmed.status, confirmed.data["booking_id"]) == (200, booking.id)


async def test_a_confirmed_booking_keeps_its_link_when_an_old_request_is_sent_again(api: Api, world: World) -> None:
    stage = await add_stage(world)
    booking = await add_booking(world, stage.performance_id, 3)
    number = await dead(world, kind="booking.requested", payload=json.dumps({"booking_id": booking.id}))
    before = (await read_booking_row(world.hub.database, "confirm_hash", id=booking.id))["confirm_hash"]
    await api.post(f"{LIST}/{number}/retry", token=await world.staff("MANAGER"))
    assert (await read_booking_row(world.hub.database, "confirm_hash", id=booking.id))["confirm_hash"] == before
    for _ in range(100):
        row = await row_of(world, number)
        if row["status"] == "DROPPED":
            break
        await asyncio.sleep(0.02)
    assert (row["status"], row["last_error"]) == ("DROPPED", "obsolete: confirmed")


async def test_the_confirmation_of_a_booking_goes_out_again_with_a_link_to_its_page(api: Api, world: World) -> None:
    stage = await add_stage(world)
    booking = await add_booking(world, stage.performance_id, 3)
    columns = {"recipient": "again@example.com", "reservation_id": booking.reservation_id, "payload": "{}"}
    number = await dead(world, kind="booking.confirmed", **columns)
    await api.post(f"{LIST}/{number}/retry", token=await world.staff("MANAGER"))
    text = (await arrived(world, "again@example.com")).get_body(("plain",))
    assert isinstance(text, EmailMessage)
    link = next(line for line in text.get_content().splitlines() if "/b/" in line)
    assert (await booking_of_token(world.hub.services, link.rpartition("/")[2])).booking_id == booking.id


async def test_discarding_drops_a_message_and_forgets_what_it_held(api: Api, world: World) -> None:
    number = await queue(world, attempts=2, last_error="message refused: 451", payload='{"manage_token": "mine"}')
    token = await world.staff("MANAGER")
    answer = await api.post(f"{LIST}/{number}/discard", token=token)
    assert (answer.data["status"], answer.data["trouble"]) == ("DROPPED", "Discarded by staff.")
    assert (await row_of(world, number))["payload"] == "{}"
    for action in ("discard", "retry"):
        again = await api.post(f"{LIST}/{number}/{action}", token=token)
        assert (again.status, again.code) == (409, "MAIL_SETTLED")


async def test_what_a_hub_is_sending_now_is_left_alone(api: Api, world: World) -> None:
    now = world.hub.clock.now()
    number = await queue(world, attempts=1, leased_until=now + timedelta(seconds=50))
    token = await world.staff("MANAGER")
    for action in ("discard", "retry"):
        answer = await api.post(f"{LIST}/{number}/{action}", token=token)
        assert (answer.status, answer.code) == (409, "MAIL_ON_ITS_WAY")
    assert (await row_of(world, number))["status"] == "PENDING"


async def test_what_would_be_no_use_any_more_cannot_be_sent_again(api: Api, world: World) -> None:
    now = world.hub.clock.now()
    late = await dead(world, kind="reservation.reminder", not_after=now - timedelta(seconds=1))
    keyless = await dead(world, kind="contact.code", not_after=now + timedelta(hours=1))
    token = await world.staff("MANAGER")
    for number in (late, keyless):
        answer = await api.post(f"{LIST}/{number}/retry", token=token)
        assert (answer.status, answer.code) == (409, "MAIL_NOT_RETRYABLE")
    assert not any(mail["can_retry"] for mail in (await api.get(LIST, token=token)).data["mails"])


async def test_only_managers_see_mail_and_only_that_of_their_organisation(api: Api, world: World) -> None:
    number = await dead(world)
    elsewhere = await (await World(world.hub).found()).staff("ADMIN")
    operator = await world.staff("OPERATOR")
    for token, statuses in ((None, (401, 401)), (operator, (403, 403)), (elsewhere, (200, 404))):
        assert (await api.get(LIST, token=token)).status == statuses[0]
        for action in ("retry", "discard"):
            assert (await api.post(f"{LIST}/{number}/{action}", token=token)).status == statuses[1]
    assert (await api.get(LIST, token=elsewhere)).data["mails"] == []
    assert (await row_of(world, number))["status"] == "DEAD"


@pytest.mark.parametrize("query", ["status=", "status=all", "before=0", "before=x", "before=-1"])
async def test_a_list_that_does_not_exist_is_refused(api: Api, world: World, query: str) -> None:
    answer = await api.get(f"{LIST}?{query}", token=await world.staff("MANAGER"))
    assert (answer.status, answer.code) == (400, "INVALID_REQUEST")


async def test_trouble_is_named_in_the_readers_language(api: Api, world: World) -> None:
    await dead(world)
    token = await world.staff("MANAGER")
    english, chinese = [
        (await api.get(LIST, token=token, headers={"Accept-Language": language})).data["mails"][0]["trouble"]
        for language in ("en", "zh-CN")
    ]
    assert english != chinese
