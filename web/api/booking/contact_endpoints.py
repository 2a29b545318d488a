"""The contact endpoints: check contact details, send a one-time code to an address, exchange the code for a proof."""

from aiohttp import web

from hub.actions.booking.contact_codes import confirm_code, send_code
from hub.actions.booking.send_again import send_again_for_ticket, send_again_to_address
from hub.actions.orders.send_again import send_orders_again
from hub.actions.venues.organisations import resolve_org
from hub.observability import outcome_metrics, telemetry
from hub.rules.contact_code import tidy_code
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.contact_details import check_contact
from web.api.booking.requests import ConfirmCode, SendAgain, SendCode, VerifyContact
from web.json_body import invalid, read_json
from web.json_responses import dumps, json_response, success_response
from web.keys import PORTAL_STEPS, SERVICES
from web.rate_limits import enforce_rate_limit
from web.request_fields import named_organisation

ON_ITS_WAY = "What was booked or bought is on its way to the address on file"


async def check_contact_details(request: web.Request) -> web.Response:
    body = await read_json(request, VerifyContact)
    await enforce_rate_limit(request, "contact", request.app[SERVICES].settings.rate_validate)
    org_id, steps = named_organisation(request), request.app[PORTAL_STEPS]
    telemetry.event(telemetry.CONTACT_REQUESTED, ticket_id=body.ticket_id)
    try:
        check_contact(body.email, body.phone)
    except Refused as no:
        fields = [problem["field"] for problem in no.details["validation_errors"]]
        outcome_metrics.contact_checked("format", "invalid")
        telemetry.event(telemetry.CONTACT_FAILED, ticket_id=body.ticket_id, fields=fields)
        steps.refuse(org_id, None, "contact", no.reason)
        raise
    for ticket_id in dict.fromkeys([body.ticket_id, *(body.ticket_ids or ())]):
        steps.accept_contact(org_id, ticket_id)
    outcome_metrics.contact_checked("format", "valid")
    return json_response(dumps({"success": True, "message": "Contact information verified", "otp_sent": False}))


async def send_again(request: web.Request) -> web.Response:
    """Send confirmations and tickets again to the address on file. The answer is the same whether or not there are any."""
    services = request.app[SERVICES]
    body = await read_json(request, SendAgain)
    if (body.ticket_code is None) == (body.email is None):
        raise invalid(("ticket_code", "Give either a ticket code or an email address"))
    await enforce_rate_limit(request, "send-again", services.settings.rate_codes)
    if body.ticket_code is not None:
        org_id = await resolve_org(services, named_organisation(request, body.orq))
        await send_again_for_ticket(services, org_id, body.ticket_code)
    elif body.email is not None:
        await send_again_to_address(services, body.email)
        await send_orders_again(services, body.email)
    return json_response(dumps({"success": True, "message": ON_ITS_WAY}))


async def send_contact_code(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    body = await read_json(request, SendCode)
    contact = check_contact(body.email, body.phone)
    org_id = await resolve_org(services, named_organisation(request, body.orq))
    try:
        await enforce_rate_limit(request, "codes", services.settings.rate_codes)
    except Refused as no:
        # Both limits give the client the same refusal: too many codes.
        raise Refused(Reason.CODE_TOO_MANY, **no.details) from None
    challenge = await send_code(services, org_id, contact, body.channel, request["language"])
    return success_response(
        {
            "challenge_id": challenge.challenge_id,
            "channel": challenge.channel,
            "sent_to": challenge.sent_to,
            "expires_at": challenge.expires_at,
            "resend_after": challenge.resend_after,
        }
    )


async def confirm_contact_code(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    body = await read_json(request, ConfirmCode)
    await enforce_rate_limit(request, "contact", services.settings.rate_validate)
    code = tidy_code(body.code)
    if code is None:
        # Text that is not a code does not count as a guess.
        raise invalid(("code", "Give the six digits of the code"))
    confirmed = await confirm_code(services, body.challenge_id, code)
    return success_response({"contact_proof": confirmed.contact_proof, "expires_at": confirmed.expires_at})
