"""The endpoint that corrects the e-mail address of a visit for the holder of its link."""

from aiohttp import web

from hub.actions.booking.correct_address import correct_address
from hub.actions.booking.reservation_views import party_of_token
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.api.booking.requests import CorrectAddress
from web.api.booking.reserved_fields import manage_path
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import SERVICES
from web.rate_limits import enforce_rate_limit
from web.request_fields import manage_token, path_id


async def correct_own_address(request: web.Request) -> web.Response:
    reservation_id = path_id(request, "reservation_id")
    body = await read_json(request, CorrectAddress)
    services = request.app[SERVICES]
    token = manage_token(request)
    if token is None:
        raise Refused(Reason.UNAUTHENTICATED)
    # Each change sends e-mails, as each one-time code does.
    await enforce_rate_limit(request, "correct", services.settings.rate_codes)
    fresh = await correct_address(
        services, token, body.customer_email, proofs=body.contact_proof, reservation_id=reservation_id
    )
    first = (await party_of_token(services, fresh or token)).reservation
    path = manage_path(fresh or token, of_booking=first.booking_id is not None)
    return success_response(
        {
            "reservation_id": reservation_id,
            "customer_email": first.customer_email,
            "confirmation_sent": fresh is not None,
            "manage_url": services.settings.public_url + path,
            "token": fresh or token,
        }
    )
