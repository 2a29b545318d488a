"""The endpoints with which staff change a booking: cancel it, move it, send its e-mail again."""

from aiohttp import web

from hub.access.roles import Role
from hub.actions.shows.change_bookings import cancel_booking, move_booking, resend_booking
from web.api.administration import actor_of
from web.api.requests import Id, Request
from web.api.shows.booking_list_fields import booking_fields
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import AVAILABILITY, SERVICES
from web.request_fields import path_id


class MoveBooking(Request):
    performance_id: Id


async def cancel_one_booking(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    booking = await cancel_booking(request.app[SERVICES], path_id(request, "booking_id"), by)
    return success_response(booking_fields(booking))


async def move_one_booking(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    booking_id = path_id(request, "booking_id")
    body = await read_json(request, MoveBooking)
    booking = await move_booking(request.app[SERVICES], request.app[AVAILABILITY], booking_id, body.performance_id, by)
    return success_response(booking_fields(booking))


async def resend_one_booking(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    booking = await resend_booking(request.app[SERVICES], path_id(request, "booking_id"), by)
    return success_response(booking_fields(booking))
