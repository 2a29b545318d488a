"""The record pages: scan log, ticket history, conflicts, disputes, figures, replay. Managers only."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from hub.actions.reporting.scan_log import choices, venue_of_records
from web.keys import SERVICES
from web.pages.admin.sections import sections_of
from web.pages.render import page
from web.pages.staff import manager_of
from web.request_fields import query_days

HISTORY = "/manager/history"
TICKET = "/manager/ticket"
FIGURES = "/manager/analytics"
REPLAY = "/manager/replay"
CONFLICTS = "/manager/conflicts"
DISPUTES = "/manager/disputes"


async def show_history(request: web.Request) -> web.Response:
    identity, services = manager_of(request), request.app[SERVICES]
    venue = await venue_of_records(services, identity.org_id, identity.venue_id)
    return page(
        request,
        "history.html",
        sections=sections_of(identity),
        venue=venue,
        today=venue.business_day(services.clock.now()).isoformat(),
        **await choices(services, venue),
    )


async def show_ticket(request: web.Request) -> web.Response:
    """Show the ticket search and the history of the ticket in the URL. The page's script reads both from the API."""
    identity, services = manager_of(request), request.app[SERVICES]
    venue = await venue_of_records(services, identity.org_id, identity.venue_id)
    return page(
        request,
        "ticket.html",
        sections=sections_of(identity),
        venue=venue,
        ticket_id=request.match_info.get("ticket_id", ""),
    )


async def show_conflicts(request: web.Request) -> web.Response:
    identity, services = manager_of(request), request.app[SERVICES]
    return page(
        request,
        "conflicts.html",
        sections=sections_of(identity),
        venue=await venue_of_records(services, identity.org_id, identity.venue_id),
    )


async def show_disputes(request: web.Request) -> web.Response:
    identity, services = manager_of(request), request.app[SERVICES]
    return page(
        request,
        "disputes.html",
        sections=sections_of(identity),
        venue=await venue_of_records(services, identity.org_id, identity.venue_id),
    )


async def show_figures(request: web.Request) -> web.Response:
    return await _days_page(request, "analytics.html")


async def show_replay(request: web.Request) -> web.Response:
    """Show the player of `?date=`, or of the day that runs. The script reads the day and the others from the API."""
    day, _ = query_days(request)
    return await _days_page(request, "replay.html", day)


async def _days_page(request: web.Request, template: str, day: date | None = None) -> web.Response:
    """Show a page about days, or about this one. Its script reads the data from the API."""
    identity, services = manager_of(request), request.app[SERVICES]
    venue = await venue_of_records(services, identity.org_id, identity.venue_id)
    today = venue.business_day(services.clock.now())
    return page(
        request,
        template,
        sections=sections_of(identity),
        venue=venue,
        today=today.isoformat(),
        day=day or today,
    )
