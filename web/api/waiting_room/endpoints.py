"""The endpoints of the waiting room: join, look, leave."""

from typing import Any

from aiohttp import web

from hub.actions.waiting_room.places import Standing, join, leave, read_standing
from hub.rules.waiting_room import RoomName, parse_room
from web.api.waiting_room.requests import JoinWaitingRoom
from web.json_body import invalid, read_json
from web.json_responses import success_response
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.request_fields import query_text
from web.waiting_visitors import keep_visitor, new_visitor, visitor_of


async def join_room(request: web.Request) -> web.Response:
    body = await read_json(request, JoinWaitingRoom)
    name, known = _named(body.for_), visitor_of(request)
    visitor = known or new_visitor(request)
    standing = await join(request.app[SERVICES], name, visitor, client_ip(request), is_new=known is None)
    response = success_response(_fields(standing))
    if known is None:
        keep_visitor(request, response, visitor)
    return response


async def show_place(request: web.Request) -> web.Response:
    name, visitor = _of_query(request), visitor_of(request)
    # A browser without a cookie has no place, but it learns whether there is a queue at all.
    return success_response(_fields(await read_standing(request.app[SERVICES], name, visitor or "")))


async def leave_room(request: web.Request) -> web.Response:
    name, visitor = _of_query(request), visitor_of(request)
    await leave(request.app[SERVICES], name, visitor or "")
    return success_response(_fields(None))


def _of_query(request: web.Request) -> RoomName:
    return _named(query_text(request, "for") or "")


def _named(key: str) -> RoomName:
    name = parse_room(key)
    if name is None:
        raise invalid(("for", "Give slot:<id>, day:<venue id>:<date> or performance:<id>"))
    return name


def _fields(standing: Standing | None) -> dict[str, Any]:
    if standing is None:
        return {
            "state": "none",
            "position": None,
            "ahead": None,
            "seconds": None,
            "turn_until": None,
            "rate": None,
            "opens_at": None,
        }
    return {
        "state": standing.state, "position": standing.position, "ahead": standing.ahead, "seconds": standing.seconds,
        "turn_until": standing.turn_until, "rate": standing.rate, "opens_at": standing.opens_at,
    }  # fmt: skip
