"""The endpoints of the box office at the gate: a visitor's ticket is sent again, or its contact corrected."""

from aiohttp import web

from hub.access.roles import Role
from hub.actions.box_office.correct_ticket_contact import correct_ticket_contact
from hub.actions.box_office.send_ticket import send_ticket
from web.api.administration import actor_of, answer
from web.api.booking.admin_requests import CorrectedContact
from web.json_body import read_json
from web.keys import SERVICES
from web.rate_limits import operator_of
from web.request_fields import path_id


async def send_again(request: web.Request) -> web.Response:
    await operator_of(request)
    by = actor_of(request, Role.OPERATOR)
    return answer({"sent_to": await send_ticket(request.app[SERVICES], by, path_id(request, "ticket_id"))})


async def correct_one(request: web.Request) -> web.Response:
    by = actor_of(request, Role.MANAGER)
    body = await read_json(request, CorrectedContact)
    contact = await correct_ticket_contact(
        request.app[SERVICES], by, path_id(request, "ticket_id"), email=body.email, phone=body.phone
    )
    return answer({"email": contact.email, "phone": contact.phone_e164})
