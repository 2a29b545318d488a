"""Cancelling a visit without JavaScript: the page that asks, and its form. The visit's page shows the rest."""

from __future__ import annotations

from aiohttp import web

from hub.actions.booking.cancel import cancel_reservation
from hub.actions.booking.reservation_views import party_of_token
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.messages import message
from web.keys import SERVICES
from web.pages.forms import read_form
from web.pages.plain.steps import plain_page
from web.pages.reservation import visit_of
from web.pages.venue_logos import logo_of
from web.redirects import see_other
from web.request_fields import path_token

_SHOWN_REFUSALS = (Reason.CHANGE_TOO_LATE, Reason.TICKET_ALREADY_USED, Reason.TICKET_EXPIRED, Reason.BUSY)


async def show_question(request: web.Request) -> web.Response:
    """Show the question. `?no=REASON` shows a refusal. A visit that cannot be cancelled redirects to its own page."""
    services, token = request.app[SERVICES], path_token(request)
    no = next((reason for reason in _SHOWN_REFUSALS if reason.value == request.query.get("no")), None)
    try:
        party = await party_of_token(services, token)
    except Refused:
        return see_other(f"/r/{token}")
    if party.reservation.booking_id is not None:
        return see_other(f"/b/{token}")
    visit = visit_of(party, services.clock.now(), services.settings.public_url)
    if not visit.changeable and no is None:
        return see_other(f"/r/{token}")
    logo = await logo_of(request, visit.org_id, visit.venue_id)
    return plain_page(
        request, "cancel.html", token=token, visit=visit, refusal=message(no, {}) if no else "", logo=logo
    )


async def answer_question(request: web.Request) -> web.Response:
    """Cancel the reservation that `cancel-which` names; without it, all of the party that are not cancelled."""
    form = await read_form(request)
    services, token = request.app[SERVICES], path_token(request)
    which = form.number("cancel-which")
    try:
        party = await party_of_token(services, token)
        named = which or party.reservation.reservation_id
        await cancel_reservation(services, named, token=token, identity=None, whole_party=which is None)
    except Refused as no:
        if no.reason in _SHOWN_REFUSALS:
            return see_other(f"/r/{token}/plain?no={no.reason.value}")
        if no.reason is not Reason.RESERVATION_NOT_FOUND:
            raise
    return see_other(f"/r/{token}")
