"""The venue step without JavaScript: for tickets that are valid at several venues."""

from __future__ import annotations

from dataclasses import replace

from aiohttp import web

from hub.actions.tickets.check import TicketStanding
from hub.actions.venues.organisations import resolve_org
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from web.keys import SERVICES, TICKET_CHECKS
from web.limits import LARGEST_ID
from web.pages.forms import Form
from web.pages.plain.draft import Draft
from web.pages.plain.steps import answer_form, draft_not_found, find_draft, show_step
from web.pages.plain.ticket_step import venues_of_party
from web.redirects import see_other


async def show_venues(request: web.Request) -> web.Response:
    draft = find_draft(request)
    if draft is None:
        return draft_not_found(request)
    try:
        choices = await _choices(request, draft)
    except Refused:
        choices = []
    if not choices:
        return see_other(f"{draft.path}/ticket")
    return await show_step(request, "venue", draft, choices=choices)


async def answer_venue(request: web.Request) -> web.Response:
    return await answer_form(request, "venue", lambda draft, _form: draft, _choose_venue)


async def _choose_venue(request: web.Request, draft: Draft, form: Form) -> tuple[Draft, str]:
    wanted = form.number("venue")
    if wanted is None or wanted > LARGEST_ID or wanted not in {one.id for one in await _choices(request, draft)}:
        raise Refused(Reason.WRONG_VENUE)
    changed = draft if draft.venue_id == wanted else replace(draft, slot_id=None, day="")
    return replace(changed, venue_id=wanted), "contact"


async def _choices(request: web.Request, draft: Draft) -> list[Venue]:
    """Return the venues of the draft's tickets. Refuses what a ticket that cannot be booked any more does."""
    org_id = await resolve_org(request.app[SERVICES], draft.orq)
    checks = request.app[TICKET_CHECKS]
    standings: list[TicketStanding] = [await checks.validate(org_id, code) for code in draft.tickets]
    return await venues_of_party(request, draft, standings) if standings else []
