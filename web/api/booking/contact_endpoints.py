"""The contact endpoints: send a one-time code to an address, and take it back typed for a proof."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from aiohttp import web
from pydantic import Field

from hub.actions.booking.contact_codes import confirm_code, send_code
from hub.actions.venues.organisations import resolve_org
from hub.rules.contact_code import tidy_code
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.contact_details import check_contact
from web.api.requests import Body, Email, FilledText, Organisation, Phone
from web.api.responses import Done, Shape
from web.json_body import invalid, read_json
from web.json_responses import done
from web.keys import SERVICES
from web.request_fields import enforce_rate_limit, organisation

Channel = Literal["email", "sms"]


class SendCode(Body):
    email: Email
    phone: Phone
    channel: Annotated[Channel, Field(description="Which of the two gets the code.")]
    orq: Organisation


class ConfirmCode(Body):
    challenge_id: Annotated[UUID, Field(strict=False)]
    code: Annotated[FilledText, Field(max_length=64, examples=["246810"])]


class CodeOnItsWay(Shape):
    challenge_id: UUID
    channel: Channel
    sent_to: str
    """The address, masked."""
    expires_at: datetime
    resend_after: int
    """Seconds until another code may be asked for."""


class CodeOnItsWayAnswer(Done):
    data: CodeOnItsWay


class ContactProven(Shape):
    contact_proof: str
    """For `contact_proof` of a booking with the same address."""
    expires_at: datetime


class ContactProvenAnswer(Done):
    data: ContactProven


async def send(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    body = await read_json(request, SendCode)
    contact = check_contact(body.email, body.phone)
    org_id = await resolve_org(services, organisation(request, body.orq))
    try:
        await enforce_rate_limit(request, "codes", services.settings.rate_codes)
    except Refused as no:
        # To whoever asks, it is the same refusal: too many codes, whichever count it is that says so.
        raise Refused(Reason.CODE_TOO_MANY, **no.details) from None
    challenge = await send_code(services, org_id, contact, body.channel, request["language"])
    return done(
        {
            "challenge_id": challenge.challenge_id,
            "channel": challenge.channel,
            "sent_to": challenge.sent_to,
            "expires_at": challenge.expires_at,
            "resend_after": challenge.resend_after,
        }
    )


async def confirm(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    body = await read_json(request, ConfirmCode)
    await enforce_rate_limit(request, "contact", services.settings.rate_validate)
    code = tidy_code(body.code)
    if code is None:
        # Not a guess: it costs no try.
        raise invalid(("code", "Give the six digits of the code"))
    confirmed = await confirm_code(services, body.challenge_id, code)
    return done({"contact_proof": confirmed.contact_proof, "expires_at": confirmed.expires_at})
