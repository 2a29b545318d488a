"""The endpoint of the box office at the gate: a visitor's ticket is sent again."""

from aiohttp import web

from hub.access.roles import Role
from hub.actions.box_office.send_ticket import send_ticket
from web.api.administration import actor_of, answer
from web.keys import SERVICES
from web.rate_limits import operator_of
from web.request_fields import path_id


async def send_again(request: web.Request) -> web.Response:
    await operator_of(request)
    by = actor_of(request, Role.OPERATOR)
    return answer({"sent_to": await send_ticket(request.app[SERVICES], by, path_id(request, "ticket_id"))})
