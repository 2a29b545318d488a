"""The ticket step without JavaScript: the page where codes are typed, checked, and activated on request."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from aiohttp import web

from hub.actions.booking.party_tickets import MOST_TICKETS
from hub.actions.tickets.activate import activate_ticket
from hub.actions.tickets.check import TicketStanding, venues_of_ticket
from hub.actions.venues.organisations import resolve_org
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.ticket_code import normalise
from hub.rules.venue import Venue
from hub.text.messages import message
from web.keys import SERVICES, TICKET_CHECKS
from web.limits import LARGEST_ID
from web.pages.forms import Form
from web.pages.plain.draft import START, Draft, new_draft
from web.pages.plain.send_again import send_for_ticket
from web.pages.plain.steps import answer_form, draft_not_found, find_draft, keep_details, show_step
from web.rate_limits import enforce_rate_limit
from web.request_fields import query_int

LONGEST_KEPT_CODE = 32
"""Characters of a typed code that are kept. All codes of ours are shorter."""


@dataclass(frozen=True, slots=True)
class CheckedTicket:
    """One ticket of the party in its current state. `wrong` says why it cannot be booked."""

    code: str
    standing: TicketStanding | None = None
    wrong: str = ""
    can_activate: bool = False
    reserved: bool = False
    """It is booked already, so its confirmation can be sent again."""


async def show_first_page(request: web.Request) -> web.Response:
    """Show the first page. `?ticket=CODE` fills in one code, or several with commas between."""
    codes = [code.strip()[:LONGEST_KEPT_CODE] for code in request.query.get("ticket", "").split(",")]
    tickets = tuple(dict.fromkeys(code for code in codes if code))[:MOST_TICKETS]
    draft = replace(await _begin(request), tickets=tickets)
    return await _ticket_page(request, draft, [CheckedTicket(code) for code in draft.tickets], path=START)


async def start_draft(request: web.Request) -> web.Response:
    return await answer_form(request, "ticket", _read_tickets, _check_tickets, await _begin(request))


async def _begin(request: web.Request) -> Draft:
    """Return a new draft: at the venue `?venue=SLUG`, else of the organisation `?orq=`."""
    if slug := request.query.get("venue"):
        services = request.app[SERVICES]
        venue = await services.venues.of_slug(slug.lower(), services.clock.now())
        if venue is None:
            raise Refused(Reason.NOT_FOUND)
        return new_draft(venue.org_id, venue.id)
    return new_draft(query_int(request, "orq", 1, LARGEST_ID))


async def show_tickets(request: web.Request) -> web.Response:
    draft = find_draft(request)
    if draft is None:
        return draft_not_found(request)
    return await _ticket_page(request, draft, await _check_party(request, draft))


async def answer_tickets(request: web.Request) -> web.Response:
    return await answer_form(request, "ticket", _read_tickets, _check_tickets)


async def _ticket_page(
    request: web.Request, draft: Draft, checked: list[CheckedTicket], path: str | None = None
) -> web.Response:
    wrong_at = next((n for n, one in enumerate(checked) if one.wrong), 0)
    return await show_step(
        request, "ticket", draft, path=path, checked=checked, wrong_at=wrong_at, most=MOST_TICKETS, start=START
    )


def _read_tickets(draft: Draft, form: Form) -> Draft:
    # A code that is typed twice is one ticket.
    typed = {normalise(code[:LONGEST_KEPT_CODE]): code[:LONGEST_KEPT_CODE] for code in form.all("ticket")}
    return replace(draft, tickets=tuple(typed.values())[:MOST_TICKETS])


async def _check_tickets(request: web.Request, draft: Draft, form: Form) -> tuple[Draft, str]:
    services = request.app[SERVICES]
    # Every code asks whether a ticket exists, so each one counts against the rate limit.
    try:
        await enforce_rate_limit(
            request, "validate", services.settings.rate_validate, weight=max(1, len(draft.tickets))
        )
    except Refused as no:
        # The page says what is wrong with the codes of a step that was tried, and these were not counted.
        tried = tuple(step for step in draft.tried if step != "ticket")
        return replace(draft, tried=tried, refusal=no.reason.value, refusal_details=keep_details(no)), "ticket"
    if code := form.get("activate"):
        await _activate_code(request, draft, code)
        return draft, "ticket"
    if form.get("again"):
        await send_for_ticket(request, draft, form)
        return replace(draft, sent=form.get("again")[:LONGEST_KEPT_CODE]), "ticket"
    if form.get("more"):
        return replace(draft, more=min(len(draft.tickets) + 1, MOST_TICKETS)), "ticket"
    checked = await _check_party(request, draft)
    if not checked or any(one.wrong for one in checked):
        return draft, "ticket"
    standings = [one.standing for one in checked if one.standing]
    choices = await venues_of_party(request, draft, standings)
    if not choices:
        raise Refused(Reason.WRONG_VENUE)
    codes = tuple(one.ticket_code for one in standings)
    ids = [one.id for one in choices]
    venue_id = draft.venue_id if draft.venue_id in ids else ids[0] if len(ids) == 1 else None
    checked_draft = replace(draft, more=0, tickets=codes, venue_id=venue_id)
    return checked_draft, "contact" if venue_id is not None else "venue"


async def venues_of_party(request: web.Request, draft: Draft, standings: Sequence[TicketStanding]) -> list[Venue]:
    """Return the venues where all these tickets can be booked; at a page of one venue, that one alone."""
    services = request.app[SERVICES]
    org_id = await resolve_org(services, draft.orq)
    of_each = [await venues_of_ticket(services, org_id, one) for one in standings]
    common = [one for one in of_each[0] if all(one.id in {other.id for other in venues} for venues in of_each[1:])]
    return [one for one in common if draft.home in (None, one.id)]


async def _check_party(request: web.Request, draft: Draft) -> list[CheckedTicket]:
    """Return the current state of every ticket of the draft, in the order typed."""
    if not draft.has_tried("ticket"):
        return [CheckedTicket(code) for code in draft.tickets]
    org_id = await resolve_org(request.app[SERVICES], draft.orq)
    checks = request.app[TICKET_CHECKS]
    found = await asyncio.gather(*(checks.validate(org_id, code) for code in draft.tickets), return_exceptions=True)
    return [_checked_ticket(code, one) for code, one in zip(draft.tickets, found, strict=True)]


def _checked_ticket(code: str, found: TicketStanding | BaseException) -> CheckedTicket:
    if isinstance(found, TicketStanding):
        return CheckedTicket(found.ticket_code, found)
    if isinstance(found, Refused):
        wrong = message(found.reason, found.details)
        reserved = found.reason is Reason.TICKET_ALREADY_RESERVED
        return CheckedTicket(code, None, wrong, bool(found.details.get("can_activate")), reserved)
    raise found


async def _activate_code(request: web.Request, draft: Draft, code: str) -> None:
    """Activate the ticket of this code. Another window may have activated it already."""
    services = request.app[SERVICES]
    org_id = await resolve_org(services, draft.orq)
    try:
        await request.app[TICKET_CHECKS].validate(org_id, code)
    except Refused as no:
        if no.details.get("can_activate"):
            ticket_id = no.details["ticket_id"]
            await activate_ticket(services, ticket_id, org_id=org_id, code=code, identity=None)
