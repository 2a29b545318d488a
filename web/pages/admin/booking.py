"""The page of one booking, and what staff do there: cancel it, move it, send its e-mail again."""

from __future__ import annotations

from aiohttp import web

from hub.access.scope import refuse_other_venue
from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.shows.change_bookings import (
    MoveTarget,
    cancel_booking,
    move_booking,
    performances_to_move_to,
    resend_booking,
)
from hub.actions.shows.find_bookings import FoundBooking, mails_of_booking, read_found_booking
from hub.confirmation.failure_texts import failure_text
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.keys import AVAILABILITY, SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, moment_in, see_other
from web.pages.forms import read_form
from web.pages.staff import manager_of
from web.request_fields import path_id


async def show_booking(request: web.Request) -> web.Response:
    return await _page(request, manager_of(request))


async def send_again(request: web.Request) -> web.Response:
    manager, booking_id = manager_of(request), path_id(request, "booking_id")
    await read_form(request)
    try:
        booking = await resend_booking(request.app[SERVICES], booking_id, _actor(request, manager))
    except Refused as no:
        return await _page(request, manager, no)
    return see_other(
        f"/admin/bookings/{booking_id}", done="request-sent" if booking.status == "PENDING" else "confirmation-sent"
    )


async def move(request: web.Request) -> web.Response:
    manager, booking_id = manager_of(request), path_id(request, "booking_id")
    performance_id = (await read_form(request)).number("performance")
    try:
        if performance_id is None:
            raise Refused(Reason.PERFORMANCE_NOT_FOUND)
        await move_booking(
            request.app[SERVICES], request.app[AVAILABILITY], booking_id, performance_id, _actor(request, manager)
        )
    except Refused as no:
        return await _page(request, manager, no)
    return see_other(f"/admin/bookings/{booking_id}", done="booking-moved")


async def cancel(request: web.Request) -> web.Response:
    manager, booking_id = manager_of(request), path_id(request, "booking_id")
    await read_form(request)
    services = request.app[SERVICES]
    try:
        before = await read_found_booking(services, manager.org_id, booking_id)
        await cancel_booking(services, booking_id, _actor(request, manager))
    except Refused as no:
        return await _page(request, manager, no)
    return see_other(
        f"/admin/bookings/{booking_id}", done="request-cancelled" if before.status == "PENDING" else "booking-cancelled"
    )


def _actor(request: web.Request, manager: Identity) -> Actor:
    return Actor.of(manager, client_ip=client_ip(request))


async def _page(request: web.Request, manager: Identity, refused: Refused | None = None) -> web.Response:
    """Show the booking as it is now, under a refusal if there was one. Refuses BOOKING_NOT_FOUND."""
    services = request.app[SERVICES]
    booking = await read_found_booking(services, manager.org_id, path_id(request, "booking_id"))
    refuse_other_venue(manager, booking.venue_id)
    stands = booking.status in ("PENDING", "CONFIRMED", "CHECKED_IN")
    over = services.clock.now() >= booking.ends_at
    targets = await _targets(request, manager, booking) if stands and booking.status != "CHECKED_IN" else []
    mails = [
        {
            "kind": row["kind"],
            "status": row["status"],
            "at": moment_in(row["sent_at"] or row["created_at"], booking.zone),
            "trouble": failure_text(row["last_error"], request["language"]) if row["last_error"] else "",
        }
        for row in await mails_of_booking(services, booking, manager.org_id)
    ]
    return admin_page(
        request,
        "booking.html",
        status=409 if refused is not None else 200,
        refused=refused,
        booking=booking,
        moments=_moments(booking),
        mails=mails,
        targets=targets,
        can_resend=stands and not over,
        can_cancel=booking.status in ("PENDING", "CONFIRMED") and not over,
    )


async def _targets(request: web.Request, manager: Identity, booking: FoundBooking) -> list[MoveTarget]:
    """Return the performances that the whole party fits into. A request takes no places, so it fits everywhere."""
    found = await performances_to_move_to(request.app[SERVICES], manager.org_id, booking.performance_id)
    return [one for one in found if booking.status == "PENDING" or one.free >= booking.party_size]


def _moments(booking: FoundBooking) -> dict[str, object]:
    names = ("requested_at", "expires_at", "confirmed_at", "checked_in_at", "ended_at")
    return {name: moment_in(getattr(booking, name), booking.zone) for name in names}
