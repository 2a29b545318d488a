"""The pages of the records: the scan log, the life of a ticket, the conflicts. Managers only; others are led to sign-in."""

from __future__ import annotations

from aiohttp import web

from hub.access.roles import Role, at_least
from hub.access.tokens import Identity
from hub.actions.reporting.scan_log import choices, venue_of_records
from hub.rules.venue_day import today
from web.keys import SERVICES
from web.pages.render import page
from web.pages.staff import sign_in_first

HISTORY = "/manager/history"
DESK = "/manager/ticket"
FIGURES = "/manager/analytics"
REPLAY = "/manager/replay"
CONFLICTS = "/manager/conflicts"
DISPUTES = "/manager/disputes"


def manager_of(request: web.Request) -> Identity:
    """The manager who asks; anybody else is led to sign-in."""
    identity: Identity | None = request.get("identity")
    if identity is None:
        raise sign_in_first(request.path)
    if not at_least(identity.role, Role.MANAGER):
        raise sign_in_first(request.path, need="manager")
    return identity


async def history(request: web.Request) -> web.Response:
    identity, services = manager_of(request), request.app[SERVICES]
    venue = await venue_of_records(services, identity.org_id, identity.venue_id)
    return page(
        request,
        "history.html",
        venue=venue,
        today=today(services.clock.now(), venue.zone).isoformat(),
        **await choices(services, venue),
    )


async def ticket(request: web.Request) -> web.Response:
    """The search alone, or with the life of the ticket the address names; which ticket, the page asks the API."""
    identity, services = manager_of(request), request.app[SERVICES]
    venue = await venue_of_records(services, identity.org_id, identity.venue_id)
    return page(request, "ticket_life.html", venue=venue, ticket_id=request.match_info.get("ticket_id", ""))


async def conflicts(request: web.Request) -> web.Response:
    identity, services = manager_of(request), request.app[SERVICES]
    return page(request, "conflicts.html", venue=await venue_of_records(services, identity.org_id, identity.venue_id))


async def disputes(request: web.Request) -> web.Response:
    identity, services = manager_of(request), request.app[SERVICES]
    return page(request, "disputes.html", venue=await venue_of_records(services, identity.org_id, identity.venue_id))


async def figures(request: web.Request) -> web.Response:
    return await _days(request, "analytics.html")


async def replay(request: web.Request) -> web.Response:
    return await _days(request, "replay.html")


async def _days(request: web.Request, template: str) -> web.Response:
    """A page about days: which of them, the page asks the API."""
    identity, services = manager_of(request), request.app[SERVICES]
    venue = await venue_of_records(services, identity.org_id, identity.venue_id)
    return page(request, template, venue=venue, today=today(services.clock.now(), venue.zone).isoformat())
