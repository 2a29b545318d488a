"""The waiting rooms of a venue for its managers: who waits now, and how many are let in a minute."""

from typing import Annotated, Any

from aiohttp import web
from pydantic import Field

from hub.access.roles import Role
from hub.actions.venues.policies import change_policies, read_policies
from hub.actions.venues.venues import venue_of
from hub.actions.waiting_room.open_rooms import OpenRoom, open_rooms
from hub.actions.waiting_room.sold import read_sold
from hub.rules.refusals import Refused
from hub.rules.waiting_room import parse_room
from hub.services import Services
from web.api.administration import actor_of, answer, is_dry_run
from web.api.requests import AdminRequest
from web.json_body import read_json
from web.keys import SERVICES
from web.request_fields import expected_version, path_id, query_venue_id

MOST_RATE = 6_000
MOST_ROOMS = 50
"""Rooms of one answer: those that most people wait in."""


class ChangedWaitingRooms(AdminRequest):
    per_minute: Annotated[int, Field(ge=0, le=MOST_RATE, description="Visitors let in each minute; 0 lets nobody in.")]


async def show_rooms(request: web.Request) -> web.Response:
    by, services = actor_of(request, Role.MANAGER), request.app[SERVICES]
    venue_id = await venue_of(services, by, query_venue_id(request))
    policies = await read_policies(services, by, venue_id)
    fields = await _fields(services, by.org_id, venue_id, policies.values, request["language"])
    return answer(fields, version=policies.version)


async def patch_rooms(request: web.Request) -> web.Response:
    by, dry_run, version = actor_of(request, Role.MANAGER), is_dry_run(request), expected_version(request)
    services, venue_id = request.app[SERVICES], path_id(request, "venue_id")
    body = await read_json(request, ChangedWaitingRooms)
    given = {"waiting_room_per_minute": body.per_minute}
    policies = await change_policies(services, by, venue_id, given, version=version, dry_run=dry_run)
    fields = await _fields(services, by.org_id, venue_id, policies.values, request["language"])
    return answer({**fields, "dry_run": dry_run}, version=policies.version)


async def _fields(
    services: Services, org_id: int, venue_id: int, policies: dict[str, Any], language: str
) -> dict[str, Any]:
    found = sorted(await open_rooms(services, org_id, venue_id), key=lambda one: -one.waiting)
    rooms = [await _room_fields(services, one, language) for one in found[:MOST_ROOMS]]
    return {
        "venue_id": venue_id,
        "waiting_room": policies["waiting_room"],
        "per_minute": policies["waiting_room_per_minute"],
        "turn_minutes": policies["waiting_room_turn_minutes"],
        "rooms": [one for one in rooms if one is not None],
    }


async def _room_fields(services: Services, one: OpenRoom, language: str) -> dict[str, Any] | None:
    """Return a room with what is sold behind it; None if that was removed meanwhile."""
    name = parse_room(one.key)
    try:
        sold = None if name is None else await read_sold(services, await services.waiting_rooms.read(name), language)
    except Refused:
        return None
    return None if sold is None else {
        "key": one.key, "title": sold.title, "room": sold.room, "date": sold.date, "start_time": sold.start_time,
        "end_time": sold.end_time, "waiting": one.waiting, "turns": one.turns, "admitted": one.admitted,
        "joined": one.joined, "places_left": one.places_left, "seconds": one.seconds,
    }  # fmt: skip
