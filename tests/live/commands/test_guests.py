"""The command that finds guests by name: for every operator, of the own venue and day, and a guest is then verified by id or code."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from hub.actions.audit.actor import Actor
from hub.actions.guests.add_guests import GuestPlace, add_guests
from hub.rules.guest_lists import GuestDraft
from tests.support.hub import Hub
from tests.support.scan_log import read_scan
from tests.support.world import TODAY, World


async def test_a_guest_is_found_by_name_and_admitted_and_the_log_has_its_id(hub: Hub, world: World) -> None:
    by = Actor(world.org_id, world.venue_id)
    place = GuestPlace(venue_id=world.venue_id, day=TODAY)
    await add_guests(hub.services, by, place, [GuestDraft("Jane Smith", 3, "Press"), GuestDraft("Max Müller")])
    await add_guests(
        hub.services, by, GuestPlace(venue_id=world.venue_id, day=TODAY + timedelta(days=3)), [GuestDraft("Jane Later")]
    )
    socket = await hub.socket(await world.staff(), gate="A")
    (jane,) = (await socket.command("find_guests", name="JANE"))["data"]["guests"]
    assert (jane["name"], jane["size"], jane["admitted"], jane["note"], jane["whole_day"]) == (
        "Jane Smith",
        3,
        0,
        "Press",
        True,
    )
    scan_id = uuid4()
    answer = await socket.command("verify", ticket_id=jane["guest_id"], scan_id=str(scan_id), count=2)
    assert (answer["data"]["reason"], answer["data"]["ticket"]["customer_name"]) == ("VERIFIED", "Jane Smith")
    logged = await read_scan(hub.database, "ticket_id", "people", "gate", scan_id=scan_id)
    assert tuple(logged) == (jane["guest_id"], 2, "A")
    assert (await socket.command("find_guests", name="smith"))["data"]["guests"][0]["admitted"] == 2
    assert (await socket.command("find_guests", name="j"))["error"]["code"] == "INVALID_REQUEST"
    elsewhere = await hub.socket(await world.staff(venue_id=await world.venue()), gate="A")
    assert (await elsewhere.command("find_guests", name="jane"))["data"]["guests"] == []
