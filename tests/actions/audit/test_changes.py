"""Administrative changes: each is logged in its own transaction, and the log cannot be edited."""

import asyncpg
import pytest

from db.organisation import working_for
from hub.actions.audit.actor import Actor
from hub.actions.shows.rooms import RoomChange, RoomDraft, add_room, change_room, delete_room
from hub.rules.refusals import Refused
from tests.support.audit_log import EDITS, edit_audit_log, read_audit_log
from tests.support.owner import as_owner
from tests.support.world import World


async def test_a_change_is_logged_with_who_from_where_and_what_differs(world: World) -> None:
    services = world.hub.services
    by = Actor(world.org_id, world.venue_id, 7, "Ada Rossi", "page", "192.0.2.7")
    room = await add_room(services, by, RoomDraft("Hall", 100))
    await change_room(services, by, room.room_id, RoomChange(capacity=120))
    await delete_room(services, by, room.room_id)
    added, changed, deleted = await read_audit_log(services.database)
    assert (added["action"], added["before"]) == ("room.added", None)
    assert added["after"] == {"name": "Hall", "capacity": 100, "accessibility": ""}
    assert (changed["action"], changed["before"], changed["after"]) == (
        "room.changed",
        {"capacity": 100},
        {"capacity": 120},
    )
    assert (deleted["action"], deleted["after"]) == ("room.deleted", None)
    for row in (added, changed, deleted):
        assert (row["org_id"], row["staff_id"], row["staff_name"]) == (world.org_id, 7, "Ada Rossi")
        assert (row["source"], row["client_ip"], row["subject_id"]) == ("page", "192.0.2.7", str(room.room_id))


async def test_what_is_refused_or_only_tried_is_not_logged(world: World) -> None:
    services, by = world.hub.services, Actor(world.org_id, world.venue_id)
    await add_room(services, by, RoomDraft("Hall", 100), dry_run=True)
    with pytest.raises(Refused):
        await add_room(services, by, RoomDraft("", 100))
    assert await read_audit_log(services.database) == []


@pytest.mark.parametrize("how", EDITS)
async def test_nobody_edits_the_log(world: World, how: str) -> None:
    """Neither of the hub's roles may, and a trigger refuses it to the owner of the table."""
    services = world.hub.services
    await add_room(services, Actor(world.org_id, world.venue_id), RoomDraft("Hall", 100))
    for org_id in (None, world.org_id):
        with working_for(org_id), pytest.raises(asyncpg.InsufficientPrivilegeError):
            await edit_audit_log(services.database, how)
    async with as_owner(services.database) as owner:
        with pytest.raises(asyncpg.RaiseError):
            await edit_audit_log(owner, how)
    assert len(await read_audit_log(services.database)) == 1
