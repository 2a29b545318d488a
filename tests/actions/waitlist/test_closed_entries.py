"""Closed waiting list entries: each holder is notified once, with the reason and a link to other times."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from db.statements import load
from hub.actions.waitlist.accept_offer import accept_offer
from hub.actions.waitlist.entries import read_waitlist
from hub.actions.waitlist.leave import leave_waitlist
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.mail_outbox import change_outbox_row
from tests.support.slots import change_slot, close_slot
from tests.support.tickets import change_ticket
from tests.support.venues import overwrite_venues
from tests.support.waitlist import cancel, entry, join, joined, mails, on_demand, serve_all, status
from tests.support.world import NOON, TODAY, World

OUTBOX = load("messaging/outbox")
TOMORROW = TODAY + timedelta(days=1)
ENDS = NOON + timedelta(days=1, hours=2)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


@pytest.fixture
async def slot_id(world: World) -> int:
    """A booked slot of one place, tomorrow from twelve to two."""
    return await world.slot(TOMORROW, capacity=1, booked=1)


async def received(hub: Hub) -> list[dict[str, Any]]:
    return await mails(hub, "waitlist.closed")


async def test_at_the_end_of_the_slot_everybody_who_waits_gets_one_mail(hub: Hub, world: World, slot_id, clock):
    party = await world.tickets(1)
    first = await join(hub, world, slot_id, *party, email="ann@example.com")
    second = await joined(hub, world, slot_id, email="li@example.com", language="zh_Hans")
    clock.set(ENDS - timedelta(seconds=1))
    await serve_all(hub)
    assert await received(hub) == []
    clock.set(ENDS)
    assert sorted((await serve_all(hub)).closed) == [first.entry_id, second.entry_id]
    one, other = await received(hub)
    assert [(mail["recipient"], mail["language"], mail["status"]) for mail in (one, other)] == [
        ("ann@example.com", "en", "PENDING"), ("li@example.com", "zh_Hans", "PENDING"),
    ]  # fmt: skip
    payload = one["payload"]
    assert (payload["cause"], payload["had_offer"], payload["places"], payload["good"]) == ("slot_over", False, 1, 1)
    assert (payload["ticket_codes"], payload["orq"]) == ([party[0].code], world.org_id)
    assert (payload["slot"]["slot_id"], payload["slot"]["date"]) == (slot_id, TOMORROW.isoformat())
    assert not await serve_all(hub)
    assert len(await received(hub)) == 2


async def test_a_closed_slot_and_a_list_switched_off_are_reported_at_once(hub: Hub, world: World, slot_id):
    await joined(hub, world, slot_id)
    await close_slot(hub.database, slot_id)
    await serve_all(hub)
    (gone,) = await received(hub)
    assert gone["payload"]["cause"] == "slot_closed"
    await joined(hub, world, await world.slot(TOMORROW, "15:00", "16:00", capacity=1, booked=1))
    await world.policy(waitlist_offer_minutes=None)
    await serve_all(hub)
    assert [mail["payload"]["cause"] for mail in await received(hub)] == ["slot_closed", "no_waitlist"]


async def test_after_an_offer_that_ended_with_the_slot_the_mail_says_that_there_was_one(hub: Hub, world: World, clock):
    slot_id = await world.slot(TOMORROW, capacity=1)
    (booked,) = await world.fill(slot_id, 1)
    waiting = await joined(hub, world, slot_id)
    clock.set(ENDS - timedelta(minutes=10))
    await overwrite_venues(hub.database, change_cutoff_hours=0)
    await cancel(hub, booked, await world.staff("MANAGER"))
    await serve_all(hub)
    assert await status(hub, waiting) == ["OFFERED"]
    clock.set(ENDS)
    await serve_all(hub)
    (mail,) = await received(hub)
    assert (mail["payload"]["cause"], mail["payload"]["had_offer"]) == ("slot_over", True)
    view = await read_waitlist(hub.services, waiting.token)
    assert (view.status, view.end_cause, view.had_offer) == ("CLOSED", "slot_over", True)
    assert await mails(hub, "waitlist.offer") == [], "the offer had not gone out, and never will"
    assert await mails(hub, "waitlist.lapsed") == []


@pytest.mark.parametrize("what", ["booked elsewhere", "used", "cancelled", "one of two is cancelled"])
async def test_an_entry_closed_by_its_own_ticket_gets_no_mail(hub: Hub, world: World, clock, what):
    slot_id = await world.slot(TOMORROW, "12:00", "14:00", capacity=2, booked=2)
    party = await world.tickets(2 if what == "one of two is cancelled" else 1)
    gone = await join(hub, world, slot_id, *party)
    if what == "booked elsewhere":
        await world.reserve(party[0], await world.slot(TOMORROW, "15:00", "16:00"))
    elif what == "used":
        await change_ticket(hub.database, party[0].id, verified_at=datetime.now(UTC))
    else:
        await change_ticket(hub.database, party[0].id, status="CANCELLED")
    # It makes no difference whether the job sees the ticket first or only the end of the slot.
    clock.set(ENDS)
    await serve_all(hub)
    assert (await entry(hub, gone))["status"] == "CLOSED"
    assert await received(hub) == []


async def test_before_the_slot_is_over_a_ticket_booked_elsewhere_ends_the_wait_in_silence(
    hub: Hub, world: World, slot_id, clock
):
    ticket = await world.ticket()
    gone = await join(hub, world, slot_id, ticket)
    await world.reserve(ticket, await world.slot(TOMORROW, "15:00", "16:00"))
    await change_slot(hub.database, slot_id, total_capacity=2)
    await serve_all(hub)
    assert (await entry(hub, gone))["end_cause"] == "ticket"
    clock.set(ENDS)
    await serve_all(hub)
    assert await received(hub) == []


async def test_an_entry_that_left_or_accepted_gets_no_mail(hub: Hub, world: World, clock):
    slot_id = await world.slot(TOMORROW, capacity=1)
    (booked,) = await world.fill(slot_id, 1)
    left, took = await joined(hub, world, slot_id), await joined(hub, world, slot_id)
    await leave_waitlist(hub.services, left.token)
    await cancel(hub, booked, await world.staff("MANAGER"))
    await serve_all(hub)
    await accept_offer(hub.services, took.token)
    clock.set(ENDS)
    await serve_all(hub)
    assert await status(hub, left, took) == ["LEFT", "ACCEPTED"]
    assert await received(hub) == []


async def test_a_ticket_that_has_expired_leads_nowhere(hub: Hub, world: World, slot_id, clock):
    ticket = await world.ticket(valid_until=ENDS - timedelta(hours=1))
    await join(hub, world, slot_id, ticket)
    clock.set(ENDS)
    await serve_all(hub)
    (mail,) = await received(hub)
    assert (mail["payload"]["good"], mail["payload"]["ticket_codes"]) == (0, [])


@pytest.mark.parametrize(("late", "count"), [(timedelta(hours=23), 1), (timedelta(days=1), 0), (timedelta(days=7), 0)])
async def test_after_an_outage_no_mail_is_sent_about_days_long_past(
    hub: Hub, world: World, slot_id, clock, late, count
):
    waiting = await joined(hub, world, slot_id)
    clock.set(ENDS + late)
    await serve_all(hub)
    assert await status(hub, waiting) == ["CLOSED"]
    assert len(await received(hub)) == count


async def test_accepting_after_the_venue_closed_the_slot_closes_the_list_and_mails_everybody_on_it(
    hub: Hub, world: World
):
    slot_id = await world.slot(TOMORROW, capacity=1)
    (booked,) = await world.fill(slot_id, 1)
    first, second = await joined(hub, world, slot_id), await joined(hub, world, slot_id)
    await cancel(hub, booked, await world.staff("MANAGER"))
    await serve_all(hub)
    await close_slot(hub.database, slot_id)
    with pytest.raises(Refused) as no:
        await accept_offer(hub.services, first.token)
    assert no.value.reason is Reason.SLOT_CLOSED
    assert await status(hub, first, second) == ["CLOSED", "CLOSED"]
    assert [mail["payload"]["had_offer"] for mail in await received(hub)] == [True, False]


async def test_a_mail_that_cannot_be_sent_keeps_no_ticket_code(hub: Hub, world: World, slot_id, clock):
    await joined(hub, world, slot_id)
    clock.set(ENDS)
    await serve_all(hub)
    lease = "00000000-0000-4000-8000-000000000000"
    (mail,) = await received(hub)
    await change_outbox_row(hub.database, mail["id"], lease_id=lease)
    await hub.database.execute(OUTBOX.mark_dead, world.org_id, mail["id"], lease, "recipient refused: 550")
    (mail,) = await received(hub)
    assert mail["status"] == "DEAD"
    assert "ticket_codes" not in mail["payload"]
    assert mail["payload"]["good"] == 1
