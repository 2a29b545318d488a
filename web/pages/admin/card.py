"""The card for the gates: the scanner's address, who signs in, and a practice ticket, on one sheet of paper."""

from __future__ import annotations

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.setup.practice import make_practice, read_practice
from hub.actions.staff.accounts import sign_in_names
from hub.confirmation import qr_code
from hub.rules.refusals import Refused
from hub.rules.venue import Venue
from hub.rules.venue_day import today
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.forms import read_form
from web.pages.staff import SCANNER, administrator_of

CARD = "/admin/card"


async def show_card(request: web.Request) -> web.Response:
    administrator, services = administrator_of(request), request.app[SERVICES]
    venue = await _venue_of(request, administrator)
    organisation = None
    if await services.venues.only_organisation() is None:
        organisation = await services.venues.organisation_named(str(administrator.org_id))
    address = f"{services.settings.public_url}{SCANNER}"
    if organisation is not None:
        address = f"{services.settings.public_url}/operator/login?organisation={organisation.slug}"
    practice = None if venue is None else await read_practice(services, venue)
    return admin_page(
        request,
        "card.html",
        venue=venue,
        today=None if venue is None else today(services.clock.now(), venue.zone),
        organisation=organisation.slug if organisation is not None else "",
        scanner_url=address,
        scanner_picture=qr_code.png_data_url(address),
        practice=practice,
        practice_picture=qr_code.png_data_url(practice) if practice else "",
        people=[] if venue is None else await sign_in_names(services, venue),
    )


async def make_ticket(request: web.Request) -> web.Response:
    """Make a practice ticket for today, unless there is an unused one."""
    administrator, services = administrator_of(request), request.app[SERVICES]
    await read_form(request)
    venue = await _venue_of(request, administrator)
    if venue is not None and await read_practice(services, venue) is None:
        await make_practice(services, Actor.of(administrator, client_ip=client_ip(request)), venue)
    return see_other(CARD)


async def _venue_of(request: web.Request, administrator: Identity) -> Venue | None:
    """Return the venue of the session, or the first one; None if the organisation has none yet."""
    venues = request.app[SERVICES].venues
    try:
        return await venues.read(administrator.org_id, administrator.venue_id)
    except Refused:
        return await venues.first(administrator.org_id)
