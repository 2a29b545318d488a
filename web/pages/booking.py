"""The page of a booking by the link of either e-mail: confirm the request, show the QR code, move, cancel, print.

A GET changes nothing, because mail programs open the links they see. Every form works without JavaScript. Of the contact
details the page shows the masked address alone: whoever looks over a shoulder learns the name at most.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.move import move_reservation
from hub.actions.shows.booking_views import BookingView, booking_of_token
from hub.actions.shows.confirm_booking import ConfirmRequest
from hub.actions.shows.own_requests import move_own_request
from hub.actions.shows.read_shows import alternatives_of, read_show
from hub.actions.waitlist.join_booking import join_with_booking
from hub.confirmation import qr_code
from hub.confirmation.calendar_file import calendar_of
from hub.confirmation.mail_carrier import sender_address
from hub.rules.contact_masking import mask_email
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.timestamps import rfc3339
from hub.text.messages import message
from web.keys import AVAILABILITY, CONFIRMATIONS, SERVICES
from web.pages.address_form import AddressForm, address_form, answer_address_form
from web.pages.booked_seats import Seats, calendar_entry, seats_of_token, standing_of
from web.pages.forms import read_form
from web.pages.kept_pages import kept_page
from web.pages.render import page
from web.rate_limits import enforce_rate_limit
from web.redirects import see_other
from web.request_fields import path_token
from web.waiting_visitors import turn_for_move

_SHOWN_REFUSALS = (
    Reason.NO_CAPACITY, Reason.BOOKING_CLOSED, Reason.PERFORMANCE_NOT_FOUND, Reason.CHANGE_TOO_LATE, Reason.ALREADY_CHECKED_IN,
    Reason.TICKET_EXPIRED, Reason.WAITLIST_CLOSED, Reason.SLOT_NOT_FULL, Reason.INVALID_REQUEST, Reason.BUSY,
)  # fmt: skip
_SHOWS_ITSELF = (
    Reason.BOOKING_NOT_FOUND, Reason.RESERVATION_NOT_FOUND, Reason.CONFIRMATION_NOT_FOUND, Reason.CONFIRMATION_EXPIRED,
    Reason.CONFIRMATION_USED, Reason.BOOKING_CANCELLED, Reason.TICKET_CANCELLED,
)  # fmt: skip
"""Refusals that need no sentence, because the page then shows the state."""


async def show_booking(request: web.Request, address: AddressForm | None = None) -> web.Response:
    """Show `/b/{token}`. A dead link gets a page with 404. `?new=1` greets a visitor who has just confirmed.

    `address` is the form that corrects the e-mail address, after it was sent.
    """
    seats = await _seats_of_request(request)
    return _page(
        request,
        "booking.html",
        seats,
        status=400 if address and address.refused else 200,
        address=address or address_form(request),
        shown_address=mask_email(seats.view.email) if seats else "",
        address_path=f"/b/{path_token(request)}/email",
        new=request.query.get("new") == "1",
        changed=request.query.get("changed", "") if request.query.get("changed") in ("moved", "cancelled") else "",
    )


async def answer_booking(request: web.Request) -> web.Response:
    """Confirm the request: for its party, for a smaller one, or at another performance. Or join the waiting list."""
    form, token = await read_form(request), path_token(request)
    services = request.app[SERVICES]
    here = f"/b/{token}"
    try:
        await enforce_rate_limit(request, "confirmations", services.settings.rate_reservations)
        if form.get("do") == "wait":
            joined = await join_with_booking(services, token, request["language"])
            return see_other(f"/w/{joined.token}")
        if form.get("do") == "move":
            await move_own_request(services, token, form.number("performance_id") or 0)
        await request.app[CONFIRMATIONS].confirm(ConfirmRequest(token, form.number("party_size")))
    except Refused as no:
        return _after_refusal(no, here)
    return see_other(f"{here}?new=1")


async def show_move(request: web.Request) -> web.Response:
    """Show the other performances with room for the party. A booking that cannot be moved redirects to its own page."""
    return await _question(request, "booking/move.html")


async def answer_move(request: web.Request) -> web.Response:
    form, token = await read_form(request), path_token(request)
    services, here = request.app[SERVICES], f"/b/{token}"

    async def others(org_id: int, performance_id: int, places: int) -> list[dict[str, Any]]:
        return [one.as_alternative() for one in await alternatives_of(services, org_id, performance_id, places)]

    try:
        view = await booking_of_token(services, token)
        if view.reservation_id is None:
            return see_other(here)
        performance_id = form.number("performance_id")
        if performance_id is None:
            return see_other(f"{here}/move?no={Reason.INVALID_REQUEST.value}")
        async with turn_for_move(request, view.reservation_id, performance_id):
            await move_reservation(
                services,
                request.app[AVAILABILITY],
                others,
                view.reservation_id,
                performance_id,
                token=token,
                identity=None,
            )
    except Refused as no:
        return _after_refusal(no, here, question=f"{here}/move")
    return see_other(f"{here}?changed=moved")


async def show_cancel(request: web.Request) -> web.Response:
    """Show the question. A booking that cannot be cancelled redirects to its own page."""
    return await _question(request, "booking/cancel.html")


async def answer_cancel(request: web.Request) -> web.Response:
    await read_form(request)
    services, token = request.app[SERVICES], path_token(request)
    here = f"/b/{token}"
    try:
        view = await booking_of_token(services, token)
        if view.reservation_id is None:
            return see_other(here)
        await cancel_reservation(services, view.reservation_id, token=token, identity=None)
    except Refused as no:
        return _after_refusal(no, here, question=f"{here}/cancel")
    return see_other(f"{here}?changed=cancelled")


async def show_booking_again(request: web.Request) -> web.Response:
    """Lead to the booking: a page that shows a refused address has this address, and looks for news at it."""
    return see_other(f"/b/{path_token(request)}")


async def answer_address(request: web.Request) -> web.Response:
    """Correct the e-mail address and go to the page of the new link. A refusal is shown on the page, with what was typed."""
    try:
        answer = await answer_address_form(request)
    except Refused as no:
        return _after_refusal(no, f"/b/{path_token(request)}")
    return see_other(f"/b/{answer}?corrected=1") if isinstance(answer, str) else await show_booking(request, answer)


async def show_print(request: web.Request) -> web.Response:
    """Show the booking as one sheet of paper. One without a valid code redirects to its own page."""
    seats = await _seats_of_request(request)
    if seats is not None and not seats.stands:
        return see_other(f"/b/{path_token(request)}")
    return _page(request, "booking_print.html" if seats else "booking.html", seats, new=False, changed="")


async def send_qr_png(request: web.Request) -> web.Response:
    view = await _standing_booking(request)
    return _file(qr_code.png(view.code), "image/png", f"booking-{view.booking_id}.png")


async def send_qr_svg(request: web.Request) -> web.Response:
    view = await _standing_booking(request)
    return _file(qr_code.svg(view.code).encode(), "image/svg+xml", f"booking-{view.booking_id}.svg")


async def send_calendar_file(request: web.Request) -> web.Response:
    view = await _standing_booking(request)
    settings = request.app[SERVICES].settings
    link = f"{settings.public_url}/b/{path_token(request)}"
    entry = calendar_entry(view, settings.public_url, link, organizer=sender_address(settings))
    text = calendar_of([entry], stamped_at=request.app[SERVICES].clock.now())
    return _file(text, "text/calendar; charset=utf-8", f"booking-{view.booking_id}.ics")


async def _seats_of_request(request: web.Request) -> Seats | None:
    try:
        return await seats_of_token(request.app[SERVICES], path_token(request), request["language"])
    except Refused as no:
        if no.reason is not Reason.BOOKING_NOT_FOUND:
            raise
        return None


async def _standing_booking(request: web.Request) -> BookingView:
    """Return a booking whose code opens a gate. Refuses BOOKING_NOT_FOUND."""
    services = request.app[SERVICES]
    view = await booking_of_token(services, path_token(request))
    if standing_of(view, services.clock.now()) not in ("booked", "today", "partly"):
        raise Refused(Reason.BOOKING_NOT_FOUND)
    return view


async def _question(request: web.Request, template: str) -> web.Response:
    services = request.app[SERVICES]
    seats = await _seats_of_request(request)
    if seats is None or not seats.can_change:
        return see_other(f"/b/{path_token(request)}")
    view = seats.view
    show = await read_show(services, view.show_id, org_id=view.org_id, language=request["language"], drafts=True)
    others = [
        one for one in show.performances
        if one.performance_id != view.performance_id and one.booking_open and one.available_count >= view.party_size
    ]  # fmt: skip
    return _page(request, template, seats, others=others)


def _page(
    request: web.Request, template: str, seats: Seats | None, *, status: int = 200, **context: Any
) -> web.Response:
    services, no = request.app[SERVICES], request.query.get("no")
    reason = next((one for one in _SHOWN_REFUSALS if one.value == no), None)
    token, now = path_token(request), rfc3339(services.clock.now())
    refusal = message(reason, {}) if reason is not None else ""
    if seats is None:
        response = kept_page(
            request,
            template,
            {"token": token, "now": now},
            status=404,
            seats=None,
            logo=None,
            refusal=refusal,
            new=False,
            changed="",
        )
    else:
        response = page(
            request,
            template,
            status=status,
            seats=seats,
            logo=seats.logo,
            token=token,
            now=now,
            refusal=refusal,
            **context,
        )
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    # These URLs would get `no-referrer`, but with it a browser sends no `Origin` with a form. Other sites still get nothing.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def _after_refusal(no: Refused, here: str, question: str = "") -> web.Response:
    if no.reason in _SHOWS_ITSELF:
        return see_other(here)
    if no.reason is Reason.WAITING_ROOM:
        return see_other(no.details["waiting_room"])
    if no.reason in _SHOWN_REFUSALS:
        return see_other(f"{question or here}?no={no.reason.value}")
    raise no


def _file(content: bytes, kind: str, name: str) -> web.Response:
    """Return a file with `Content-Disposition: inline`: browsers show it, and a `download` link saves it as `name`."""
    headers = {"Content-Type": kind, "Content-Disposition": f'inline; filename="{name}"'}
    return web.Response(body=content, headers=headers)
