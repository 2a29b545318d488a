"""The list of shows, and one show with its performances by month, for the organiser."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from aiohttp import web

from hub.access.tokens import Identity
from hub.actions.audit.actor import Actor
from hub.actions.shows.performance_records import PerformanceFilter, list_performances
from hub.actions.shows.rooms import list_rooms
from hub.actions.shows.show_overview import MonthOfShow, months_of_show, next_performances, pending_requests
from hub.actions.shows.shows import STATUSES, change_show, delete_show, list_shows, read_show
from hub.rules.reasons import Reason
from hub.rules.refusals import Refused
from hub.rules.venue_day import today
from web.keys import SERVICES
from web.middleware.client_address import client_ip
from web.pages.admin.admin_page import admin_page, see_other
from web.pages.forms import read_form
from web.pages.staff import manager_of
from web.request_fields import path_id

LIST = "/admin/shows"
DRAWN = 3
"""Performances that a show's card draws."""
MOST_OF_MONTH = 1000
"""Performances of one month on a page: more than a show can be played."""
_DONE = {"PUBLISHED": "show-published", "DRAFT": "show-hidden", "ARCHIVED": "show-archived"}


async def show_shows(request: web.Request) -> web.Response:
    """Show the shows of the organisation, newest first: without archived ones, or those of `?status=`."""
    manager, services = manager_of(request), request.app[SERVICES]
    by, status = Actor.of(manager, client_ip=client_ip(request)), request.query.get("status")
    before = request.query.get("before", "")
    wanted = next((one for one in STATUSES if one == status), None)
    found = await list_shows(
        services,
        by,
        status=wanted,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )
    shows = [one for one in found.shows if wanted or one.status != "ARCHIVED"]
    return admin_page(
        request,
        "shows.html",
        shows=shows,
        coming=await next_performances(services, by.org_id, [one.show_id for one in shows], DRAWN),
        rooms=(await list_rooms(services, by, limit=1)).rooms,
        wanted=wanted or "",
        older=f"?before={found.next}{f'&status={wanted}' if wanted else ''}" if found.next else "",
    )


async def show_show(request: web.Request) -> web.Response:
    return await _page(request, manager_of(request))


async def change_status(request: web.Request) -> web.Response:
    """Publish, hide or archive the show."""
    manager, show_id = manager_of(request), path_id(request, "show_id")
    form = await read_form(request)
    status = form.get("status")
    try:
        if status not in STATUSES:
            raise Refused(Reason.INVALID_REQUEST)
        await change_show(
            request.app[SERVICES],
            Actor.of(manager, client_ip=client_ip(request)),
            show_id,
            {"status": status},
            version=form.number("version"),
        )
    except Refused as no:
        return await _page(request, manager, no)
    return see_other(f"{LIST}/{show_id}", done=_DONE[status])


async def delete(request: web.Request) -> web.Response:
    """Delete a show that never had a performance."""
    manager, show_id = manager_of(request), path_id(request, "show_id")
    form = await read_form(request)
    try:
        await delete_show(
            request.app[SERVICES],
            Actor.of(manager, client_ip=client_ip(request)),
            show_id,
            version=form.number("version"),
        )
    except Refused as no:
        return await _page(request, manager, no)
    return see_other(LIST, done="show-deleted")


async def _page(request: web.Request, manager: Identity, refused: Refused | None = None) -> web.Response:
    """Show one show with the performances of a month: the one of `?month=`, this month, or the next with performances."""
    services, by = request.app[SERVICES], Actor.of(manager, client_ip=client_ip(request))
    show = await read_show(services, by, path_id(request, "show_id"))
    months = await months_of_show(services, by.org_id, show.show_id)
    venue = await services.venues.read(by.org_id, show.venue_id)
    month = _chosen_month(months, request.query.get("month", ""), today(services.clock.now(), venue.zone))
    performances = []
    if month is not None:
        last = month.replace(day=monthrange(month.year, month.month)[1])
        wanted = PerformanceFilter(show_id=show.show_id, first=month, last=last)
        found = await list_performances(services, by, wanted, limit=MOST_OF_MONTH)
        performances = list(reversed(found.performances))
    return admin_page(
        request,
        "show.html",
        status=409 if refused is not None else 200,
        refused=refused,
        standing=refused.details.get("performances", ()) if refused is not None else (),
        show=show,
        months=months,
        month=month,
        performances=performances,
        pending=await pending_requests(services, by.org_id, [one.performance_id for one in performances]),
        now=services.clock.now(),
    )


def _chosen_month(months: list[MonthOfShow], asked: str, now: date) -> date | None:
    """Return the first day of the month that the page shows; None if the show has no performance."""
    known = [one.month for one in months]
    for month in known:
        if f"{month:%Y-%m}" == asked:
            return month
    return next((month for month in known if month >= now.replace(day=1)), known[-1] if known else None)
