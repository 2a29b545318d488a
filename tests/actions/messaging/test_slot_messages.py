"""A message to everybody of a slot: once to each address, whatever is pressed twice or interrupted, with its progress."""

from __future__ import annotations

import asyncio
import json
from uuid import uuid4

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.actions.messaging import slot_messages
from hub.actions.messaging.slot_messages import finish_messages, message_slot, read_message, read_reach
from hub.rules.guest_lists import GuestDraft
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.mail_outbox import change_outbox_row, read_outbox
from tests.support.reservations import change_reservation
from tests.support.still_outbox import send_nothing
from tests.support.theatre import Theatre
from tests.support.world import World

WORDS = "We open 30 minutes later."


@pytest.fixture(autouse=True)
def unsent(monkeypatch: pytest.MonkeyPatch) -> None:
    send_nothing(monkeypatch)


async def full_slot(world: World, addresses: int) -> int:
    slot_id = await world.slot()
    for n, ticket in enumerate(await world.fill(slot_id, addresses + 1)):
        await change_reservation(
            world.hub.database, ticket.reservation_id, customer_email=f"{'V' if n else 'v'}{max(n, 1)}@example.com",
            language="zh_Hans" if n == 2 else "en",
        )  # fmt: skip
    return slot_id


async def test_each_address_gets_the_words_once_however_often_they_are_sent(hub: Hub, world: World):
    by, slot_id, key = Actor(world.org_id), await full_slot(world, 3), uuid4()
    await add_guests(
        hub.services, by, GuestPlace(slot_id), [GuestDraft("Jane"), GuestDraft("Max", 2, email="max@example.com")]
    )
    reach = await read_reach(hub.services, by, slot_id)
    assert (reach.addresses, reach.people, reach.unreached, dict(reach.languages)) == (4, 6, 1, {"en": 3, "zh_Hans": 1})
    assert (await message_slot(hub.services, by, slot_id, WORDS, key, dry_run=True)).queued == 4
    sent = await asyncio.gather(*(message_slot(hub.services, by, slot_id, WORDS, key) for _ in range(4)))
    assert len({one.message_id for one in sent}) == 1
    rows = await read_outbox(hub.database, kind="reservation.message", order_by="recipient")
    assert {row["recipient"].lower() for row in rows} == {
        "v1@example.com",
        "v2@example.com",
        "v3@example.com",
        "max@example.com",
    }
    assert len(rows) == 4
    assert json.loads(rows[0]["payload"])["message"] == WORDS
    await change_outbox_row(hub.database, rows[0]["id"], status="SENT")
    await change_outbox_row(hub.database, rows[1]["id"], status="DEAD")
    progress = await read_message(hub.services, by, sent[0].message_id)
    assert (progress.queued, progress.sent, progress.failed, progress.waiting) == (4, 1, 1, 2)
    assert progress.finished_at is not None
    assert [row["action"] for row in await read_audit_log(hub.database)].count("slot.messaged") == 1
    with pytest.raises(Refused, match="IDEMPOTENCY_KEY_REUSED"):
        await message_slot(hub.services, by, slot_id, "Other words", key)
    assert (await message_slot(hub.services, by, slot_id, WORDS, uuid4())).queued == 4


async def test_a_crash_between_batches_leaves_nobody_out_and_writes_to_nobody_twice(
    hub: Hub, world: World, monkeypatch: pytest.MonkeyPatch
):
    by, slot_id = Actor(world.org_id), await full_slot(world, 9)
    monkeypatch.setattr(slot_messages, "AT_ONCE", 2)
    monkeypatch.setattr(slot_messages, "MOST_BATCHES", 2)
    monkeypatch.setattr(slot_messages.queue_message, "__kwdefaults__", {"most_batches": 2})
    sent = await message_slot(hub.services, by, slot_id, WORDS, uuid4())
    assert (sent.queued, sent.finished_at) == (4, None)
    await asyncio.gather(*(finish_messages(hub.services) for _ in range(6)))
    while await finish_messages(hub.services):
        pass
    rows = await read_outbox(hub.database, kind="reservation.message")
    assert sorted(row["recipient"].lower() for row in rows) == sorted(f"v{n}@example.com" for n in range(1, 10))


async def test_words_that_reach_nobody_or_come_too_late_are_refused(hub: Hub, world: World):
    by, empty = Actor(world.org_id), await world.slot()
    for slot_id, words, reason in (
        (empty, WORDS, Reason.NOBODY_TO_WRITE_TO), (empty, " ", Reason.INVALID_REQUEST), (4711, WORDS, Reason.SLOT_NOT_FOUND),
        (await world.slot(start="08:00", end="09:00", booked=1), WORDS, Reason.SLOT_PAST),
    ):  # fmt: skip
        with pytest.raises(Refused) as no:
            await message_slot(hub.services, by, slot_id, words, uuid4())
        assert no.value.reason is reason


async def test_bookings_of_a_performance_get_it_on_their_own_page(hub: Hub, world: World):
    theatre = await Theatre(world).found()
    evening = await theatre.performance()
    await theatre.booking(evening, "Ann Lee", 3)
    await theatre.booking(evening, "Not Yet", 1, "PENDING")
    sent = await message_slot(hub.services, Actor(world.org_id), evening, WORDS, uuid4())
    assert sent.queued == 1
    assert [row["recipient"] for row in await read_outbox(hub.database, kind="booking.message")] == ["ann@example.com"]
