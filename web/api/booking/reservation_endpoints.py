"""The endpoints of a booked visit: look at it, take it home as a picture or a calendar entry, move it, give it back."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.move import move_reservation
from hub.actions.booking.reservation_views import Party, ReservationView, party_of_token, read_party
from hub.confirmation import qr_code, visits
from hub.confirmation.calendar_file import CalendarEntry, calendar_of
from hub.confirmation.calendar_links import calendar_links
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.api.requests import MoveReservation
from web.json_body import read_json
from web.json_responses import done
from web.keys import AVAILABILITY, SERVICES
from web.request_fields import identity_of, manage_token, path_id, query_flag


async def read(request: web.Request) -> web.Response:
    return done(_told(request, await _party(request)))


async def by_token(request: web.Request) -> web.Response:
    """The page behind the customer's link knows the token and no id."""
    token = manage_token(request)
    if token is None:
        raise Refused(Reason.UNAUTHENTICATED)
    return done(_told(request, await party_of_token(request.app[SERVICES], token)))


async def move(request: web.Request) -> web.Response:
    reservation_id = path_id(request, "reservation_id")
    body = await read_json(request, MoveReservation)
    party = await move_reservation(
        request.app[SERVICES],
        request.app[AVAILABILITY],
        reservation_id,
        body.slot_id,
        token=manage_token(request),
        identity=identity_of(request),
        whole_party=body.party,
    )
    return done(_told(request, party))


async def cancel(request: web.Request) -> web.Response:
    reservation_id = path_id(request, "reservation_id")
    result = await cancel_reservation(
        request.app[SERVICES],
        reservation_id,
        token=manage_token(request),
        identity=identity_of(request),
        whole_party=query_flag(request, "party"),
    )
    return done(result)


async def qr_png(request: web.Request) -> web.Response:
    reservation = (await _party(request)).reservation
    return _file(qr_code.png(reservation.ticket_code), "image/png", f"ticket-{reservation.reservation_id}.png")


async def qr_svg(request: web.Request) -> web.Response:
    reservation = (await _party(request)).reservation
    picture = qr_code.svg(reservation.ticket_code).encode()
    return _file(picture, "image/svg+xml", f"ticket-{reservation.reservation_id}.svg")


async def calendar(request: web.Request) -> web.Response:
    """The whole party's visits, under the same names as in its mails: taken from both, they are one entry a slot."""
    party = await _party(request)
    text = calendar_of(_entries(request, party), stamped_at=request.app[SERVICES].clock.now())
    return _file(text, "text/calendar; charset=utf-8", f"reservation-{party.reservation.reservation_id}.ics")


async def _party(request: web.Request) -> Party:
    reservation_id = path_id(request, "reservation_id")
    return await read_party(
        request.app[SERVICES], reservation_id, token=manage_token(request), identity=identity_of(request)
    )


def _told(request: web.Request, party: Party) -> dict[str, Any]:
    services = request.app[SERVICES]
    return as_dict(party, services.clock.now(), _links(request, party.reservation))


def as_dict(party: Party, now: datetime, links: dict[str, str]) -> dict[str, Any]:
    """The reservation asked for, with everybody who was booked with it."""
    one = party.reservation
    return {
        "reservation_id": one.reservation_id,
        "ticket_id": one.ticket_id,
        "ticket_code": one.ticket_code,
        "status": one.status,
        "slot": {**_where(one), "starts_at": one.starts_at, "ends_at": one.ends_at},
        "venue": {"id": one.venue_id, "name": one.venue_name, "address": one.venue_address, "timezone": one.timezone},
        "customer_email": one.customer_email,
        "customer_phone": one.customer_phone,
        "reserved_at": one.reserved_at,
        "change_cutoff_hours": one.change_cutoff_hours,
        "can_change": party.can_change(now),
        "change_until": one.change_until,
        "calendar_links": links,
        "party": [
            {
                "reservation_id": member.reservation_id,
                "ticket_id": member.ticket_id,
                "ticket_code": member.ticket_code,
                "status": member.status,
                **_where(member),
            }
            for member in party.members
        ],
    }


def _where(one: ReservationView) -> dict[str, Any]:
    return {"slot_id": one.slot_id, "date": one.date, "start_time": one.start_time, "end_time": one.end_time}


def _links(request: web.Request, one: ReservationView) -> dict[str, str]:
    (entry,) = _entries(request, Party(one, (one,)))
    return calendar_links(entry)


def _entries(request: web.Request, party: Party) -> list[CalendarEntry]:
    settings, token, first = request.app[SERVICES].settings, manage_token(request), party.reservation
    places = tuple(
        visits.Place(
            one.reservation_id, one.status, one.calendar_sequence, one.ticket_code, "", None, one.slot_id, one.date,
            one.start_time, one.end_time, one.starts_at, one.ends_at,
        )
        for one in party.members
    )  # fmt: skip
    venue = visits.VenueFacts(first.venue_name, first.venue_address, first.timezone, first.change_cutoff_hours)
    standing = [one.reservation_id for one in party.members if one.status != "CANCELLED"]
    return visits.calendar_entries(
        visits.Party(venue, places),
        standing or [one.reservation_id for one in party.members],
        host=urlsplit(settings.public_url).hostname or "localhost",
        manage_url=f"{settings.public_url}/r/{token}" if token else "",
        language=first.language,
        organizer="",
    )


def _file(content: bytes, kind: str, name: str) -> web.Response:
    """`inline`: a browser shows the picture; a link with `download` saves it under this name."""
    headers = {"Content-Type": kind, "Content-Disposition": f'inline; filename="{name}"'}
    return web.Response(body=content, headers=headers)
