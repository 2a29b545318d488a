"""The contact step without JavaScript: the page for e-mail address and phone number, and their check."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from hub.actions.venues.organisations import resolve_org
from hub.rules.refusals import Refused
from hub.text.messages import said
from hub.text.phone_countries import countries
from web.keys import BOOKINGS, PORTAL_STEPS, SERVICES
from web.pages.forms import Form
from web.pages.plain.contact_proof import confirm_contact, contact_of, venue_of
from web.pages.plain.draft import Draft
from web.pages.plain.steps import answer_form, draft_not_found, find_draft, show_step
from web.rate_limits import enforce_rate_limit
from web.redirects import see_other

LONGEST_KEPT_EMAIL = 254
LONGEST_KEPT_PHONE = 40


async def show_contact(request: web.Request) -> web.Response:
    draft = find_draft(request)
    if draft is None:
        return draft_not_found(request)
    if not draft.tickets:
        return see_other(f"{draft.path}/ticket")
    wrong = {"email": "", "phone": ""}
    if draft.has_tried("contact"):
        try:
            contact_of(draft)
        except Refused as no:
            wrong |= {problem["field"]: problem["message"] for problem in said(no.details["validation_errors"])}
    venue = await venue_of(request, draft)
    return await show_step(
        request, "contact", draft, wrong=wrong, countries=countries(request["language"]),
        chosen_country=draft.country or (venue.country if venue else ""),
    )  # fmt: skip


async def answer_contact(request: web.Request) -> web.Response:
    return await answer_form(request, "contact", _read_contact, _check_contact)


def _read_contact(draft: Draft, form: Form) -> Draft:
    email, phone = form.get("email")[:LONGEST_KEPT_EMAIL], form.get("phone")[:LONGEST_KEPT_PHONE]
    country = form.get("country")[:2]
    if (email, phone, country) == (draft.email, draft.phone, draft.country):
        return draft
    # A code and its proof are valid only for the contact that the code was sent to.
    return replace(draft, email=email, phone=phone, country=country, proofs=(), challenge={})


async def _check_contact(request: web.Request, draft: Draft, _form: Form) -> tuple[Draft, str]:
    await enforce_rate_limit(request, "contact", request.app[SERVICES].settings.rate_validate)
    services, steps = request.app[SERVICES], request.app[PORTAL_STEPS]
    org_id = await resolve_org(services, draft.orq)
    try:
        contact_of(draft)
    except Refused as no:
        steps.refuse(org_id, draft.venue_id, "contact", no.reason)
        return draft, "contact"  # the page shows the error beside each field
    for ticket_id in await request.app[BOOKINGS].ticket_ids(org_id, draft.tickets):
        if ticket_id is not None:
            steps.accept_contact(org_id, ticket_id)
    return await confirm_contact(request, draft)
