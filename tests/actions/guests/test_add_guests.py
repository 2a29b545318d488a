"""Guest lists: added one by one or pasted, with or against the capacity, once each, all or none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests, read_guest_list
from hub.actions.guests.guest_list import find_guests, list_guests, slots_of_day
from hub.rules.guest_lists import GuestDraft
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from tests.support.audit_log import read_audit_log
from tests.support.guests import count_guests
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.shows import add_stage
from tests.support.slots import read_slot
from tests.support.world import TODAY, World

JANE, MAX = GuestDraft("Jane Smith", 3, "Press"), GuestDraft("Max Müller", 1, email="Max@Example.COM")


async def test_guests_take_free_places_and_stand_on_the_list_by_name(hub: Hub, world: World, by: Actor):
    slot_id = await world.slot(capacity=10)
    added = await add_guests(hub.services, by, GuestPlace(slot_id), [MAX, JANE], invite=True)
    assert (added.slot_id, added.people, added.skipped) == (slot_id, 4, ())
    slot = await read_slot(hub.database, id=slot_id)
    assert (slot["booked_count"], slot["total_capacity"], slot["verified_count"]) == (4, 10, 0)
    listed = (await list_guests(hub.services, by, [slot_id])).guests
    assert [(one.name, one.party, one.note, one.email, one.status, one.counts) for one in listed] == [
        ("Jane Smith", 3, "Press", None, "RESERVED", True), ("Max Müller", 1, "", "Max@example.com", "RESERVED", True),
    ]  # fmt: skip
    assert {one.code[:4] for one in listed} == {"GST-"}
    (mail,) = await read_outbox(hub.database, kind="guest.invited")
    assert (mail["recipient"], mail["reservation_id"]) == ("Max@example.com", listed[1].reservation_id)


async def test_guests_that_do_not_count_make_the_slot_larger(hub: Hub, world: World, by: Actor):
    slot_id = await world.slot(capacity=2, booked=2)
    with pytest.raises(Refused) as no:
        await add_guests(hub.services, by, GuestPlace(slot_id), [JANE])
    assert (no.value.reason, no.value.details["free"]) == (Reason.SLOT_FULL, 0)
    await add_guests(hub.services, by, GuestPlace(slot_id), [JANE], counts=False)
    slot = await read_slot(hub.database, id=slot_id)
    assert (slot["booked_count"], slot["total_capacity"]) == (5, 5)
    stage = await add_stage(world, 1)
    await add_guests(hub.services, by, GuestPlace(stage.performance_id), [JANE], counts=False)
    slot = await read_slot(hub.database, id=stage.performance_id)
    assert (slot["booked_count"], slot["total_capacity"], slot["additional_seats"]) == (3, 4, 3)


async def test_guests_of_a_whole_day_need_no_slot_and_nobody_can_book_their_place(hub: Hub, world: World, by: Actor):
    place = GuestPlace(venue_id=world.venue_id, day=TODAY)
    await add_guests(hub.services, by, place, [JANE])
    added = await add_guests(hub.services, by, place, [MAX])
    slot = await read_slot(hub.database, id=added.slot_id)
    assert (slot["for_guests"], slot["status"], slot["booked_count"], slot["total_capacity"]) == (True, "CLOSED", 4, 4)
    (day,) = await slots_of_day(hub.services, by, world.venue_id, TODAY)
    assert (day.whole_day, day.people, day.free) == (True, 4, 0)
    with pytest.raises(Refused, match="SLOT_PAST"):
        await add_guests(hub.services, by, GuestPlace(venue_id=world.venue_id, day=TODAY - timedelta(days=1)), [JANE])


async def test_a_name_is_added_once_unless_it_is_another_person(hub: Hub, world: World, by: Actor):
    place = GuestPlace(await world.slot())
    await add_guests(hub.services, by, place, [JANE])
    added = await add_guests(hub.services, by, place, [GuestDraft("jane smith", 2), MAX, MAX])
    assert (added.people, added.skipped) == (1, ("jane smith", "Max Müller"))
    assert (await add_guests(hub.services, by, place, [JANE])).guest_ids == ()
    await add_guests(hub.services, by, place, [JANE], again=True)
    assert await count_guests(hub.database) == 3


async def test_a_dry_run_adds_nobody_and_the_log_names_nobody(hub: Hub, world: World, by: Actor):
    place = GuestPlace(venue_id=world.venue_id, day=TODAY)
    seen = await add_guests(hub.services, by, place, [JANE, MAX], dry_run=True)
    assert (
        seen.people,
        await count_guests(hub.database),
        await slots_of_day(hub.services, by, world.venue_id, TODAY),
    ) == (4, 0, [])
    await add_guests(hub.services, by, place, [JANE, MAX])
    (row,) = await read_audit_log(hub.database)
    assert row["action"] == "guests.added"
    assert "Jane" not in str(row["after"])


async def test_a_pasted_list_is_read_or_every_wrong_line_is_named(hub: Hub, world: World, by: Actor):
    drafts = read_guest_list("Jane Smith +2; ;Press\nMax Müller;1;;max@example.com\n\n李雷")
    assert [(one.name, one.party, one.note, one.email) for one in drafts] == [
        ("Jane Smith", 3, "Press", None), ("Max Müller", 1, "", "max@example.com"), ("李雷", 1, "", None),
    ]  # fmt: skip
    with pytest.raises(Refused) as no:
        read_guest_list("Jane,two\nMax,1,,nowhere\nEve,0")
    assert [(one["line"], one["column"]) for one in no.value.details["errors"]] == [
        (1, "party"),
        (2, "email"),
        (3, "party"),
    ]
    assert read_guest_list("email,name,party\na@example.com,Ada,4")[0] == GuestDraft("Ada", 4, "", "a@example.com")


async def test_a_steward_finds_todays_guests_by_the_beginnings_of_their_names(hub: Hub, world: World, by: Actor):
    await add_guests(hub.services, by, GuestPlace(await world.slot()), [JANE, MAX])
    await add_guests(
        hub.services, by, GuestPlace(await world.slot(TODAY + timedelta(days=2))), [GuestDraft("Jane Later")]
    )
    assert [one.name for one in await find_guests(hub.services, world.org_id, world.venue_id, "smi ja")] == [
        "Jane Smith"
    ]
    assert [one.name for one in await find_guests(hub.services, world.org_id, world.venue_id, "MUL")] == ["Max Müller"]
    assert await find_guests(hub.services, world.org_id, world.venue_id, "100%") == []
    with pytest.raises(Refused, match="INVALID_REQUEST"):
        await find_guests(hub.services, world.org_id, world.venue_id, "j")
