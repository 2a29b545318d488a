"""The waiting list without JavaScript: forms to join, accept an offer, and leave. The entry's page shows the rest."""

from __future__ import annotations

from aiohttp import web

from hub.actions.venues.organisations import resolve_org
from hub.actions.waitlist.accept_offer import accept_offer
from hub.actions.waitlist.entries import read_waitlist
from hub.actions.waitlist.join import JoinRequest, join_waitlist
from hub.actions.waitlist.leave import leave_waitlist
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import is_booking_code
from hub.text.messages import message
from web.keys import SERVICES
from web.pages.forms import read_form
from web.pages.plain.contact_proof import contact_of
from web.pages.plain.draft import Draft
from web.pages.plain.steps import plain_page
from web.rate_limits import count_bad_codes, enforce_rate_limit
from web.redirects import see_other
from web.request_fields import path_token
from web.waiting_visitors import turn_for_slot

_SHOWN_REFUSALS = (
    Reason.OFFER_LAPSED, Reason.NO_OFFER, Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST, Reason.TICKET_NOT_FOUND,
    Reason.TICKET_NOT_ACTIVATED, Reason.TICKET_EXPIRED, Reason.TICKET_CANCELLED, Reason.TICKET_ALREADY_RESERVED,
    Reason.TICKET_ALREADY_USED, Reason.WRONG_VENUE, Reason.NO_CAPACITY, Reason.BOOKING_CLOSED, Reason.BOOKING_CANCELLED,
    Reason.CONFIRMATION_USED, Reason.CONFIRMATION_EXPIRED, Reason.BUSY,
)  # fmt: skip


async def join_draft(request: web.Request, draft: Draft) -> str:
    """Join the waiting list of the draft's slot, and return the URL of the entry."""
    services = request.app[SERVICES]
    assert draft.slot_id is not None
    org_id = await resolve_org(services, draft.orq)
    contact = contact_of(draft)
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    wanted = JoinRequest(
        org_id=org_id,
        ticket_codes=draft.tickets,
        slot_id=draft.slot_id,
        email=contact.email,
        phone=contact.phone_e164,
        language=request["language"],
        contact_proof=list(draft.proofs),
        idempotency_key=draft.booking_key,
    )
    async with (
        turn_for_slot(request, org_id, draft.slot_id, draft.booking_key),
        count_bad_codes(request, len(draft.tickets)),
    ):
        joined = await join_waitlist(services, wanted)
    return f"/w/{joined.token}"


async def show_choices(request: web.Request) -> web.Response:
    """Show the possible actions of the entry. A GET changes nothing. `?no=REASON` shows a refusal."""
    services, token = request.app[SERVICES], path_token(request)
    no = next((reason for reason in _SHOWN_REFUSALS if reason.value == request.query.get("no")), None)
    try:
        view = await read_waitlist(services, token)
    except Refused:
        return see_other(f"/w/{token}")
    if view.status not in ("WAITING", "OFFERED") and no is None:
        return see_other(f"/w/{token}")
    venue = await services.venues.read(view.org_id, view.venue_id)
    ends = view.offer_ends_at.astimezone(venue.zone) if view.offer_ends_at else None
    refusal = message(no, {}) if no is not None else ""
    return plain_page(request, "waitlist.html", view=view, token=token, ends=ends, refusal=refusal, logo=venue.logo)


async def answer_choice(request: web.Request) -> web.Response:
    form = await read_form(request)
    services, token = request.app[SERVICES], path_token(request)
    try:
        if form.get("do") == "accept":
            reserved = await accept_offer(services, token, request["language"])
            of_booking = is_booking_code(reserved[0].ticket_code)
            return see_other(f"/{'b' if of_booking else 'r'}/{reserved[0].manage_token}?new=1")
        if form.get("do") == "leave":
            await leave_waitlist(services, token)
    except Refused as no:
        if no.reason in _SHOWN_REFUSALS:
            return see_other(f"/w/{token}/plain?no={no.reason.value}")
        if no.reason is not Reason.WAITLIST_NOT_FOUND:
            raise
    return see_other(f"/w/{token}")
