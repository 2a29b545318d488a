"""Booking without JavaScript: the steps ticket, contact and confirm, with the deeds and the refusals of the booking page."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from time import perf_counter

from aiohttp import web

from hub.actions.booking.contact_codes import require_proof
from hub.actions.booking.reserve_party import PartyRequest, book_party
from hub.actions.tickets.activate import activate_ticket
from hub.actions.tickets.check import TicketStanding
from hub.actions.venues.organisations import resolve_org
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import normalise
from hub.text.messages import message, said
from hub.text.phone_countries import countries
from web.api.booking.endpoints import told_booked, told_failed
from web.api.requests import LARGEST_ID
from web.keys import AVAILABILITY, BOOKINGS, SERVICES, TICKET_CHECKS
from web.pages.forms import Form
from web.pages.plain.contact_code import contact_of, prove, venue_of
from web.pages.plain.draft import MOST_TICKETS, Draft, new_draft
from web.pages.plain.steps import answer, astray, held, see_other, show, told_of
from web.pages.plain.times import time_of
from web.request_fields import enforce_rate_limit, query_int

START = "/reserve/plain"
LONGEST_CODE = 32
"""Characters of a typed code that are kept; no code of ours is as long."""
# Where a refusal of the booking can be put right. A refused ticket is named there, each beside its field.
_STEP_OF = {
    **dict.fromkeys((Reason.SLOT_FULL, Reason.SLOT_CLOSED, Reason.SLOT_PAST, Reason.SLOT_NOT_FOUND), "time"),
    **dict.fromkeys(
        (Reason.TICKET_NOT_FOUND, Reason.TICKET_NOT_ACTIVATED, Reason.TICKET_EXPIRED, Reason.TICKET_CANCELLED,
         Reason.TICKET_ALREADY_RESERVED, Reason.TICKET_ALREADY_USED, Reason.WRONG_VENUE), "ticket",
    ),
    Reason.INVALID_CONTACT: "contact",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checked:
    """One ticket of the party as it stands now; `wrong` says why it cannot be booked."""

    code: str
    standing: TicketStanding | None = None
    wrong: str = ""
    can_activate: bool = False


async def begin(request: web.Request) -> web.Response:
    """`?ticket=CODE` fills the code in, or several with commas between."""
    codes = [code.strip()[:LONGEST_CODE] for code in request.query.get("ticket", "").split(",")]
    tickets = tuple(dict.fromkeys(code for code in codes if code))[:MOST_TICKETS]
    draft = replace(new_draft(query_int(request, "orq", 1, LARGEST_ID)), tickets=tickets)
    return _ticket_page(request, draft, [Checked(code) for code in draft.tickets], path=START)


async def begun(request: web.Request) -> web.Response:
    orq = query_int(request, "orq", 1, LARGEST_ID)
    return await answer(request, "ticket", _take_tickets, _check_tickets, new_draft(orq))


async def ticket(request: web.Request) -> web.Response:
    draft = held(request)
    if draft is None:
        return astray(request)
    return _ticket_page(request, draft, await check_party(request, draft))


def _ticket_page(request: web.Request, draft: Draft, checked: list[Checked], path: str | None = None) -> web.Response:
    wrong_at = next((n for n, one in enumerate(checked) if one.wrong), 0)
    return show(request, "ticket", draft, path=path, checked=checked, wrong_at=wrong_at, most=MOST_TICKETS, start=START)


async def tickets(request: web.Request) -> web.Response:
    return await answer(request, "ticket", _take_tickets, _check_tickets)


def _take_tickets(draft: Draft, form: Form) -> Draft:
    # The same code twice is one ticket.
    typed = {normalise(code[:LONGEST_CODE]): code[:LONGEST_CODE] for code in form.all("ticket")}
    return replace(draft, tickets=tuple(typed.values())[:MOST_TICKETS])


async def _check_tickets(request: web.Request, draft: Draft, form: Form) -> tuple[Draft, str]:
    services = request.app[SERVICES]
    # Every code asks whether a ticket exists, so every code counts.
    for _ in draft.tickets or ("",):
        await enforce_rate_limit(request, "validate", services.settings.rate_validate)
    if code := form.get("activate"):
        await _activate(request, draft, code)
        return draft, "ticket"
    if form.get("more"):
        return replace(draft, more=min(len(draft.tickets) + 1, MOST_TICKETS)), "ticket"
    checked = await check_party(request, draft)
    if not checked or any(one.wrong for one in checked):
        return draft, "ticket"
    standing = [one.standing for one in checked if one.standing]
    venue_id = next((one.venue_id for one in standing if one.venue_id is not None), None)
    codes = tuple(one.ticket_code for one in standing)
    return replace(draft, more=0, tickets=codes, venue_id=venue_id), "contact"


async def check_party(request: web.Request, draft: Draft) -> list[Checked]:
    """Every ticket of the draft as it stands at this moment, in the order typed."""
    if not draft.has_tried("ticket"):
        return [Checked(code) for code in draft.tickets]
    org_id = await resolve_org(request.app[SERVICES], draft.orq)
    desk = request.app[TICKET_CHECKS]
    found = await asyncio.gather(*(desk.validate(org_id, code) for code in draft.tickets), return_exceptions=True)
    return [_checked(code, one) for code, one in zip(draft.tickets, found, strict=True)]


def _checked(code: str, found: TicketStanding | BaseException) -> Checked:
    if isinstance(found, TicketStanding):
        return Checked(found.ticket_code, found)
    if isinstance(found, Refused):
        return Checked(code, None, message(found.reason, found.details), bool(found.details.get("can_activate")))
    raise found


async def _activate(request: web.Request, draft: Draft, code: str) -> None:
    """Activate the ticket of this code, which may have been activated already in another window."""
    services = request.app[SERVICES]
    org_id = await resolve_org(services, draft.orq)
    try:
        await request.app[TICKET_CHECKS].validate(org_id, code)
    except Refused as no:
        if no.details.get("can_activate"):
            ticket_id = no.details["ticket_id"]
            await activate_ticket(services, ticket_id, org_id=org_id, code=code, identity=None)


async def contact(request: web.Request) -> web.Response:
    draft = held(request)
    if draft is None:
        return astray(request)
    if not draft.tickets:
        return see_other(f"{draft.path}/ticket")
    wrong = {"email": "", "phone": ""}
    if draft.has_tried("contact"):
        try:
            contact_of(draft)
        except Refused as no:
            wrong |= {problem["field"]: problem["message"] for problem in said(no.details["validation_errors"])}
    venue = await venue_of(request, draft)
    return show(
        request, "contact", draft, wrong=wrong, countries=countries(request["language"]),
        chosen_country=draft.country or (venue.country if venue else ""),
    )  # fmt: skip


async def take_contact(request: web.Request) -> web.Response:
    return await answer(request, "contact", _take_contact, _check_contact)


def _take_contact(draft: Draft, form: Form) -> Draft:
    email, phone, country = form.get("email")[:254], form.get("phone")[:40], form.get("country")[:2]
    if (email, phone, country) == (draft.email, draft.phone, draft.country):
        return draft
    # A code and its proof are for the contact they were asked for.
    return replace(draft, email=email, phone=phone, country=country, proofs=(), challenge={})


async def _check_contact(request: web.Request, draft: Draft, _form: Form) -> tuple[Draft, str]:
    await enforce_rate_limit(request, "contact", request.app[SERVICES].settings.rate_validate)
    try:
        contact_of(draft)
    except Refused:
        return draft, "contact"  # the page says what is wrong with which field
    return await prove(request, draft)


async def confirm(request: web.Request) -> web.Response:
    draft = held(request)
    if draft is None:
        return astray(request)
    chosen = await time_of(request, draft)
    try:
        contact = contact_of(draft)
    except Refused:
        return see_other(f"{draft.path}/contact")
    if chosen is None or not draft.tickets:
        return see_other(f"{draft.path}/{'time' if draft.tickets else 'ticket'}")
    changed = request.query.get("changed") == "1" and not draft.refusal
    return show(request, "confirm", draft, chosen=chosen, contact=contact, key=draft.booking_key, changed=changed)


async def book(request: web.Request) -> web.Response:
    return await answer(request, "confirm", lambda draft, _form: draft, _book)


async def _book(request: web.Request, draft: Draft, form: Form) -> tuple[Draft, str]:
    if form.get("key") != draft.booking_key:
        # The page is older than the draft: another window has changed it, and what stands there must be seen first.
        return draft, "confirm?changed=1"
    try:
        visit = f"/r/{await _reserve(request, draft)}?new=1"
    except Refused as no:
        if no.reason is Reason.CONTACT_NOT_VERIFIED:
            return await prove(request, replace(draft, proofs=()))
        step = _STEP_OF.get(no.reason)
        if step is None:
            raise
        return replace(draft, refusal=no.reason.value, told=told_of(no)), step
    return replace(draft, reservation=visit), visit


async def _reserve(request: web.Request, draft: Draft) -> str:
    """Book the party, all or none; returns its manage token. A repeat gets the first answer."""
    services = request.app[SERVICES]
    org_id = await resolve_org(services, draft.orq)
    contact = contact_of(draft)
    await enforce_rate_limit(request, "reservations", services.settings.rate_reservations)
    assert draft.slot_id is not None
    venue_id = await request.app[AVAILABILITY].venue_of(org_id, draft.slot_id)
    if venue_id is not None:
        venue = await services.venues.read(org_id, venue_id)
        require_proof(services, venue, contact.email, contact.phone_e164, draft.proofs)
    key = draft.booking_key
    started = perf_counter()
    try:
        reserved = await book_party(
            request.app[BOOKINGS],
            PartyRequest(
                org_id=org_id,
                ticket_codes=draft.tickets,
                slot_id=draft.slot_id,
                email=contact.email,
                phone=contact.phone_e164,
                language=request["language"],
                idempotency_key=key,
                body_hash=bytes.fromhex(key),
            ),
        )
    except Refused as no:
        await told_failed(request, org_id, no, draft.slot_id, perf_counter() - started, tickets=len(draft.tickets))
        raise
    told_booked(org_id, reserved, perf_counter() - started)
    return reserved[0].manage_token
