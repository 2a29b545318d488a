"""The endpoints of rooms: list, add, show, change and delete them."""

from dataclasses import asdict

from aiohttp import web

from hub.access.roles import Role
from hub.actions.shows import rooms
from web.api.administration import actor_of, answer, is_dry_run
from web.api.shows.admin_requests import ChangedRoomFields, NewRoom
from web.json_body import read_json
from web.keys import SERVICES
from web.limits import LARGEST_ID
from web.request_fields import expected_version, path_id, query_int, query_limit, query_venue_id


async def list_rooms(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    page = await rooms.list_rooms(
        request.app[SERVICES], by, venue_id=query_venue_id(request), before=query_int(request, "before", 1, LARGEST_ID),
        limit=query_limit(request),
    )  # fmt: skip
    return answer({"rooms": [asdict(room) for room in page.rooms], "next": page.next})


async def add_room(request: web.Request) -> web.Response:
    by, dry_run = actor_of(request, Role.MANAGER), is_dry_run(request)
    body = await read_json(request, NewRoom)
    draft = rooms.RoomDraft(body.name, body.capacity, body.accessibility, body.venue_id)
    room = await rooms.add_room(request.app[SERVICES], by, draft, dry_run=dry_run)
    return answer(asdict(room), version=room.version, made=not dry_run)


async def show_room(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    room = await rooms.read_room(request.app[SERVICES], by, path_id(request, "room_id"))
    return answer(asdict(room), version=room.version)


async def change_room(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    body = await read_json(request, ChangedRoomFields)
    changed = await rooms.change_room(
        request.app[SERVICES], by, path_id(request, "room_id"), rooms.RoomChange(body.name, body.capacity, body.accessibility),
        version=version, dry_run=dry_run,
    )  # fmt: skip
    fields = {
        "room": asdict(changed.room),
        "performances": [asdict(one) for one in changed.resized],
        "dry_run": dry_run,
    }
    return answer(fields, version=changed.room.version)


async def delete_room(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    await rooms.delete_room(request.app[SERVICES], by, path_id(request, "room_id"), version=version, dry_run=dry_run)
    return answer({"deleted": not dry_run})
