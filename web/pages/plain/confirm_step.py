"""The confirm step without JavaScript: shows the summary of the draft, and books it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aiohttp import web

from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.text.change_promise import change_promise
from hub.text.languages import best_locale
from hub.text.phone_countries import international
from web.api.booking.pipeline import Booking, book_places
from web.keys import SERVICES
from web.pages.forms import Form
from web.pages.plain.contact_proof import confirm_contact, contact_of, venue_of
from web.pages.plain.draft import Draft
from web.pages.plain.steps import (
    answer_form,
    draft_not_found,
    find_draft,
    keep_details,
    show_step,
)
from web.pages.plain.time_step import Time, time_of
from web.pages.waiting_room import keep_place, line_up
from web.redirects import see_other

# The step where the customer can correct a refused booking. Each refused ticket is named beside its field.
_STEP_OF = {
    **dict.fromkeys((Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST, Reason.SLOT_NOT_FOUND), "time"),
    **dict.fromkeys(
        (Reason.TICKET_NOT_FOUND, Reason.TICKET_NOT_ACTIVATED, Reason.TICKET_EXPIRED, Reason.TICKET_CANCELLED,
         Reason.TICKET_ALREADY_RESERVED, Reason.TICKET_ALREADY_USED, Reason.WRONG_VENUE), "ticket",
    ),
    Reason.INVALID_CONTACT: "contact",
}  # fmt: skip


async def show_summary(request: web.Request) -> web.Response:
    draft = find_draft(request)
    if draft is None:
        return draft_not_found(request)
    chosen = await time_of(request, draft)
    try:
        contact = contact_of(draft)
    except Refused:
        return see_other(f"{draft.path}/contact")
    if chosen is None or not draft.tickets:
        return see_other(f"{draft.path}/{'time' if draft.tickets else 'ticket'}")
    changed = request.query.get("changed") == "1" and not draft.refusal
    return await show_step(
        request, "confirm", draft, chosen=chosen, contact=contact, key=draft.booking_key, changed=changed,
        promise=await _promise(request, draft, chosen),
    )  # fmt: skip


async def _promise(request: web.Request, draft: Draft, chosen: Time) -> str:
    """Return the sentence about changes of this visit; "" if its venue is not known."""
    venue = await venue_of(request, draft)
    if venue is None:
        return ""
    language = request["language"]
    starts_at = datetime.combine(chosen.date, chosen.start, venue.zone).astimezone(UTC)
    until = starts_at - timedelta(hours=venue.change_cutoff_hours)
    locale = best_locale(request.headers.get("Accept-Language"), language)
    return change_promise(until, request.app[SERVICES].clock.now(), venue.zone, locale, language)


async def answer_summary(request: web.Request) -> web.Response:
    response = await answer_form(request, "confirm", lambda draft, _form: draft, _book_draft)
    keep_place(request, response)
    return response


async def _book_draft(request: web.Request, draft: Draft, form: Form) -> tuple[Draft, str]:
    if form.get("key") != draft.booking_key:
        # Another window has changed the draft since this page was shown, and the customer must see the change first.
        return draft, "confirm?changed=1"
    try:
        visit = f"/r/{await _reserve_places(request, draft)}?new=1"
    except Refused as no:
        if no.reason is Reason.CONTACT_NOT_VERIFIED:
            return await confirm_contact(request, replace(draft, proofs=()))
        if no.reason is Reason.WAITING_ROOM:
            return draft, await line_up(request, no, f"{draft.path}/confirm")
        step = _STEP_OF.get(no.reason)
        if step is None:
            raise
        return replace(draft, refusal=no.reason.value, refusal_details=keep_details(no)), step
    return replace(draft, reservation=visit), visit


async def _reserve_places(request: web.Request, draft: Draft) -> str:
    """Book the whole party or none, and return its manage token. A repeat gets the first answer."""
    assert draft.slot_id is not None
    key = draft.booking_key
    reserved = await book_places(
        request,
        Booking(
            slot_id=draft.slot_id,
            email=draft.email,
            phone=international(draft.phone, draft.country),
            organisation=draft.orq,
            ticket_codes=draft.tickets,
            contact_proof=draft.proofs,
            idempotency_key=key,
            body_hash=bytes.fromhex(key),
            contact_fields=("email", "phone"),
        ),
    )
    return reserved[0].manage_token
