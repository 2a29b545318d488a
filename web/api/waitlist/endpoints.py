"""The waiting list endpoints: join the line of a full slot, look at one's turn, take what is offered, leave."""

import hashlib
import re
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
from aiohttp import web
from pydantic import Field

from hub.actions.venues.organisations import resolve_org
from hub.actions.waitlist.accept_offer import accept_offer
from hub.actions.waitlist.entries import WaitlistView, read_waitlist
from hub.actions.waitlist.join import JoinRequest, codes_of, join_waitlist
from hub.actions.waitlist.leave import leave_waitlist
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.contact_details import check_contact
from web.api.booking.endpoints import party_dict
from web.api.requests import Body, Code, Email, Id, Organisation, Phone, Text
from web.api.responses import Done, Shape, TimedSlot, VenueName
from web.json_body import read_json
from web.json_responses import done
from web.keys import SERVICES
from web.request_fields import enforce_rate_limit, idempotency_key, organisation

_VISIBLE = re.compile(r"[\x21-\x7e]{1,200}")
Proof = Annotated[Text, Field(max_length=2048)]
Status = Literal["WAITING", "OFFERED", "ACCEPTED", "LAPSED", "LEFT", "CLOSED"]


class JoinWaitlist(Body):
    ticket_codes: Annotated[list[Code], Field(min_length=1, max_length=20)]
    slot_id: Id
    customer_email: Email
    customer_phone: Phone
    contact_proof: Annotated[
        Proof | Annotated[list[Proof], Field(max_length=4)] | None,
        Field(default=None, description="Where the venue asks for it: what `POST /api/contact/confirm` gave."),
    ]
    orq: Organisation


class Joined(Shape):
    waitlist_id: int
    position: int
    """1 is next."""
    places: int
    waitlist_url: str
    """The link to this entry. Whoever has it can accept an offer, or leave."""
    token: str


class JoinedAnswer(Done):
    data: Joined


class Entry(Shape):
    waitlist_id: int
    status: Status
    position: int | None
    """1 is next; null unless WAITING."""
    places: int
    ticket_codes: list[str]
    slot: TimedSlot
    venue: VenueName
    offer_ends_at: datetime | None
    """The offer can be accepted before this moment."""
    closed_because: Literal["slot_over", "slot_closed", "ticket", "no_waitlist"] | None
    """Why a CLOSED entry was closed; `ticket`: one of its tickets was booked elsewhere or is not good any more."""
    manage_url: str | None
    """The link to the reservations of an ACCEPTED entry."""


class EntryAnswer(Done):
    data: Entry


async def join(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    body = await read_json(request, JoinWaitlist)
    key = idempotency_key(request)
    contact = check_contact(body.customer_email, body.customer_phone, ("customer_email", "customer_phone"))
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    org_id = await resolve_org(services, organisation(request, body.orq))
    codes = tuple(codes_of(tuple(body.ticket_codes)))
    meant = orjson.dumps([codes, body.slot_id, contact.email, contact.phone_e164])
    joined = await join_waitlist(
        services,
        JoinRequest(
            org_id=org_id,
            ticket_codes=codes,
            slot_id=body.slot_id,
            email=contact.email,
            phone=contact.phone_e164,
            language=request["language"],
            contact_proof=body.contact_proof,
            idempotency_key=key,
            body_hash=hashlib.sha256(meant).digest(),
        ),
    )
    return done(
        {
            "waitlist_id": joined.entry_id,
            "position": joined.position,
            "places": joined.places,
            "waitlist_url": f"{services.settings.public_url}/w/{joined.token}",
            "token": joined.token,
        }
    )


async def read(request: web.Request) -> web.Response:
    return done(as_dict(await read_waitlist(request.app[SERVICES], _token(request)), request))


async def accept(request: web.Request) -> web.Response:
    services = request.app[SERVICES]
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    reserved = await accept_offer(services, _token(request), request["language"])
    return done(party_dict(reserved, services.settings.public_url))


async def leave(request: web.Request) -> web.Response:
    return done(as_dict(await leave_waitlist(request.app[SERVICES], _token(request)), request))


def as_dict(view: WaitlistView, request: web.Request) -> dict[str, Any]:
    token, public = _token(request), request.app[SERVICES].settings.public_url
    return {
        "waitlist_id": view.entry_id,
        "status": view.status,
        "position": view.position,
        "places": view.places,
        "ticket_codes": view.ticket_codes,
        "slot": {
            "slot_id": view.slot_id,
            "date": view.date,
            "start_time": view.start_time,
            "end_time": view.end_time,
            "starts_at": view.starts_at,
            "ends_at": view.ends_at,
        },
        "venue": {"id": view.venue_id, "name": view.venue_name, "timezone": view.timezone},
        "offer_ends_at": view.offer_ends_at,
        "closed_because": view.end_cause,
        "manage_url": f"{public}/r/{token}" if view.status == "ACCEPTED" else None,
    }


def _token(request: web.Request) -> str:
    token = request.match_info["token"]
    if not _VISIBLE.fullmatch(token):
        raise Refused(Reason.WAITLIST_NOT_FOUND)
    return token
