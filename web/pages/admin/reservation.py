"""The page of one reservation, and what staff do there: correct its contact, move it, cancel it, send its confirmation again."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.actions.audit.actor import Actor
from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.correct_contact import correct_contact, resend_confirmation
from hub.actions.booking.find_reservations import (
    FoundReservation,
    mails_of_reservations,
    read_found_reservation,
    slots_to_move_to,
)
from hub.actions.booking.move import move_reservation
from hub.actions.booking.reservation_views import read_party
from hub.actions.shows.read_shows import other_performances
from hub.confirmation.failure_texts import failure_text
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from web.keys import AVAILABILITY, SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, moment_in, see_other
from web.pages.admin.reservations import LIST
from web.pages.forms import Form, read_form
from web.pages.staff import manager_of
from web.request_fields import path_id

_STANDING = ("RESERVED", "VERIFIED")


async def show_reservation(request: web.Request) -> web.StreamResponse:
    """Show the page. Bookings and guests have pages of their own."""
    by, reservation_id = _actor(request), path_id(request, "reservation_id")
    found = await read_found_reservation(request.app[SERVICES], by, reservation_id)
    if found.channel == "booking":
        return see_other(f"/admin/bookings/{found.ticket_id}", done=request.query.get("done"))
    return await _page(request, by, found)


async def change_contact(request: web.Request) -> web.Response:
    by, reservation_id = _actor(request), path_id(request, "reservation_id")
    form = await read_form(request)
    try:
        await correct_contact(
            request.app[SERVICES],
            by,
            reservation_id,
            email=form.get("email"),
            phone=form.get("phone"),
            version=form.number("version"),
        )
    except Refused as no:
        return await _page(request, by, refused=no, form=form)
    return see_other(f"{LIST}/{reservation_id}", done="contact-corrected")


async def move(request: web.Request) -> web.Response:
    by, reservation_id, services = _actor(request), path_id(request, "reservation_id"), request.app[SERVICES]
    form = await read_form(request)
    slot_id = form.number("slot")
    try:
        if slot_id is None:
            raise Refused(Reason.SLOT_NOT_FOUND)
        await move_reservation(
            services, request.app[AVAILABILITY], other_performances(services), reservation_id, slot_id, token=None, identity=None,
            whole_party=form.has("party"), by=by,
        )  # fmt: skip
    except Refused as no:
        return await _page(request, by, refused=no)
    return await _changed(request, by, reservation_id, "reservation-moved")


async def cancel(request: web.Request) -> web.Response:
    by, reservation_id = _actor(request), path_id(request, "reservation_id")
    form = await read_form(request)
    try:
        await cancel_reservation(
            request.app[SERVICES], reservation_id, token=None, identity=None, whole_party=form.has("party"), by=by
        )
    except Refused as no:
        return await _page(request, by, refused=no)
    return await _changed(request, by, reservation_id, "reservation-cancelled")


async def send_again(request: web.Request) -> web.Response:
    by, reservation_id = _actor(request), path_id(request, "reservation_id")
    await read_form(request)
    try:
        await resend_confirmation(request.app[SERVICES], by, reservation_id)
    except Refused as no:
        return await _page(request, by, refused=no)
    return see_other(f"{LIST}/{reservation_id}", done="confirmation-sent")


async def _changed(request: web.Request, by: Actor, reservation_id: int, done: str) -> web.Response:
    """Lead back to the reservation. Whoever has left no address was not sent an e-mail, and nothing is said of one."""
    found = await read_found_reservation(request.app[SERVICES], by, reservation_id)
    return see_other(f"{LIST}/{reservation_id}", done=done if found.email else f"{done}-unsent")


async def _page(
    request: web.Request,
    by: Actor,
    found: FoundReservation | None = None,
    refused: Refused | None = None,
    form: Form | None = None,
) -> web.Response:
    """Show the reservation as it is now, under a refusal if there was one. Refuses RESERVATION_NOT_FOUND."""
    services = request.app[SERVICES]
    found = found or await read_found_reservation(services, by, path_id(request, "reservation_id"))
    party = await read_party(services, found.reservation_id, token=None, identity=None, by=by)
    stands, over = found.status in _STANDING, services.clock.now() >= found.ends_at
    mails = await mails_of_reservations(services, by, [one.reservation_id for one in party.members])
    status = 200 if refused is None else 412 if refused.reason is Reason.VERSION_MISMATCH else 409
    return admin_page(
        request,
        "reservation.html",
        status=status,
        refused=refused,
        one=found,
        typed={"email": form.get("email"), "phone": form.get("phone")}
        if form
        else {"email": found.email, "phone": found.phone},
        newest={"email": found.email, "phone": found.phone} if status == 412 else {"email": None, "phone": None},
        members=[one for one in party.members if one.reservation_id != found.reservation_id],
        moments={
            name: moment_in(getattr(found, name), found.zone)
            for name in ("reserved_at", "moved_at", "verified_at", "cancelled_at")
        },
        mails=[_mail(row, found, request["language"]) for row in mails],
        targets=await slots_to_move_to(services, by, found.slot_id, found.places)
        if found.status == "RESERVED" and not over
        else [],
        can_change=stands and not over,
        can_cancel=found.status == "RESERVED" and not over,
    )


def _mail(row: Any, found: FoundReservation, language: str) -> dict[str, Any]:
    return {
        "kind": row["kind"],
        "status": row["status"],
        "recipient": row["recipient"],
        "at": moment_in(row["sent_at"] or row["created_at"], found.zone),
        "trouble": failure_text(row["last_error"], language) if row["last_error"] else "",
    }


def _actor(request: web.Request) -> Actor:
    return Actor.of(manager_of(request), client_ip=client_ip(request))
