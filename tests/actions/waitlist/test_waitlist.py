"""The waiting list of a full slot: joining, offers, their expiry, and the final status of an entry."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hub.actions.reporting.reconcile import reconcile
from hub.actions.waitlist.accept_offer import accept_offer
from hub.actions.waitlist.entries import read_waitlist
from hub.actions.waitlist.leave import leave_waitlist
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.hub import Hub
from tests.support.redis_tampering import wait_until_settled
from tests.support.reservations import read_reservation, read_reservations
from tests.support.rows import count_rows
from tests.support.slots import revise_slot
from tests.support.tickets import cancel_ticket
from tests.support.waitlist import cancel, entry, join, joined, mails, on_demand, serve_all, slot, status
from tests.support.world import NOON, TODAY, World

TOMORROW = TODAY + timedelta(days=1)
OFFER = timedelta(minutes=30)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


@pytest.fixture
async def full(world: World):
    """A full slot of three for tomorrow, and its tickets."""
    slot_id = await world.slot(TOMORROW, capacity=3)
    return slot_id, await world.fill(slot_id, 3)


@pytest.fixture
async def manager(world: World) -> str:
    return await world.staff("MANAGER")


async def refusal(action) -> Refused:
    with pytest.raises(Refused) as no:
        await action
    return no.value


async def test_a_party_joins_a_full_slot_and_gets_its_link_by_mail(hub: Hub, world: World, full):
    slot_id, _ = full
    first, second = await joined(hub, world, slot_id, 2), await joined(hub, world, slot_id, language="zh_Hans")
    assert [(one.position, one.places) for one in (first, second)] == [(1, 2), (2, 1)]
    mail, in_chinese = await mails(hub, "waitlist.joined")
    assert (mail["recipient"], mail["language"], mail["reservation_id"]) == ("waiting@example.com", "en", None)
    assert in_chinese["language"] == "zh_Hans"
    assert mail["payload"] == {
        "waitlist_token": first.token, "places": 2, "venue_name": "Test Venue", "timezone": "Europe/Rome",
        "slot": {"slot_id": slot_id, "venue_id": world.venue_id, "date": TOMORROW.isoformat(), "start_time": "12:00:00",
                 "end_time": "14:00:00"},
    }  # fmt: skip
    view = await read_waitlist(hub.services, first.token)
    assert (view.status, view.position, view.places, len(view.ticket_codes)) == ("WAITING", 1, 2, 2)
    assert await slot(hub, slot_id) == (3, 0, 0)


async def test_where_there_is_room_nobody_waits(hub: Hub, world: World):
    slot_id = await world.slot(TOMORROW, capacity=3, booked=1)
    no = await refusal(joined(hub, world, slot_id, 2))
    assert (no.reason, no.details) == (Reason.SLOT_NOT_FULL, {"free": 2})
    assert (await joined(hub, world, slot_id, 3)).position == 1, "a party that finds no room for all may wait"


async def test_a_ticket_waits_once_for_a_slot_and_may_wait_for_another(hub: Hub, world: World, full):
    slot_id, _ = full
    other = await world.slot(TOMORROW, "15:00", "16:00", capacity=1, booked=1)
    ticket, friend = await world.tickets(2)
    first = await join(hub, world, slot_id, ticket)
    assert (await refusal(join(hub, world, slot_id, friend, ticket))).reason is Reason.ALREADY_WAITING
    await join(hub, world, other, ticket)
    await leave_waitlist(hub.services, first.token)
    assert (await join(hub, world, slot_id, friend, ticket)).position == 1, "who has left may come again"


@pytest.mark.parametrize(
    ("ticket", "reason"),
    [
        ({"status": "INACTIVE"}, Reason.TICKET_NOT_ACTIVATED),
        ({"status": "CANCELLED"}, Reason.TICKET_CANCELLED),
        ({"valid_until": NOON + timedelta(hours=2)}, Reason.TICKET_EXPIRED),
    ],
)
async def test_a_ticket_that_could_not_be_booked_cannot_wait(hub: Hub, world: World, full, ticket, reason):
    slot_id, booked = full
    good, bad = await world.ticket(), await world.ticket(**ticket)
    no = await refusal(join(hub, world, slot_id, good, bad))
    assert no.reason is reason
    assert [(received["ticket_code"], received["code"]) for received in no.details["tickets"]] == [(bad.code, reason)]
    no = await refusal(join(hub, world, slot_id, booked[0]))
    assert (no.reason, no.details["reserved_date"]) == (Reason.TICKET_ALREADY_RESERVED, TOMORROW.isoformat())


async def test_no_list_is_kept_where_the_venue_wants_none_or_a_party_is_larger_than_the_slot(
    hub: Hub, world: World, full
):
    slot_id, _ = full
    no = await refusal(joined(hub, world, slot_id, 4))
    assert (no.reason, no.details) == (Reason.WAITLIST_CLOSED, {"total_capacity": 3})
    waiting = await joined(hub, world, slot_id)
    await world.policy(waitlist_offer_minutes=None)
    assert (await refusal(joined(hub, world, slot_id))).reason is Reason.WAITLIST_CLOSED
    await serve_all(hub)
    assert ((await entry(hub, waiting))["status"], (await entry(hub, waiting))["end_cause"]) == (
        "CLOSED",
        "no_waitlist",
    )


async def test_a_repeat_with_the_same_key_finds_its_entry(hub: Hub, world: World, full):
    slot_id, _ = full
    ticket, other = await world.tickets(2)
    first = await join(hub, world, slot_id, ticket, key="page-1")
    again = await join(hub, world, slot_id, ticket, key="page-1")
    assert (again.entry_id, again.position) == (first.entry_id, 1)
    assert len(await mails(hub, "waitlist.joined")) == 1
    for token in (first.token, again.token):
        assert (await read_waitlist(hub.services, token)).entry_id == first.entry_id
    assert (await refusal(join(hub, world, slot_id, other, key="page-1"))).reason is Reason.IDEMPOTENCY_KEY_REUSED


async def test_a_cancelled_place_is_held_at_once_and_offered_to_the_first(hub: Hub, world: World, full, manager):
    slot_id, booked = full
    first, second = await joined(hub, world, slot_id), await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    assert await slot(hub, slot_id) == (2, 1, 0), "the public never sees it"
    _, body = await hub.get(f"/api/reservation-slots/available?from={TOMORROW}&to={TOMORROW}")
    assert (body["data"][0]["available_count"], body["data"][0]["status"]) == (0, "FULL")
    with pytest.raises(Refused, match="SLOT_FULL"):
        await world.reserve(await world.ticket(), slot_id)
    assert (await serve_all(hub)).offered == [first.entry_id]
    assert await status(hub, first, second) == ["OFFERED", "WAITING"]
    assert await slot(hub, slot_id) == (2, 1, 0)
    (mail,) = await mails(hub, "waitlist.offer")
    assert timedelta(0) <= mail["not_after"] - (NOON + OFFER) < timedelta(minutes=1)
    assert (await read_waitlist(hub.services, mail["payload"]["waitlist_token"])).entry_id == first.entry_id
    assert mail["payload"]["ends_at"].startswith("2026-11-20T11:30:")
    view = await read_waitlist(hub.services, first.token)
    assert (view.status, view.position, view.offer_ends_at) == ("OFFERED", None, mail["not_after"])
    assert (await read_waitlist(hub.services, second.token)).position == 1
    assert not await serve_all(hub), "serving again changes nothing"


async def test_an_accepted_offer_is_a_booking_and_its_link_opens_it(hub: Hub, world: World, full, manager):
    slot_id, booked = full
    waiting = await joined(hub, world, slot_id, 2)
    for ticket in booked[:2]:
        await cancel(hub, ticket, manager)
    await serve_all(hub)
    (mail,) = await mails(hub, "waitlist.offer")
    reserved = await accept_offer(hub.services, mail["payload"]["waitlist_token"])
    assert len(reserved) == 2
    assert await slot(hub, slot_id) == (3, 0, 0)
    assert await status(hub, waiting) == ["ACCEPTED"]
    for token in (reserved[0].manage_token, waiting.token, mail["payload"]["waitlist_token"]):
        _, body = await hub.get(f"/api/reservations/by-token?token={token}")
        assert len(body["data"]["party"]) == 2, body
    again = await accept_offer(hub.services, waiting.token)
    assert again == reserved, "a second tap gets the first answer"
    assert len(await mails(hub, "reservation.confirmed")) == 3 + 1


async def test_an_offer_lapses_at_its_very_moment_and_is_passed_on(hub: Hub, world: World, full, manager, clock):
    slot_id, booked = full
    first, second = await joined(hub, world, slot_id), await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    await serve_all(hub)
    ends = (await entry(hub, first))["offer_ends_at"]
    clock.set(ends)
    assert (await read_waitlist(hub.services, first.token)).status == "LAPSED", (
        "a page tells the truth before any round does"
    )
    assert (await refusal(accept_offer(hub.services, first.token))).reason is Reason.OFFER_LAPSED
    assert await status(hub, first, second) == ["LAPSED", "OFFERED"]
    (lapsed,) = await mails(hub, "waitlist.lapsed")
    assert lapsed["payload"]["slot"]["slot_id"] == slot_id
    assert await slot(hub, slot_id) == (2, 1, 0)
    assert (await accept_offer(hub.services, second.token))[0].slot_id == slot_id
    assert await slot(hub, slot_id) == (3, 0, 0)


async def test_an_offer_can_be_accepted_until_just_before_its_moment(hub: Hub, world: World, full, manager, clock):
    slot_id, booked = full
    first = await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    await serve_all(hub)
    clock.set((await entry(hub, first))["offer_ends_at"] - timedelta(seconds=1))
    assert not await serve_all(hub)
    assert len(await accept_offer(hub.services, first.token)) == 1


async def test_a_place_that_the_last_on_the_list_lets_lapse_is_free_for_everybody(
    hub: Hub, world: World, full, manager, clock
):
    slot_id, booked = full
    await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    await serve_all(hub)
    clock.advance(OFFER.total_seconds())
    await serve_all(hub)
    assert await slot(hub, slot_id) == (2, 0, 1)
    await world.reserve(await world.ticket(), slot_id)


async def test_leaving_with_an_offer_passes_it_on_at_once(hub: Hub, world: World, full, manager):
    slot_id, booked = full
    first, second = await joined(hub, world, slot_id), await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    await serve_all(hub)
    assert (await leave_waitlist(hub.services, first.token)).status == "LEFT"
    assert await status(hub, first, second) == ["LEFT", "OFFERED"]
    assert (await leave_waitlist(hub.services, first.token)).status == "LEFT", "repeating changes nothing"
    assert (await refusal(accept_offer(hub.services, first.token))).reason is Reason.NO_OFFER
    (offer,) = await mails(hub, "waitlist.offer")
    assert (await read_waitlist(hub.services, offer["payload"]["waitlist_token"])).entry_id == second.entry_id, (
        "the mail of an offer that ended before it went out never goes out"
    )


async def test_whose_ticket_was_booked_elsewhere_is_closed_and_never_offered(hub: Hub, world: World, full, manager):
    slot_id, booked = full
    other = await world.slot(TOMORROW, "15:00", "16:00")
    ticket = await world.ticket()
    gone, next_one = await join(hub, world, slot_id, ticket), await joined(hub, world, slot_id)
    await world.reserve(ticket, other)
    await cancel(hub, booked[0], manager)
    served = await serve_all(hub)
    assert (served.closed, served.offered) == ([gone.entry_id], [next_one.entry_id])
    assert (await entry(hub, gone))["end_cause"] == "ticket"
    assert len(await mails(hub, "waitlist.offer")) == 1


@pytest.mark.parametrize("what", ["booked elsewhere", "cancelled"])
async def test_an_offer_that_cannot_be_accepted_any_more_is_refused_with_the_reason_and_passed_on(
    hub: Hub, world: World, full, manager, what
):
    slot_id, booked = full
    other = await world.slot(TOMORROW, "15:00", "16:00")
    ticket = await world.ticket()
    first, second = await join(hub, world, slot_id, ticket), await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    await serve_all(hub)
    if what == "cancelled":
        await cancel_ticket(hub.database, ticket.id)
    else:
        await world.reserve(ticket, other)
    reason = {"cancelled": Reason.TICKET_CANCELLED, "booked elsewhere": Reason.TICKET_ALREADY_RESERVED}[what]
    assert (await refusal(accept_offer(hub.services, first.token))).reason is reason
    assert await status(hub, first, second) == ["CLOSED", "OFFERED"]
    assert await slot(hub, slot_id) == (2, 1, 0)


async def test_an_offer_for_tickets_that_were_booked_elsewhere_does_not_wait_for_its_end(
    hub: Hub, world: World, full, manager
):
    slot_id, booked = full
    other = await world.slot(TOMORROW, "15:00", "16:00")
    ticket = await world.ticket()
    first, second = await join(hub, world, slot_id, ticket), await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    await serve_all(hub)
    await world.reserve(ticket, other)
    await serve_all(hub)
    assert await status(hub, first, second) == ["CLOSED", "OFFERED"]


async def test_a_family_gets_what_gathers_for_it_and_holds_up_nobody_after_its_chance(
    hub: Hub, world: World, full, manager, clock
):
    slot_id, booked = full
    family, single = await joined(hub, world, slot_id, 3), await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    assert not await serve_all(hub)
    assert await slot(hub, slot_id) == (2, 1, 0), "kept for the family"
    clock.advance(OFFER.total_seconds() - 60)
    await serve_all(hub)
    assert await status(hub, family, single) == ["WAITING", "WAITING"]
    clock.advance(61)
    await serve_all(hub)
    assert await status(hub, family, single) == ["WAITING", "OFFERED"]
    await accept_offer(hub.services, single.token)
    for ticket in booked[1:]:
        await cancel(hub, ticket, manager)
    await serve_all(hub)
    assert await status(hub, family) == ["WAITING"]
    assert await slot(hub, slot_id) == (1, 0, 2), "its chance is over: nothing is kept empty for it a second time"


async def test_a_cancelled_party_serves_the_family_before_singles_behind_it(hub: Hub, world: World, full, manager):
    slot_id, booked = full
    family, single = await joined(hub, world, slot_id, 2), await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    await serve_all(hub)
    await cancel(hub, booked[1], manager)
    assert (await serve_all(hub)).offered == [family.entry_id]
    assert await status(hub, family, single) == ["OFFERED", "WAITING"]


async def test_when_the_slot_is_over_everybody_who_waits_is_sent_home(hub: Hub, world: World, manager, clock):
    slot_id = await world.slot(capacity=2, booked=2)
    tickets = await read_reservations(hub.database, "id", slot_id=slot_id)
    first, second = await joined(hub, world, slot_id), await joined(hub, world, slot_id)
    await hub.delete(f"/api/reservations/{tickets[0]['id']}", token=manager)
    await serve_all(hub)
    assert (await entry(hub, first))["offer_ends_at"] <= NOON + timedelta(hours=2)
    clock.set(NOON + timedelta(hours=2))
    await serve_all(hub)
    assert await status(hub, first, second) == ["CLOSED", "CLOSED"]
    assert await slot(hub, slot_id) == (1, 0, 1)
    assert await count_rows(hub.database, "waitlist_lines") == 0


async def test_an_offer_made_near_the_end_ends_with_the_slot(hub: Hub, world: World, manager, clock):
    slot_id = await world.slot(capacity=1, booked=1)
    reservation_id = (await read_reservation(hub.database, slot_id=slot_id))["id"]
    first = await joined(hub, world, slot_id)
    clock.set(NOON + timedelta(minutes=110))
    await hub.delete(f"/api/reservations/{reservation_id}", token=manager)
    await serve_all(hub)
    assert (await entry(hub, first))["offer_ends_at"] == NOON + timedelta(hours=2)


async def test_seat_admission_gets_every_change(hub: Hub, world: World, full, manager):
    slot_id, booked = full
    waiting = await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    await serve_all(hub)
    await accept_offer(hub.services, waiting.token)
    await cancel(hub, booked[1], manager)
    await serve_all(hub)
    assert await slot(hub, slot_id) == (2, 0, 1)
    await wait_until_settled(hub)
    assert (await reconcile(hub.services))["drift"] == 0


async def test_held_places_without_a_waiting_list_are_found_and_given_back(hub: Hub, world: World):
    slot_id = await world.slot(TOMORROW, capacity=3)
    await revise_slot(hub.database, slot_id, held_count=2)
    found = await reconcile(hub.services, fix=True)
    assert [(drift["slot_id"], drift["held_count"], drift["offered_places"]) for drift in found["holds"]] == [
        (slot_id, 2, 0)
    ]
    assert await slot(hub, slot_id) == (0, 0, 3)
    assert (await reconcile(hub.services))["holds"] == []


async def test_an_offer_that_is_not_held_is_found_and_held_again(hub: Hub, world: World, full, manager):
    slot_id, booked = full
    await joined(hub, world, slot_id)
    await cancel(hub, booked[0], manager)
    await serve_all(hub)
    await revise_slot(hub.database, slot_id, held_count=0)
    assert [drift["offered_places"] for drift in (await reconcile(hub.services, fix=True))["holds"]] == [1]
    assert await slot(hub, slot_id) == (2, 1, 0)


async def test_a_hub_serves_waiting_lists_by_itself(open_hub):
    hub = await open_hub()
    world = await World(hub).found()
    slot_id = await world.slot(TOMORROW, capacity=1)
    (booked,) = await world.fill(slot_id, 1)
    waiting = await joined(hub, world, slot_id)
    await cancel(hub, booked, await world.staff("MANAGER"))
    async with asyncio.timeout(5):
        while await status(hub, waiting) != ["OFFERED"]:
            await asyncio.sleep(0.02)
