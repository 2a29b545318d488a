"""The visitor of a waiting room: the cookie of a browser, and the turn that a booking over HTTP needs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import hdrs, web

from db.pool import DatabaseDown
from hub.access.cookies import cookie_name, read_cookie
from hub.access.visitors import KEPT_SECONDS, VISITOR_COOKIE
from hub.actions.waiting_room.turns import turn_to_book
from hub.rules.refusals import Refused
from hub.rules.waiting_room import RoomName, room_of_performance, room_of_slot
from web.keys import AVAILABILITY, SERVICES
from web.request_fields import identity_of


def visitor_of(request: web.Request) -> str | None:
    """Return the visitor of the browser; None for one that has no valid cookie."""
    services = request.app[SERVICES]
    if VISITOR_COOKIE not in request.headers.get("Cookie", ""):
        return None
    return services.waiting_rooms.visitors.opened(read_cookie(request.cookies, VISITOR_COOKIE, services.settings))


def new_visitor(request: web.Request) -> str:
    """Return the id for a browser that has none. `keep_visitor` gives it to the browser."""
    return request.app[SERVICES].waiting_rooms.visitors.new()


def keep_visitor(request: web.Request, response: web.StreamResponse, visitor: str) -> None:
    """Set the cookie of the visitor, for a day. The header is written at once, because `set_cookie` takes a tenth of a join."""
    services = request.app[SERVICES]
    name, signed = cookie_name(VISITOR_COOKIE, services.settings), services.waiting_rooms.visitors.signed(visitor)
    secure = "; Secure" if services.settings.is_https else ""
    response.headers.add(
        hdrs.SET_COOKIE, f"{name}={signed}; HttpOnly; Max-Age={KEPT_SECONDS}; Path=/; SameSite=Lax{secure}"
    )


@asynccontextmanager
async def turn_for_slot(request: web.Request, org_id: int, slot_id: int, key: str | None) -> AsyncIterator[None]:
    """Let the block take places of a slot. Refuses WAITING_ROOM and BUSY as `turn_to_book`. Staff and API keys never wait."""
    name = None if _never_waits(request) else await _room_of_slot(request, org_id, slot_id)
    if name is None:
        yield
        return
    async with turn_to_book(
        request.app[SERVICES], name, visitor_of(request), None if key is None else f"{org_id}:{key}"
    ):
        yield


@asynccontextmanager
async def turn_for_performance(request: web.Request, performance_id: int, key: str | None) -> AsyncIterator[None]:
    """Let the block ask for seats at a performance. Otherwise as `turn_for_slot`."""
    name = None if _never_waits(request) else await _room_of_performance(request, performance_id)
    if name is None:
        yield
        return
    async with turn_to_book(request.app[SERVICES], name, visitor_of(request), key):
        yield


@asynccontextmanager
async def turn_for_move(request: web.Request, reservation_id: int, slot_id: int) -> AsyncIterator[None]:
    """Let the block move a reservation into a slot or to a performance. Otherwise as `turn_for_slot`; a repeat of the same move goes on."""
    name = None if _never_waits(request) else await _room_of_any(request, slot_id)
    if name is None:
        yield
        return
    key = f"move:{reservation_id}:{slot_id}"
    async with turn_to_book(request.app[SERVICES], name, visitor_of(request), key):
        yield


async def _room_of_any(request: web.Request, slot_id: int) -> RoomName | None:
    """Return the waiting room in front of a slot or a performance with this id."""
    services = request.app[SERVICES]
    try:
        slot = await services.waiting_rooms.read(RoomName("slot", slot_id))
        venue = await services.venues.read(slot.org_id, slot.venue_id)
    except DatabaseDown:
        return None
    except Refused:
        return await _room_of_performance(request, slot_id)
    return room_of_slot(venue.waiting_room, slot_id, venue.id, slot.date)


def _never_waits(request: web.Request) -> bool:
    return identity_of(request) is not None or "api_key" in request


async def _room_of_slot(request: web.Request, org_id: int, slot_id: int) -> RoomName | None:
    """Return the waiting room in front of a slot; None if there is none, or if Postgres does not say."""
    services = request.app[SERVICES]
    try:
        place = await request.app[AVAILABILITY].place_of(org_id, slot_id)
        if place is None:
            return None
        venue_id, day = place
        return room_of_slot((await services.venues.read(org_id, venue_id)).waiting_room, slot_id, venue_id, day)
    except (Refused, DatabaseDown):
        return None


async def _room_of_performance(request: web.Request, performance_id: int) -> RoomName | None:
    try:
        venue = await request.app[SERVICES].waiting_rooms.venue_of_performance(performance_id)
    except (Refused, DatabaseDown):
        return None
    return None if venue is None else room_of_performance(venue.waiting_room, performance_id)
