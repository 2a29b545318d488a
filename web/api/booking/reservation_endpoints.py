"""The endpoints of a reservation: show it, send its QR code or calendar file, move it, cancel it."""

from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.move import move_reservation
from hub.actions.booking.reservation_views import Party, ReservationView, party_of_token, read_party
from hub.actions.shows.read_shows import alternatives_of
from hub.confirmation import booked_party, qr_code
from hub.confirmation.calendar_file import CalendarEntry, calendar_of
from hub.confirmation.calendar_links import calendar_links
from hub.confirmation.mail_carrier import sender_address
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.api.booking.requests import MoveReservation
from web.api.booking.reservation_fields import reservation_fields
from web.api.booking.reserved_fields import manage_path
from web.json_body import read_json
from web.json_responses import success_response
from web.keys import AVAILABILITY, SERVICES
from web.request_fields import holder_identity, manage_token, path_id, query_flag
from web.waiting_visitors import turn_for_move


async def show_reservation(request: web.Request) -> web.Response:
    return success_response(_fields_with_links(request, await _party_of_request(request)))


async def show_reservation_of_token(request: web.Request) -> web.Response:
    """Show the reservation of a token, for the page of the customer's link, which has no id."""
    token = manage_token(request)
    if token is None:
        raise Refused(Reason.UNAUTHENTICATED)
    return success_response(_fields_with_links(request, await party_of_token(request.app[SERVICES], token)))


async def move_party(request: web.Request) -> web.Response:
    reservation_id = path_id(request, "reservation_id")
    body = await read_json(request, MoveReservation)
    services = request.app[SERVICES]

    async def other_performances(org_id: int, slot_id: int, places: int) -> list[dict[str, Any]]:
        return [one.as_alternative() for one in await alternatives_of(services, org_id, slot_id, places)]

    async with turn_for_move(request, reservation_id, body.slot_id):
        party = await move_reservation(
            services,
            request.app[AVAILABILITY],
            other_performances,
            reservation_id,
            body.slot_id,
            token=manage_token(request),
            identity=holder_identity(request),
            whole_party=body.party,
        )
    return success_response(_fields_with_links(request, party))


async def cancel_party(request: web.Request) -> web.Response:
    reservation_id = path_id(request, "reservation_id")
    result = await cancel_reservation(
        request.app[SERVICES],
        reservation_id,
        token=manage_token(request),
        identity=holder_identity(request),
        whole_party=query_flag(request, "party"),
    )
    return success_response(result)


async def send_qr_png(request: web.Request) -> web.Response:
    reservation = (await _party_of_request(request)).reservation
    return _file_response(qr_code.png(reservation.ticket_code), "image/png", f"ticket-{reservation.reservation_id}.png")


async def send_qr_svg(request: web.Request) -> web.Response:
    reservation = (await _party_of_request(request)).reservation
    picture = qr_code.svg(reservation.ticket_code).encode()
    return _file_response(picture, "image/svg+xml", f"ticket-{reservation.reservation_id}.svg")


async def send_calendar_file(request: web.Request) -> web.Response:
    """Send the visits of the whole party. The UIDs are those of its e-mails, so a calendar shows one entry per slot."""
    party = await _party_of_request(request)
    text = calendar_of(_entries(request, party), stamped_at=request.app[SERVICES].clock.now())
    return _file_response(text, "text/calendar; charset=utf-8", f"reservation-{party.reservation.reservation_id}.ics")


async def _party_of_request(request: web.Request) -> Party:
    reservation_id = path_id(request, "reservation_id")
    return await read_party(
        request.app[SERVICES], reservation_id, token=manage_token(request), identity=holder_identity(request)
    )


def _fields_with_links(request: web.Request, party: Party) -> dict[str, Any]:
    services = request.app[SERVICES]
    return reservation_fields(party, services.clock.now(), _calendar_links(request, party.reservation))


def _calendar_links(request: web.Request, one: ReservationView) -> dict[str, str]:
    (entry,) = _entries(request, Party(one, (one,)))
    return calendar_links(entry)


def _entries(request: web.Request, party: Party) -> list[CalendarEntry]:
    settings, token, first = request.app[SERVICES].settings, manage_token(request), party.reservation
    host = urlsplit(settings.public_url).hostname or "localhost"
    manage_url = settings.public_url + manage_path(token, of_booking=first.booking_id is not None) if token else ""
    if first.booking_id is not None:
        return [_entry_of_booking(first, host, manage_url, sender_address(settings))]
    places = tuple(
        booked_party.Place(
            one.reservation_id, one.status, one.calendar_sequence, one.ticket_code, "", None, one.slot_id, one.date,
            one.start_time, one.end_time, one.starts_at, one.ends_at,
        )
        for one in party.members
    )  # fmt: skip
    venue = booked_party.VenueFacts(first.venue_name, first.venue_address, first.timezone, first.change_cutoff_hours)
    standing = [one.reservation_id for one in party.members if one.status != "CANCELLED"]
    return booked_party.calendar_entries(
        booked_party.Party(venue, places),
        standing or [one.reservation_id for one in party.members],
        host=host,
        manage_url=manage_url,
        language=first.language,
        organizer=sender_address(settings),
    )


def _entry_of_booking(one: ReservationView, host: str, manage_url: str, organizer: str) -> CalendarEntry:
    """Return the entry of its e-mails. It has no code, because a calendar is shared more readily than an e-mail."""
    cancelled = one.status == "CANCELLED"
    return CalendarEntry(
        reservation_id=one.reservation_id,
        host=host,
        venue_name=one.venue_name,
        venue_timezone=one.timezone,
        ticket_code="",
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        manage_url="" if cancelled else manage_url,
        address=one.venue_address,
        language=one.language,
        organizer=organizer,
        sequence=one.calendar_sequence + cancelled,
        cancelled=cancelled,
        show_title=one.show_title or "",
        room=one.room_name or "",
        people=one.places,
        change_until=one.change_until,
    )


def _file_response(content: bytes, kind: str, name: str) -> web.Response:
    """Return a file with `Content-Disposition: inline`: browsers show it, and a `download` link saves it as `name`."""
    headers = {"Content-Type": kind, "Content-Disposition": f'inline; filename="{name}"'}
    return web.Response(body=content, headers=headers)
