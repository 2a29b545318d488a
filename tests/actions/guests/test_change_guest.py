"""A guest's party, name and place on the list are changed; what is in stays in, and the slot's counts follow."""

from __future__ import annotations

from uuid import uuid4

import pytest

from hub.actions.audit.actor import Actor
from hub.actions.booking.move import move_reservation
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.actions.guests.change_guest import GuestChange, change_guest, remove_guest
from hub.actions.guests.guest_list import read_guest
from hub.actions.scanning.undo_scan import undo_scan
from hub.actions.shows.close_performance import cancel_performance
from hub.rules.guest_lists import GuestDraft
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.scan_requests import ScanRequest
from tests.support.audit_log import read_audit_log
from tests.support.hub import Hub
from tests.support.mail_outbox import read_outbox
from tests.support.shows import add_stage
from tests.support.slots import read_slot
from tests.support.world import TODAY, World
from web import keys


async def listed(
    hub: Hub, by: Actor, place: GuestPlace, party: int = 3, *, counts: bool = True, email: str = ""
) -> int:
    added = await add_guests(hub.services, by, place, [GuestDraft("Jane Smith", party, email=email)], counts=counts)
    return added.guest_ids[0]


async def admit(hub: Hub, world: World, code: str, count: int | None = None, mode: str = "verify"):
    request = ScanRequest.of(
        world.identity("OPERATOR"), world.venue_id, mode, code, "socket", scan_id=uuid4(), count=count
    )  # type: ignore[arg-type]
    return await hub.app[keys.ENTRY_SCANS].submit(request)


async def test_a_guest_comes_in_by_parts_is_undone_and_never_exceeds_the_list(hub: Hub, world: World, by: Actor):
    guest_id = await listed(hub, by, GuestPlace(venue_id=world.venue_id, day=TODAY))
    code = (await read_guest(hub.services, by, guest_id)).code
    seen = await admit(hub, world, code, mode="validate")
    assert (seen.verdict.result, seen.verdict.detail, seen.party.size) == (
        "GREEN",
        "Reserved for today 00:00-23:59, party of 3",
        3,
    )
    first = await admit(hub, world, code, 2)
    assert (first.entered, first.party.admitted) == (True, 2)
    assert (await admit(hub, world, code, 2)).verdict.reason is Reason.PARTY_TOO_LARGE
    await undo_scan(
        hub.services, org_id=world.org_id, operator_id=1, operator_name="Jane", role="MANAGER", scan_id=first.scan_id,
        reason="came back", gate=None,
    )  # fmt: skip
    assert (await read_guest(hub.services, by, guest_id)).admitted == 0
    assert (await admit(hub, world, code)).party.admitted == 3
    assert (await admit(hub, world, code)).verdict.reason is Reason.ALREADY_VERIFIED
    with pytest.raises(Refused, match="GUEST_IN"):
        await remove_guest(hub.services, by, guest_id)


async def test_a_party_grows_into_free_places_and_never_below_who_is_in(hub: Hub, world: World, by: Actor):
    slot_id = await world.slot(capacity=5)
    guest_id = await listed(hub, by, GuestPlace(slot_id))
    changed = await change_guest(hub.services, by, guest_id, GuestChange(party=5, note="VIP"), version=1)
    assert (changed.party, changed.note, changed.version) == (5, "VIP", 2)
    with pytest.raises(Refused, match="SLOT_FULL"):
        await change_guest(hub.services, by, guest_id, GuestChange(party=6))
    with pytest.raises(Refused, match="VERSION_MISMATCH"):
        await change_guest(hub.services, by, guest_id, GuestChange(party=1), version=1)
    await admit(hub, world, changed.code, 2)
    with pytest.raises(Refused, match="INVALID_REQUEST"):
        await change_guest(hub.services, by, guest_id, GuestChange(party=1))
    await change_guest(
        hub.services, by, guest_id, GuestChange(party=2, name="Joan", email="joan@example.com"), invite=True
    )
    assert (await read_slot(hub.database, id=slot_id))["booked_count"] == 2
    (mail,) = await read_outbox(hub.database, kind="guest.invited")
    assert mail["recipient"] == "joan@example.com"
    assert "oan" not in str([(row["before"], row["after"]) for row in await read_audit_log(hub.database)])


@pytest.mark.parametrize("counts", [True, False])
async def test_a_guest_off_the_list_gives_the_places_back_to_whom_they_belong(
    hub: Hub, world: World, by: Actor, counts: bool
):
    slot_id = await world.slot(capacity=5)
    guest_id = await listed(hub, by, GuestPlace(slot_id), counts=counts, email="jane@example.com")
    for _ in range(2):
        assert (await remove_guest(hub.services, by, guest_id)).status == "CANCELLED"
    slot = await read_slot(hub.database, id=slot_id)
    assert (slot["booked_count"], slot["total_capacity"]) == (0, 5)
    assert [row["recipient"] for row in await read_outbox(hub.database, kind="reservation.cancelled")] == [
        "jane@example.com"
    ]
    code = (await read_guest(hub.services, by, guest_id)).code
    assert (await admit(hub, world, code)).verdict.reason is Reason.TICKET_CANCELLED


async def test_a_moved_guest_takes_an_ordinary_place_of_the_new_slot(hub: Hub, world: World, by: Actor):
    was, new = await world.slot(capacity=1), await world.slot(start="15:00", end="16:00", capacity=4)
    guest_id = await listed(hub, by, GuestPlace(was), counts=False)
    guest = await read_guest(hub.services, by, guest_id)
    await move_reservation(
        hub.services, hub.app[keys.AVAILABILITY], no_others, guest.reservation_id, new, token=None, identity=None, by=by
    )
    moved = await read_guest(hub.services, by, guest_id)
    assert (moved.slot_id, moved.counts) == (new, True)
    slots = [await read_slot(hub.database, id=one) for one in (was, new)]
    assert [(one["booked_count"], one["total_capacity"]) for one in slots] == [(0, 1), (3, 4)]
    assert await read_outbox(hub.database) == []  # nobody to write to


async def test_guests_of_a_cancelled_performance_end_with_it(hub: Hub, world: World, by: Actor):
    stage = await add_stage(world, 10)
    guest_id = await listed(hub, by, GuestPlace(stage.performance_id), counts=False, email="jane@example.com")
    await cancel_performance(hub.services, by, stage.performance_id)
    assert (await read_guest(hub.services, by, guest_id)).status == "CANCELLED"
    slot = await read_slot(hub.database, id=stage.performance_id)
    assert (slot["booked_count"], slot["additional_seats"], slot["bookings_ended_at"] is None) == (0, 0, False)


async def no_others(*_: int) -> list[dict[str, object]]:
    return []
