"""No-shows: by the venue's policy their places are released, first to the waiting list."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.booking.expire import expire
from hub.actions.booking.release_no_shows import release_no_shows, release_no_shows_of
from hub.events.announcements import TicketsChanged, code_hash
from tests.support.blocked_inserts import STANDS, standstill
from tests.support.hub import Hub
from tests.support.invariants import broken_invariants
from tests.support.mail_outbox import delete_outbox
from tests.support.negative_controls import sabotage, without_last_line
from tests.support.reservations import change_reservations, read_reservations
from tests.support.shows import add_booking, add_stage, admit_people, read_booking_row
from tests.support.tickets import read_ticket
from tests.support.waitlist import joined, mails, on_demand, serve_all, slot, status, wait_for_seats
from tests.support.world import NOON, World

QUARTER = timedelta(minutes=15)


@pytest.fixture
async def hub(monkeypatch, open_hub, hub_promises):
    on_demand(monkeypatch)
    hub = await open_hub()
    yield hub
    await hub_promises(hub)


@pytest.fixture
async def begun(hub: Hub, world: World):
    """Add a full slot of three that begins now, at noon. The venue releases no-shows after a quarter of an hour."""
    await world.policy(no_show_release_minutes=15)
    slot_id = await world.slot(capacity=3)
    tickets = await world.fill(slot_id, 3)
    await change_reservations(hub.database, reserved_at=NOON - timedelta(days=1))
    return slot_id, tickets


async def test_after_its_time_a_reservation_gives_its_place_back_and_the_ticket_is_good_again(
    hub: Hub, world: World, begun, clock
):
    slot_id, tickets = begun
    gate = await hub.socket(await world.staff(), gate="A")
    await gate.verify(tickets[0].code)
    clock.set(NOON + QUARTER - timedelta(seconds=5))
    assert await release_no_shows(hub.services) == 0
    received = hub.announced()
    clock.set(NOON + QUARTER)
    assert await release_no_shows(hub.services) == 2
    assert await slot(hub, slot_id) == (1, 0, 2)
    rows = await read_reservations(hub.database, order_by="id")
    assert [(row["status"], row["cancel_cause"], row["calendar_sequence"]) for row in rows] == [
        ("VERIFIED", None, 0), ("CANCELLED", "no_show", 1), ("CANCELLED", "no_show", 1)
    ]  # fmt: skip
    sent = await mails(hub, "reservation.cancelled")
    received_of = {mail["reservation_id"]: mail["payload"] for mail in sent}
    assert len(sent) == 2
    assert received_of == {
        t.reservation_id: {"cause": "no_show", "reservation_ids": [t.reservation_id]} for t in tickets[1:]
    }
    (news,) = [one for one in received if isinstance(one, TicketsChanged)]
    assert (set(news.hashes), news.change) == ({code_hash(t.code) for t in tickets[1:]}, "cancelled")
    assert (await gate.validate(tickets[1].code))["reason"] == "NO_RESERVATION"
    await world.reserve(tickets[2], slot_id)
    assert await release_no_shows(hub.services) == 0, "who books a slot that has begun has the same time to come"
    clock.advance(QUARTER.total_seconds() + 1)
    assert await release_no_shows(hub.services) == 1


async def test_who_waits_gets_the_place_before_the_public(hub: Hub, world: World, begun, clock):
    slot_id, _ = begun
    waiting = await joined(hub, world, slot_id, 2)
    clock.set(NOON + QUARTER)
    assert await release_no_shows(hub.services) == 3
    assert await slot(hub, slot_id) == (0, 3, 0), "not for a moment the public's"
    await serve_all(hub)
    assert await status(hub, waiting) == ["OFFERED"]
    assert await slot(hub, slot_id) == (0, 2, 1)


async def test_a_party_that_did_not_come_has_one_mail(hub: Hub, world: World, begun, clock):
    _, tickets = begun
    ids = sorted(ticket.reservation_id for ticket in tickets)
    await change_reservations(hub.database, manage_token_hash=b"one party")
    await delete_outbox(hub.database, reservation_id=ids[1:])
    clock.set(NOON + QUARTER)
    await release_no_shows(hub.services)
    (mail,) = await mails(hub, "reservation.cancelled")
    assert mail["payload"]["reservation_ids"] == ids


async def test_without_the_policy_everybody_may_come_until_the_end_of_the_slot(hub: Hub, world: World, begun, clock):
    slot_id, _ = begun
    await world.policy(no_show_release_minutes=None)
    clock.set(NOON + timedelta(minutes=119))
    assert await release_no_shows(hub.services) == 0
    await world.policy(no_show_release_minutes=15)
    clock.set(NOON + timedelta(hours=2))
    assert await release_no_shows(hub.services) == 0, "a slot that is over is expiry's"
    assert await slot(hub, slot_id) == (3, 0, 0)


async def test_a_ticket_of_another_system_keeps_its_status(hub: Hub, world: World, clock):
    await world.policy(no_show_release_minutes=0)
    slot_id = await world.slot(start="12:30", end="14:00", capacity=1)
    ticket = await world.reserved(slot_id, channel="ota")
    clock.set(NOON + timedelta(minutes=30))
    assert await release_no_shows(hub.services) == 1
    row = await read_ticket(hub.database, "status", "reserved_at", id=ticket.id)
    assert tuple(row) == ("ACTIVATED", None)


@pytest.fixture
async def played(hub: Hub, world: World):
    """Add a performance that begins now, with three bookings. The venue releases no-shows after a quarter of an hour."""
    await world.policy(no_show_release_minutes=15)
    stage = await add_stage(world, capacity=12, start="12:00", end="14:00")
    bookings = [await add_booking(world, stage.performance_id, size, at=NOON - timedelta(days=1)) for size in (5, 4, 3)]
    return stage.performance_id, bookings


async def test_a_booking_of_which_nobody_came_ends_whole_and_one_that_came_in_part_keeps_its_places(
    hub: Hub, world: World, played, clock
):
    slot_id, (in_part, missing, whole) = played
    await admit_people(hub.database, in_part, 2)
    await admit_people(hub.database, whole, 3)
    received = hub.announced()
    clock.set(NOON + QUARTER)
    assert await release_no_shows(hub.services) == 1
    assert await slot(hub, slot_id) == (8, 0, 4)
    row = await read_booking_row(hub.database, "status", "end_cause", id=missing.id)
    assert tuple(row) == ("CANCELLED", "no_show")
    assert (await read_ticket(hub.database, id=missing.id))["status"] == "CANCELLED"
    (mail,) = await mails(hub, "booking.cancelled")
    assert (mail["reservation_id"], mail["payload"]["cause"]) == (missing.reservation_id, "no_show")
    assert await mails(hub, "reservation.cancelled") == []
    (news,) = [one for one in received if isinstance(one, TicketsChanged)]
    assert (set(news.hashes), news.change) == ({code_hash(missing.code)}, "cancelled")
    statuses = await read_reservations(hub.database, "places", "admitted", "status", order_by="id")
    assert [tuple(row) for row in statuses] == [(5, 2, "VERIFIED"), (4, 0, "CANCELLED"), (3, 3, "VERIFIED")]
    clock.set(NOON + timedelta(minutes=119))
    assert await release_no_shows(hub.services) == 0, "the other three may come until the end"
    gate = await hub.socket(await world.staff(), gate="A")
    assert (await gate.validate(missing.code))["reason"] == "TICKET_CANCELLED"


async def test_of_a_booking_not_one_place_is_released_before_all(hub: Hub, world: World, played, clock):
    slot_id, bookings = played
    waiting = await wait_for_seats(hub, await add_booking(world, slot_id, 10, "PENDING"))
    clock.set(NOON + QUARTER)
    assert await release_no_shows(hub.services) == 3
    assert await slot(hub, slot_id) == (0, 12, 0), "not for a moment the public's"
    await serve_all(hub)
    assert await status(hub, waiting) == ["OFFERED"]
    assert len(await mails(hub, "booking.cancelled")) == len(bookings)


async def arriving_at_the_last_moment(open_hub, clock, *, last_line: bool = True) -> list[str]:
    """Scan twenty visitors at one hub while the other hub releases no-shows. Return the broken promises."""
    hubs = [await open_hub(), await open_hub()]
    world = await World(hubs[0]).found()
    if not last_line:
        await without_last_line(world, "reservation_slots_verified_within_booked")
    await world.policy(no_show_release_minutes=15)
    hubs[1].services.venues.forget()
    slot_id = await world.slot(capacity=20)
    tickets = await world.fill(slot_id, 20)
    await change_reservations(world.hub.database, reserved_at=NOON - timedelta(days=1))
    gate = await hubs[0].socket(await world.staff(), gate="A")
    clock.set(NOON + QUARTER)
    async with standstill(world.hub.settings.database_url) as still:
        await still.hold()
        releasing = asyncio.create_task(release_no_shows(hubs[1].services))
        await still.waits()
        # The release has read who is missing, and holds no locks yet.
        seen = [(await gate.verify(ticket.code))["reason"] for ticket in tickets[:10]]
        await still.go()
        seen += [(await gate.verify(ticket.code))["reason"] for ticket in tickets[10:]]
    released = await releasing
    assert set(seen) <= {"VERIFIED", "NO_RESERVATION"}
    broken = await broken_invariants(world.hub.database)
    if seen.count("VERIFIED") + released != 20:
        broken.append(f"{seen.count('VERIFIED')} came in and {released} were released, of 20")
    return broken


SLOWLY = ("SELECT r.ticket_id FROM ticket_reservations r\n", f"SELECT r.ticket_id FROM {STANDS} moment, ticket_reservations r\n")  # fmt: skip


async def test_who_is_scanned_at_the_last_moment_is_in_or_released_and_never_both(open_hub, clock, monkeypatch):
    sabotage(monkeypatch, "booking/no_shows", "lock_no_shows", SLOWLY)
    assert await arriving_at_the_last_moment(open_hub, clock) == []


async def test_without_a_second_check_after_its_locks_a_release_takes_places_of_visitors_inside(
    open_hub, clock, monkeypatch
):
    """Control: the release does not check again after its locks, and releases visitors who have come in."""
    sabotage(monkeypatch, "booking/no_shows", "lock_no_shows", SLOWLY)
    sabotage(monkeypatch, "booking/no_shows", "release_no_shows",
             (" AND r.status = ANY ($6::text[])\n", " AND $6::text[] IS NOT NULL\n"), (" AND t.verified_at IS NULL\n", "\n"))  # fmt: skip
    assert await arriving_at_the_last_moment(open_hub, clock, last_line=False) != []


async def test_a_manager_releases_them_without_a_policy_and_whoever_booked_late_keeps_the_place(
    hub: Hub, world: World, begun, clock
):
    slot_id, tickets = begun
    await world.policy(no_show_release_minutes=None)
    gate = await hub.socket(await world.staff(), gate="A")
    await gate.verify(tickets[0].code)
    await change_reservations(hub.database, of_ticket=tickets[1].id, reserved_at=NOON + timedelta(minutes=1))
    clock.set(NOON + QUARTER)
    by = Actor.of(world.identity())
    assert await release_no_shows_of(hub.services, by, slot_id, dry_run=True) == 1
    assert await release_no_shows_of(hub.services, by, slot_id) == 1
    assert (await slot(hub, slot_id))[0] == 2
    assert [(await read_ticket(hub.database, "status", id=one.id))["status"] for one in tickets] == [
        "VERIFIED", "RESERVED", "ACTIVATED",
    ]  # fmt: skip
    assert await broken_invariants(hub.database) == []


async def test_after_the_slot_expired_tickets_are_good_for_another_time_again(hub: Hub, world: World, begun, clock):
    slot_id, tickets = begun
    await world.policy(no_show_release_minutes=None)
    clock.set(NOON + timedelta(hours=3))
    await expire(hub.services)
    assert (await read_ticket(hub.database, "status", id=tickets[0].id))["status"] == "EXPIRED"
    assert await release_no_shows_of(hub.services, Actor.of(world.identity()), slot_id) == 3
    assert (await read_ticket(hub.database, "status", id=tickets[0].id))["status"] == "ACTIVATED"
    assert (await slot(hub, slot_id))[0] == 0
    assert await broken_invariants(hub.database) == []
