"""Closing a slot: whoever is booked is moved, chooses, or is notified, each party with one e-mail; and opening it again."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.booking.close_slot import Closing, close_slot, read_concerned, reopen_slot
from hub.actions.booking.move import move_reservation
from hub.actions.booking.reservation_views import read_party
from hub.events.announcements import SlotChanged, SlotsEdited, TicketsChanged, code_hash
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.parties import book_together
from tests.support.reservations import read_reservations
from tests.support.shows import add_stage
from tests.support.slot_closures import count_notices
from tests.support.slots import change_slot, read_slot
from tests.support.tickets import change_ticket, read_tickets
from tests.support.waitlist import joined, mails, on_demand, serve_all, slot, status
from tests.support.world import NOON, TODAY, World
from web import keys

TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


@pytest.fixture
def by(world: World) -> Actor:
    return Actor(world.org_id, world.venue_id, name="Ada")


async def close(hub: Hub, by: Actor, slot_id: int, way: str, move_to: int | None = None, message: str = "", **options):
    return await close_slot(hub.services, by, slot_id, Closing(way, move_to, message), **options)


async def refusal(action) -> Refused:
    with pytest.raises(Refused) as caught:
        await action
    return caught.value


async def test_everybody_is_moved_into_places_that_nobody_else_gets(hub: Hub, world: World, by: Actor):
    noon, later = await world.slot(TOMORROW, capacity=10), await world.slot(TOMORROW, "14:00", "16:00", 5)
    party = await book_together(world, noon, 3)
    single = await world.reserved(noon)
    received = hub.announced()
    done = await close(hub, by, noon, "move", later, "The lift is broken.")
    assert (done.concerned.people, done.concerned.parties, done.remaining) == (4, 2, 0)
    assert (done.slot.status, done.slot.booked, done.slot.closure.finished) == ("CLOSED", 0, True)
    assert await slot(hub, later) == (4, 0, 1)
    letters = await mails(hub, "reservation.moved")
    assert [len(letter["payload"]["reservation_ids"]) for letter in letters] == [3, 1]
    assert {letter["payload"]["message"] for letter in letters} == {"The lift is broken."}
    assert letters[0]["payload"]["was"]["start_time"] == "12:00:00"
    moved = await read_party(
        hub.services, single.reservation_id, token=letters[1]["payload"]["manage_token"], identity=None
    )
    assert (moved.reservation.slot_id, moved.reservation.calendar_sequence) == (later, 1)
    assert moved.reservation.change_cutoff_hours == 0, "whoever was moved may change until the visit begins"
    noted = {
        one
        for event in received
        if isinstance(event, TicketsChanged) and event.change == "moved"
        for one in event.hashes
    }
    assert noted == {code_hash(ticket.code) for ticket in (*party, single)}
    counts = {event.slot.slot_id: event.slot for event in received if isinstance(event, SlotChanged)}
    assert (counts[noon].booked, counts[later].booked, counts[later].held) == (0, 4, 0)
    assert SlotsEdited(world.org_id) in received
    (logged,) = await read_audit_log(hub.database)
    assert (logged["action"], logged["after"]["people"], logged["after"]["way"]) == ("slot.closed", 4, "move")
    no = await refusal(world.reserve(await world.ticket(), noon))
    assert no.reason is Reason.SLOT_CLOSED, "seat admission only knows that nothing is free"


async def test_a_slot_without_room_for_all_is_refused_with_how_many_fit(hub: Hub, world: World, by: Actor):
    noon, later = await world.slot(TOMORROW, booked=4), await world.slot(TOMORROW, "14:00", "16:00", 10, booked=7)
    no = await refusal(close(hub, by, noon, "move", later))
    assert (no.reason, no.details["people"], no.details["fit"], no.details["free"]) == (Reason.SLOT_TOO_SMALL, 4, 3, 3)
    assert (await read_slot(hub.database, id=noon))["status"] == "ACTIVE"
    assert await slot(hub, later) == (7, 0, 3)


async def test_tickets_that_are_not_good_then_count_as_not_fitting(hub: Hub, world: World, by: Actor):
    noon, later = await world.slot(TOMORROW), await world.slot(TOMORROW, "14:00", "16:00", 10)
    await world.fill(noon, 2)
    (ticket, _) = await read_tickets(hub.database, "id", status="RESERVED")
    await change_ticket(hub.database, ticket["id"], valid_until=NOON + timedelta(days=1))
    no = await refusal(close(hub, by, noon, "move", later))
    assert (no.details["fit"], no.details["unfit"]) == (1, 1)


async def test_who_may_choose_stays_booked_and_may_move_whatever_the_cutoff(hub: Hub, world: World, by: Actor):
    soon, later = await world.slot(TODAY, "13:00", "14:00"), await world.slot(TODAY, "15:00", "16:00")
    ticket = await world.reserved(soon)
    everybody = (hub.services, hub.app[keys.AVAILABILITY], None, ticket.reservation_id, later)
    no = await refusal(move_reservation(*everybody, token=ticket.token, identity=None))
    assert no.reason is Reason.CHANGE_TOO_LATE
    done = await close(hub, by, soon, "choose", message="Sorry")
    assert (done.slot.booked, done.remaining, await count_notices(hub.database)) == (1, 0, 0)
    (letter,) = await mails(hub, "reservation.choose")
    token = letter["payload"]["manage_token"]
    party = await move_reservation(*everybody, token=token, identity=None)
    assert party.reservation.slot_id == later
    assert await slot(hub, soon) == (0, 0, 200)


async def test_who_is_cancelled_gets_the_ticket_back_and_other_times(hub: Hub, world: World, by: Actor):
    noon, later = await world.slot(TOMORROW), await world.slot(TOMORROW, "14:00", "16:00", 2)
    await book_together(world, noon, 3)
    await world.reserved(noon)
    await close(hub, by, noon, "tell", message="Storm")
    three, one = await mails(hub, "reservation.cancelled")
    assert (three["payload"]["alternatives"], three["payload"]["cause"]) == ([], "closed"), (
        "two places are too few for three"
    )
    assert [offer["slot_id"] for offer in one["payload"]["alternatives"]] == [later]
    assert {row["status"] for row in await read_tickets(hub.database, "status")} == {"ACTIVATED"}
    assert {row["cancel_cause"] for row in await read_reservations(hub.database, "cancel_cause")} == {"staff"}
    assert (await read_slot(hub.database, id=noon))["booked_count"] == 0


async def test_who_is_in_stays_and_the_waiting_list_is_closed_and_told(hub: Hub, world: World, by: Actor):
    now = await world.slot(TODAY, "12:00", "14:00", capacity=2)
    inside, outside = await world.reserved(now), await world.reserved(now)
    waiting = await joined(hub, world, now)
    scan = {"ticket_id": inside.id, "gate": "A"}
    status_code, scanned = await hub.post("/api/operator/verify-ticket", scan, token=await world.staff())
    assert status_code == 200, scanned
    done = await close(hub, by, now, "tell")
    assert (done.concerned.people, done.concerned.entered, done.concerned.waiting) == (1, 1, 1)
    assert (await read_slot(hub.database, id=now))["booked_count"] == 1
    assert [row["reservation_id"] for row in await mails(hub, "reservation.cancelled")] == [outside.reservation_id]
    await serve_all(hub)
    assert await status(hub, waiting) == ["CLOSED"]
    assert len(await mails(hub, "waitlist.closed")) == 1


async def test_a_dry_run_says_whom_it_concerns_and_changes_nothing(hub: Hub, world: World, by: Actor):
    noon, later = await world.slot(TOMORROW, booked=3), await world.slot(TOMORROW, "14:00", "16:00")
    done = await close(hub, by, noon, "move", later, dry_run=True)
    assert (done.concerned.people, done.slot.status) == (3, "CLOSED")
    assert (await read_slot(hub.database, id=noon))["status"] == "ACTIVE"
    assert await slot(hub, later) == (0, 0, 200)
    assert (await read_concerned(hub.services, by, noon)).people == 3
    assert await read_audit_log(hub.database) == []


async def test_closing_twice_writes_nothing_twice(hub: Hub, world: World, by: Actor):
    noon = await world.slot(TOMORROW)
    await world.reserved(noon)
    await close(hub, by, noon, "tell", version=1)
    again = await close(hub, by, noon, "tell", version=1)
    assert (again.concerned.people, len(await mails(hub, "reservation.cancelled"))) == (0, 1)
    assert len(await read_audit_log(hub.database)) == 1


@pytest.mark.parametrize("way", ["move", "choose", "tell"])
async def test_nobody_booked_is_nobody_written_to(hub: Hub, world: World, by: Actor, way: str):
    noon, later = await world.slot(TOMORROW), await world.slot(TOMORROW, "14:00", "16:00")
    done = await close(hub, by, noon, way, later if way == "move" else None)
    assert (done.remaining, done.slot.closure.finished) == (0, True)


async def test_what_cannot_be_is_refused(hub: Hub, world: World, by: Actor, clock):
    noon, begun = await world.slot(TOMORROW), await world.slot(TODAY, "11:30", "13:00", booked=1)
    closed, over = await world.slot(TOMORROW, "14:00", "16:00"), await world.slot(TODAY, "09:00", "10:00")
    await change_slot(hub.database, closed, status="CLOSED")
    stage = await add_stage(world, 20, day=TOMORROW)
    for target in (noon, closed, over, stage.performance_id, 10**9):
        no = await refusal(close(hub, by, noon, "move", target))
        assert [one["field"] for one in no.details["errors"]] == ["move_to"]
    for way, target in (("move", None), ("tell", closed)):
        no = await refusal(close(hub, by, noon, way, target))
        assert [one["field"] for one in no.details["errors"]] == ["move_to"]
    assert (await refusal(close(hub, by, begun, "choose"))).details["errors"][0]["field"] == "notify"
    assert (await refusal(close(hub, by, noon, "tell", message="x" * 1001))).details["errors"][0]["field"] == "message"
    assert (await refusal(close(hub, by, over, "tell"))).reason is Reason.SLOT_PAST
    assert (await refusal(close(hub, by, noon, "tell", version=7))).reason is Reason.VERSION_MISMATCH
    for unknown in (stage.performance_id, 10**9):
        assert (await refusal(close(hub, by, unknown, "tell"))).reason is Reason.SLOT_NOT_FOUND
        assert (await refusal(reopen_slot(hub.services, by, unknown))).reason is Reason.SLOT_NOT_FOUND
    stranger = Actor((await World(hub).found()).org_id)
    assert (await refusal(close(hub, stranger, noon, "tell"))).reason is Reason.SLOT_NOT_FOUND


async def test_a_slot_is_opened_again_and_can_be_booked(hub: Hub, world: World, by: Actor, clock):
    noon = await world.slot(TOMORROW, capacity=5)
    await world.reserved(noon)
    await close(hub, by, noon, "tell")
    opened = await reopen_slot(hub.services, by, noon, version=2)
    assert (opened.status, opened.version, opened.closure, opened.free) == ("ACTIVE", 3, None, 5)
    await world.reserved(noon)
    assert (await reopen_slot(hub.services, by, noon, version=1)).version == 3, "it is open already"
    await close(hub, by, noon, "choose")
    assert (await refusal(reopen_slot(hub.services, by, noon, version=1))).reason is Reason.VERSION_MISMATCH
    clock.set(NOON + timedelta(days=2))
    assert (await refusal(reopen_slot(hub.services, by, noon))).reason is Reason.SLOT_PAST
    assert [one["action"] for one in await read_audit_log(hub.database)] == [
        "slot.closed",
        "slot.reopened",
        "slot.closed",
    ]
